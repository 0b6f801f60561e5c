"""Register the plugins of this process; it imports no others."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pytest_execute.core.gate_ids import label
from pytest_execute.discovery.collected import Collection, collected_tests, imported_files
from pytest_execute.scheduling.select_plugin import SchedulingCallbacks, scheduling_plugin
from pytest_execute.session.deselection import DeselectionPlugin
from pytest_execute.session.item_plugin import ItemPlugin
from pytest_execute.session.safeguard import Safeguard, WorkerSafeguard
from pytest_execute.session.state import RunState, state_key
from pytest_execute.tools import json_values

if TYPE_CHECKING:
    from pytest_execute.scheduling.work import ScheduledWork


def register(config: pytest.Config) -> None:
    """Register the plugins of this process, if it has begun."""
    state = config.stash.get(state_key, None)
    if state is None:
        return
    config.pluginmanager.register(Safeguard(config, state.role), "execute-safeguard")
    plugins = _plugins(config, state)
    for name, plugin in plugins.items():
        config.pluginmanager.register(plugin, name)
    deselection = DeselectionPlugin(plugins.get("execute-items"))
    config.pluginmanager.register(deselection, "execute-deselection")
    callbacks = SchedulingCallbacks(
        functools.partial(_encode_tests, state, deselection),
        functools.partial(_create_work, config, state),
        label,
    )
    scheduling = scheduling_plugin(config, callbacks, config.option.execute_hang)
    config.pluginmanager.register(scheduling, "execute-scheduling")


def _plugins(config: pytest.Config, state: RunState) -> dict[str, object]:
    settings = state.settings
    plugins: dict[str, object] = {}
    if state.recorder is not None and (settings.is_measured or settings.scope.is_partial):
        from pytest_execute.coverage.item_contexts import ItemContexts

        contexts = state.contexts = ItemContexts(state.recorder)
        plugins |= {"execute-items": ItemPlugin(config, settings, contexts), "execute-contexts": contexts}
    if state.worker_input is not None:
        from pytest_execute.coverage import remote_data
        from pytest_execute.distributed.worker_side import WorkerSide

        read_coverage = functools.partial(remote_data.pack, Path(settings.coverage))
        plugins["execute-worker-side"] = WorkerSide(config, state.worker_input, read_coverage)
    if state.role == "worker":
        plugins["execute-worker-safeguard"] = WorkerSafeguard(config)
    if state.role == "worker" and state.worker_input is None:
        from pytest_execute.distributed.worker_side import ImportReport

        plugins["execute-imports"] = ImportReport(config, functools.partial(imported_files, settings.top_modules))
    if state.main is not None:
        from pytest_execute.session import main_process

        plugins |= main_process.plugins(config, state, state.main)
    return plugins


def _encode_tests(state: RunState, deselection: DeselectionPlugin, items: Sequence[pytest.Item]) -> bytes:
    """Encode the collected tests; a worker in another checkout looks at its imported modules by itself."""
    settings = state.settings
    modules = imported_files(settings.top_modules) if state.worker_input is None else {}
    parts = (items, deselection.items, deselection.out_of_scope)
    tests, deselected, out_of_scope = (collected_tests(each, settings.plan.topic) for each in parts)
    return json_values.encode(Collection(tests, deselected, out_of_scope, modules))


def _create_work(config: pytest.Config, state: RunState, tests: bytes) -> ScheduledWork:
    from pytest_execute.session import main_process

    assert state.main is not None, "only the main process schedules"
    return main_process.create_work(config, state.settings, state.main, tests)
