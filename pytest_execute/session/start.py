"""Start of a process, before any conftest is loaded, and so before the project's code is imported."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.core.process_role import ProcessRole
from pytest_execute.coverage.early_imports import record_early_imports
from pytest_execute.coverage.recorder import NoCoverage, Recorder
from pytest_execute.distributed import bootstrap
from pytest_execute.session.directory import run_directory
from pytest_execute.session.options import has_pytest_cov, uses_workers
from pytest_execute.session.run_settings import RunSettings
from pytest_execute.session.state import RunState, process_state_key, state_key
from pytest_execute.tools import json_values, process, standard_streams
from pytest_execute.tools.disk_errors import disk_errors_reported
from pytest_execute.tools.own_libraries import leave_to_project
from pytest_execute.tools.process_state import ProcessState

if TYPE_CHECKING:
    from pytest_execute.coverage.beside_pytest_cov import BesidePytestCov
    from pytest_execute.distributed.bootstrap import WorkerInput


def begin(config: pytest.Config, args: list[str]) -> None:
    """Decide the role of this process and make its state.

    A broken plan or option ends pytest with status 4 and all problems.
    """
    from pytest_execute.tools.environment import remove_git_variables  # only a run needs it

    process.accept_signals()
    try:
        with disk_errors_reported():
            state = _state(config, args)  # this reads the repository, as git's variables for its settings say
    except ExecuteError as error:
        raise pytest.UsageError(*error.usage) from None
    config.add_cleanup(remove_git_variables())
    config.stash[process_state_key] = ProcessState()
    if state is not None:
        config.stash[state_key] = state
        leave_to_project(state.settings.top_modules)


def _state(config: pytest.Config, args: list[str]) -> RunState | None:
    """Return the state of this process; None where tests are only collected."""
    worker_input = bootstrap.received_input()
    # xdist's variable is also set in a pytest that a test of a worker starts, which has no input and is a main process
    if "PYTEST_XDIST_WORKER" in os.environ and worker_input is not None:
        return _worker_state(config, worker_input)
    return None if config.known_args_namespace.collectonly else _main_state(config, args)


def _worker_state(config: pytest.Config, worker_input: WorkerInput) -> RunState:
    settings = json_values.decode(worker_input.settings, RunSettings)
    if worker_input.files is None:
        return _measuring(config, RunState("worker", settings), Path(worker_input.root))
    settings = msgspec.structs.replace(settings, coverage=str(run_directory(config) / "coverage"))
    return _measuring(config, RunState("worker", settings, worker_input=worker_input), Path(worker_input.root))


def _main_state(config: pytest.Config, args: list[str]) -> RunState:
    from pytest_execute.session import main_process

    standard_streams.protect()
    main = main_process.prepare(config)
    settings = main_process.run_settings(config, main)
    role: ProcessRole = "controller" if uses_workers(config, args) else "alone"
    if role == "alone":
        main.notices += main_process.idle_workers(config)
    return _measuring(config, RunState(role, settings, main=main), config.rootpath.resolve())


def _measuring(config: pytest.Config, state: RunState, root: Path) -> RunState:
    """Start to measure coverage, in a process that runs tests, or let pytest-cov do so."""
    settings = state.settings
    if settings.is_measured and has_pytest_cov(config.known_args_namespace):
        state.beside_pytest_cov = _join_pytest_cov(config, state, root)
    if state.role == "controller":
        return state
    if not settings.is_measured:
        state.recorder = NoCoverage()
        return state
    measured = (_sources(settings, root), settings.branch, Path(settings.coverage))
    state.recorder = state.beside_pytest_cov or Recorder(*measured)
    record_early_imports(*measured)
    return state


def _join_pytest_cov(config: pytest.Config, state: RunState, root: Path) -> BesidePytestCov:
    """Register the plugin that measures with pytest-cov (7.1), which starts in this hook too, after this plugin."""
    from pytest_execute.coverage.beside_pytest_cov import BesidePytestCov

    settings = state.settings
    plugin = BesidePytestCov(_sources(settings, root), settings.branch, Path(settings.coverage), state.role)
    config.pluginmanager.register(plugin, "execute-beside-pytest-cov")
    return plugin


def _sources(settings: RunSettings, root: Path) -> list[Path]:
    return [Path(os.path.normpath(root / entry)) for entry in settings.source]
