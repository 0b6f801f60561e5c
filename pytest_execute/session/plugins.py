"""Configuring: each process gets the plugins of its part, and imports no more than these."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from pytest_execute.core.gate_ids import label
from pytest_execute.discovery.collected import collected_tests
from pytest_execute.scheduling.select_plugin import role
from pytest_execute.session.messages import RunSettings, handed_key, prepared_key, recorder_key, shared_key
from pytest_execute.session.test_process import TestProcess

if TYPE_CHECKING:
    from pytest_execute.scheduling.task_queue import ScheduledWork


def register(config: pytest.Config) -> None:
    """Register what this process does."""
    shared = config.stash.get(shared_key, None)
    if shared is None:
        return
    for plugin in _plugins(config, shared):
        config.pluginmanager.register(plugin, f"execute-{type(plugin).__name__.lower()}")
    describing, assigning = functools.partial(_describe, shared.plan.topic), functools.partial(_assign, config)
    scheduler = role(config, describing, assigning, label, config.option.execute_hang)
    config.pluginmanager.register(scheduler, "execute-scheduling")


def _plugins(config: pytest.Config, shared: RunSettings) -> list[object]:
    plugins: list[object] = []
    if recorder_key in config.stash and (shared.measured or shared.scope.is_partial):
        plugins.append(TestProcess(config, shared))
    if handed_key in config.stash:
        from pytest_execute.coverage import remote_data
        from pytest_execute.distributed.worker_side import WorkerSide

        plugins.append(
            WorkerSide(config, config.stash[handed_key], functools.partial(remote_data.pack, Path(shared.coverage)))
        )
    if prepared_key in config.stash:
        from pytest_execute.session import controller

        plugins += controller.plugins(config, shared)
    return plugins


def _describe(topic: str, items: Sequence[pytest.Item]) -> bytes:
    return msgspec.json.encode(collected_tests(items, topic))


def _assign(config: pytest.Config, about: bytes) -> ScheduledWork:
    from pytest_execute.session import controller

    return controller.assign(config, about)
