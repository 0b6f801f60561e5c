"""Which plugin this process needs: a worker of xdist's, its controller, or a process that runs the tests itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_execute.scheduling.controller import Controller
    from pytest_execute.scheduling.serial import Serial
    from pytest_execute.scheduling.task_queue import ScheduledWork
    from pytest_execute.scheduling.worker import Worker


def role(
    config: pytest.Config,
    describe: Callable[[Sequence[pytest.Item]], bytes],
    assign: Callable[[bytes], ScheduledWork],
    label: Callable[[str], str],
    hang: float | None = 0,
) -> Worker | Controller | Serial:
    """The plugin to register in `pytest_configure`.

    `describe` encodes the tests that were collected, where they were collected; `assign` reads that, once per run, where
    the run is led, before the first test; `label` names a unit in a message; `hang` is what `Limits` are given, but for a
    run that pytest-timeout watches over.
    """
    if hasattr(config, "workerinput"):
        from pytest_execute.scheduling.worker import Worker

        return Worker(config, describe)
    if distributes(config):
        from pytest_execute.scheduling.controller import Controller
        from pytest_execute.scheduling.hang_watch import Limits

        return Controller(config, assign, label, Limits(0 if hang is None and _has_timeout(config) else hang))
    from pytest_execute.scheduling.serial import Serial

    return Serial(config, lambda items: assign(describe(items)), label)


def distributes(config: pytest.Config) -> bool:
    """Whether xdist will start workers, which it decides only after everybody's `pytest_configure`."""
    chosen = config.getoption("dist", "no") != "no" and config.getoption("tx", None)
    return bool(chosen) and not config.getoption("collectonly")


def _has_timeout(config: pytest.Config) -> bool:
    """Whether the user limits each test with pytest-timeout, which then knows better."""
    if not config.pluginmanager.hasplugin("timeout"):
        return False
    return bool(config.getoption("timeout", None) or config.getini("timeout"))
