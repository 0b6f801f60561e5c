"""Configuring the process that was asked, and beginning when the tests are known: a worker needs none of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from pytest_execute.core import gate_ids
from pytest_execute.core.effort import hours_by_task
from pytest_execute.core.evidence import CollectedTest
from pytest_execute.coverage import remote_data
from pytest_execute.discovery import mapping
from pytest_execute.distributed.controller_side import ControllerSide
from pytest_execute.progress.board import Board, rows
from pytest_execute.progress.plugin import Progress
from pytest_execute.scheduling.durations import Durations, recall
from pytest_execute.scheduling.select_plugin import distributes
from pytest_execute.scheduling.task_queue import ScheduledWork
from pytest_execute.session.judging import JudgingPlugin
from pytest_execute.session.messages import RunSettings, prepared_key, shared_key


def plugins(config: pytest.Config, shared: RunSettings) -> list[object]:
    """Who gathers, shows, learns, and speaks with workers."""
    found = [JudgingPlugin(config), Progress(config), Durations(config.stash[prepared_key].cache)]
    return [*found, _handover(config, shared)] if distributes(config) else [*found]


def _handover(config: pytest.Config, shared: RunSettings) -> ControllerSide:
    """What goes to the workers, and what becomes of that which they bring."""
    prepared = config.stash[prepared_key]
    files = [
        path.removeprefix(prepared.layout.prefix) for path in prepared.tree if path.startswith(prepared.layout.prefix)
    ]
    place, root = Path(shared.coverage), config.rootpath.resolve()

    def keep(coverage: list[bytes], worker: str, where: str) -> None:
        remote_data.unpack(coverage, place, worker, where, root)

    return ControllerSide(config, msgspec.json.encode(shared), files, keep)


def assign(config: pytest.Config, about: bytes) -> ScheduledWork:
    """What has to run, in which order: told to the referee, and handed to the scheduler."""
    plan = config.stash[shared_key].plan
    manifest = mapping.map_tests(plan, msgspec.json.decode(about, type=list[CollectedTest]))
    referee: Any = config.pluginmanager.getplugin("execute-judgingplugin")
    referee.manifest = manifest
    work = ScheduledWork(
        mapping.gate_dependencies(plan),
        {test: mapping.lowest_gates(manifest, test) for test in manifest.tests},
        recall(config.stash[prepared_key].cache, manifest.tests),
        {gate_ids.task(task): hours for task, hours in hours_by_task(plan.tasks).items()},
        config.option.execute_keep_going,
    )
    _show_progress(config, work)
    return work


def _show_progress(config: pytest.Config, work: ScheduledWork) -> None:
    """From here on people see how far each stream is."""
    shared, progress = config.stash[shared_key], config.pluginmanager.getplugin("execute-progress")
    scope = shared.scope
    tasks = (
        shared.plan.select(scope.streams, scope.tasks) if scope.is_partial else {task.id for task in shared.plan.tasks}
    )
    workers = len(config.getoption("tx", None) or [""])
    assert progress is not None
    progress.begin(Board(rows(shared.plan, tasks), work.units, work.needs, work.seconds, workers))
