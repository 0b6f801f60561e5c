"""Configuring: each process gets the plugins of its part."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pytest_execute.core.evidence import CollectedTest
from pytest_execute.core.verdict import label
from pytest_execute.coverage import travel
from pytest_execute.discovery import mapping
from pytest_execute.discovery.collect import describe
from pytest_execute.progress.board import Board, rows
from pytest_execute.progress.live import Progress
from pytest_execute.scheduling.durations import Durations, recall
from pytest_execute.scheduling.effort import hours
from pytest_execute.scheduling.queue import Work
from pytest_execute.scheduling.roles import distributes, role
from pytest_execute.session.referee import Referee
from pytest_execute.session.runner import Runner
from pytest_execute.session.shared import Shared, handed_key, prepared_key, recorder_key, shared_key
from pytest_execute.workers.away import Away
from pytest_execute.workers.handover import Handover


def register(config: pytest.Config) -> None:
    """Register what this process does."""
    shared = config.stash.get(shared_key, None)
    if shared is None:
        return
    plugins: list[object] = []
    if recorder_key in config.stash and (shared.measured or shared.scope.partial):
        plugins.append(Runner(config, shared))
    if handed_key in config.stash:
        plugins.append(Away(config, config.stash[handed_key], functools.partial(travel.pack, Path(shared.coverage))))
    if prepared_key in config.stash:
        plugins += [Referee(config), Progress(config), Durations(config.stash[prepared_key].ledger)]
        if distributes(config):
            plugins.append(_handover(config, shared))
    for plugin in plugins:
        config.pluginmanager.register(plugin, f"execute-{type(plugin).__name__.lower()}")
    describing, assigning = functools.partial(_describe, shared.plan.topic), functools.partial(_assign, config)
    scheduler = role(config, describing, assigning, label, config.option.execute_hang)
    config.pluginmanager.register(scheduler, "execute-scheduling")


def _handover(config: pytest.Config, shared: Shared) -> Handover:
    """What goes to the workers, and what becomes of that which they bring."""
    prepared = config.stash[prepared_key]
    files = [
        path.removeprefix(prepared.layout.prefix) for path in prepared.tree if path.startswith(prepared.layout.prefix)
    ]
    place, root = Path(shared.coverage), config.rootpath.resolve()

    def keep(coverage: list[bytes], worker: str, where: str) -> None:
        travel.unpack(coverage, place, worker, where, root)

    return Handover(config, msgspec.json.encode(shared), files, keep)


def _describe(topic: str, items: Sequence[pytest.Item]) -> bytes:
    return msgspec.json.encode(describe(items, topic))


def _assign(config: pytest.Config, about: bytes) -> Work:
    """What has to run, in which order: told to the referee, and handed to the scheduler."""
    plan = config.stash[shared_key].plan
    manifest = mapping.map_tests(plan, msgspec.json.decode(about, type=list[CollectedTest]))
    referee: Any = config.pluginmanager.getplugin("execute-referee")
    referee.manifest = manifest
    work = Work(
        mapping.needs(plan),
        {test: mapping.units(manifest, test) for test in manifest.tests},
        recall(config.stash[prepared_key].ledger, manifest.tests),
        {f"task:{task.id}": effort for task in plan.tasks if (effort := hours(task.effort)) is not None},
        config.option.execute_keep_going,
    )
    _show_progress(config, work)
    return work


def _show_progress(config: pytest.Config, work: Work) -> None:
    """From here on people see how far each stream is."""
    shared, progress = config.stash[shared_key], config.pluginmanager.getplugin("execute-progress")
    scope = shared.scope
    tasks = shared.plan.select(scope.streams, scope.tasks) if scope.partial else {task.id for task in shared.plan.tasks}
    workers = len(config.getoption("tx", None) or [""])
    assert progress is not None
    progress.begin(Board(rows(shared.plan, tasks), work.units, work.needs, work.seconds, workers))
