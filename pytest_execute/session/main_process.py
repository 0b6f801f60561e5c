"""Preparation of the main process, its plugins, and the work that it schedules: a worker needs none of it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_execute import workflow
from pytest_execute.core import gate_ids
from pytest_execute.core.effort import hours_by_task
from pytest_execute.core.errors import ExecuteError
from pytest_execute.core.policy import Scope
from pytest_execute.coverage import remote_data
from pytest_execute.discovery import mapping
from pytest_execute.discovery.collected import Collection
from pytest_execute.distributed.controller_side import ControllerSide, SharedInput
from pytest_execute.progress.board import Board, BoardInput, stream_rows
from pytest_execute.progress.plugin import ProgressPlugin
from pytest_execute.scheduling.durations import DurationRecorder, known_durations
from pytest_execute.scheduling.select_plugin import is_distributed
from pytest_execute.scheduling.work import ScheduledWork
from pytest_execute.session.directory import cache_directory, file_in_place_of_cache, run_directory
from pytest_execute.session.judging import JudgingPlugin
from pytest_execute.session.options import COVERAGE_FILES
from pytest_execute.session.outcomes import OutcomeCollector
from pytest_execute.session.report_files import check_outputs, remove_earlier_reports, requested_files
from pytest_execute.session.run_settings import RunSettings
from pytest_execute.session.state import MainProcess, RunState
from pytest_execute.session.summary import TerminalSummary
from pytest_execute.tools import json_values
from pytest_execute.tools.cache import ResultCache
from pytest_execute.tools.own_libraries import OF_PYTEST

PREPARE_IS_NEW = "`prepare` came with the topic, as base has no policy: look at what it runs, {}"


def prepare(config: pytest.Config) -> MainProcess:
    """Read plan, policy and history; raise UsageError where they cannot be read."""
    notices: list[str] = []
    directory, cache = run_directory(config), _open_cache(config, notices)
    try:
        remove_earlier_reports(config)
        context = workflow.read_context(_request(config), directory / "git", cache)
        check_outputs(config)
        workflow.refuse_modules_of_pytest(context.checked_out, context.policy)
        notices += [PREPARE_IS_NEW.format(shlex.join(context.policy.prepare))] if context.is_prepare_new else []
    except ExecuteError as error:
        raise pytest.UsageError(*error.usage) from None
    return MainProcess(directory, context, notices, OutcomeCollector(), ProgressPlugin(config))


def _open_cache(config: pytest.Config, notices: list[str]) -> ResultCache:
    """Open the results of earlier runs; `notices` gets a line if they cannot be used."""
    directory = None if config.known_args_namespace.execute_no_cache else cache_directory(config)
    cache = ResultCache(directory, notices.append)
    config.add_cleanup(cache.close)
    return cache


def _request(config: pytest.Config) -> workflow.Request:
    options = config.known_args_namespace
    return workflow.Request(
        topic=options.execute_topic,
        root=config.rootpath,
        notes=options.execute_notes or config.getini("execute_notes") or None,
        base=options.execute_base,
        scope=Scope(options.execute_scope == "claimed", tuple(options.execute_stream), tuple(options.execute_task)),
        repository=Path(options.execute_repository) if options.execute_repository else None,
        commit=options.execute_commit,
        index=Path(options.execute_index) if options.execute_index else None,
        work_tree=Path(options.execute_work_tree) if options.execute_work_tree else None,
        patterns=tuple(config.getini("python_files")),
        testpaths=tuple(path.rstrip("/") for path in config.getini("testpaths")),
        functions=tuple(config.getini("python_functions")),
        classes=tuple(config.getini("python_classes")),
        module_path=tuple(_module_path(config)),
        turns=options.execute_turns,
        outputs=(
            *(config.invocation_params.dir / name for name in requested_files(options).values()),
            *map(Path, options.execute_output),
            *file_in_place_of_cache(config.rootpath),
        ),
    )


def _module_path(config: pytest.Config) -> Iterator[Path]:
    """Yield the directories that pytest's settings and the environment put on the module path."""
    yield from config.getini("pythonpath")
    for entry in filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)):
        yield config.invocation_params.dir / entry


def run_settings(config: pytest.Config, main: MainProcess) -> RunSettings:
    """Return the settings for all processes that run tests."""
    context = main.context
    entries = (*context.layout.source, *context.layout.files, *context.unknown_code)
    source = tuple(os.path.relpath(entry or ".", context.layout.prefix or ".") for entry in entries)
    coverage = context.policy.coverage
    is_measured = coverage.is_required or any(
        getattr(config.known_args_namespace, name) for name in COVERAGE_FILES.values()
    )
    return RunSettings(
        plan=context.plan,
        scope=context.scope,
        source=source,
        top_modules=frozenset(name.partition(".")[0] for name in context.layout.modules(context.tree)) - {*OF_PYTEST},
        branch=coverage.branch,
        is_measured=is_measured,
        coverage=str(main.directory / "coverage"),
        changed_tests=context.changed_tests,
    )


def idle_workers(config: pytest.Config) -> list[str]:
    """Return a notice if the user named workers that run no tests."""
    options = config.known_args_namespace
    if getattr(options, "tx", None) and options.numprocesses is None:
        return ["--tx names workers, but the tests ran in this process: add -d to run them in the workers"]
    return []


def plugins(config: pytest.Config, state: RunState, main: MainProcess) -> dict[str, object]:
    """Return the plugins of the main process by the names to register them with."""
    # as with workers (xdist 3.8): a file that cannot be collected keeps no other test from running
    config.option.continue_on_collection_errors = True
    registered: dict[str, object] = {
        "execute-outcomes": main.outcomes,
        "execute-judging": JudgingPlugin(config, state, main),
        "execute-summary": TerminalSummary(main),
        "execute-progress": main.progress,
        "execute-durations": DurationRecorder(main.context.cache),
    }
    if is_distributed(config):
        main.controller_side = registered["execute-controller-side"] = _controller_side(config, state.settings, main)
    return registered


def _controller_side(config: pytest.Config, settings: RunSettings, main: MainProcess) -> ControllerSide:
    prefix = main.context.layout.prefix
    files = [path.removeprefix(prefix) for path in main.context.tree if path.startswith(prefix)]
    directory, root = Path(settings.coverage), config.rootpath.resolve()

    def save_coverage(files: list[bytes], worker: str, worker_root: str) -> None:
        remote_data.unpack(files, directory, worker, worker_root, root)

    return ControllerSide(config, SharedInput(json_values.encode(settings), files), save_coverage)


def create_work(config: pytest.Config, settings: RunSettings, main: MainProcess, tests: bytes) -> ScheduledWork:
    """Map the collected tests to the plan, show their progress, and return the work to schedule.

    Raises UsageError where the tests import the project from another place than the checkout.
    """
    plan, cache = settings.plan, main.context.cache
    main.collection = collection = json_values.decode(tests, Collection)
    try:
        workflow.check_imports(main.context.checked_out, collection.imported)
    except ExecuteError as error:
        raise pytest.UsageError(*error.usage) from None
    manifest = mapping.map_tests(plan, collection.tests)
    work = ScheduledWork(
        mapping.gate_dependencies(plan),
        {test: mapping.lowest_gates(manifest, test) for test in manifest.tests},
        known_durations(cache, manifest.tests),
        {gate_ids.task(task): hours for task, hours in hours_by_task(plan.tasks).items()},
        config.option.execute_keep_going,
    )
    main.progress.begin(_board(config, settings, work))
    return work


def _board(config: pytest.Config, settings: RunSettings, work: ScheduledWork) -> Board:
    plan, scope = settings.plan, settings.scope
    tasks = plan.select(scope.streams, scope.tasks) if scope.is_partial else {task.id for task in plan.tasks}
    workers = len(config.getoption("tx", None) or [""])
    return Board(BoardInput(stream_rows(plan, tasks), work.gates, work.dependencies, work.seconds, workers))
