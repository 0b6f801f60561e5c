"""Choose the scheduling plugin of this process: for xdist's worker, its controller, or a process without workers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

import pytest

if TYPE_CHECKING:
    from pytest_execute.scheduling.controller import SchedulingController
    from pytest_execute.scheduling.serial import SerialScheduling
    from pytest_execute.scheduling.work import ScheduledWork
    from pytest_execute.scheduling.worker import SchedulingWorker


class SchedulingCallbacks(NamedTuple):
    """Functions that connect the scheduling with the rest of the run.

    `encode_tests` encodes the collected tests, in the process that collected them. `create_work` decodes them, once per
    run, in the process that the user started, before the first test runs. `label` names a gate in messages.
    """

    encode_tests: Callable[[Sequence[pytest.Item]], bytes]
    create_work: Callable[[bytes], ScheduledWork]
    label: Callable[[str], str]


def scheduling_plugin(
    config: pytest.Config, callbacks: SchedulingCallbacks, hang_limit: float | None = 0
) -> SchedulingWorker | SchedulingController | SerialScheduling:
    """Return the plugin to register in `pytest_configure`; `hang_limit` is the value of `--execute-hang`.

    Where pytest-timeout has a limit and `hang_limit` is None, no worker is killed.
    """
    if hasattr(config, "workerinput"):
        from pytest_execute.scheduling.worker import SchedulingWorker

        return SchedulingWorker(config, callbacks.encode_tests)
    encode_tests, create_work, label = callbacks
    if is_distributed(config):
        from pytest_execute.scheduling.controller import SchedulingController
        from pytest_execute.scheduling.hang_watch import HangLimits

        limits = HangLimits(0 if hang_limit is None and _has_timeout(config) else hang_limit)
        return SchedulingController(config, create_work, label, limits)
    from pytest_execute.scheduling.serial import SerialScheduling

    return SerialScheduling(config, lambda items: create_work(encode_tests(items)), label)


def is_distributed(config: pytest.Config) -> bool:
    """Return True if xdist will start workers, which it decides only after every `pytest_configure` (xdist 3.8)."""
    is_chosen = config.getoption("dist", "no") != "no" and config.getoption("tx", None)
    return bool(is_chosen) and not config.getoption("collectonly")


def _has_timeout(config: pytest.Config) -> bool:
    """Return True if the user limits each test with pytest-timeout."""
    if not config.pluginmanager.hasplugin("timeout"):
        return False
    return bool(config.getoption("timeout", None) or config.getini("timeout"))
