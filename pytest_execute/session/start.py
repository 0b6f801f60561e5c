"""Beginning: before any conftest is loaded, hence before the project's code."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.core.policy import Scope
from pytest_execute.coverage.recorder import NoCoverage, Recorder
from pytest_execute.distributed import bootstrap
from pytest_execute.session.messages import (
    COVERAGE_FILES,
    RunSettings,
    handed_key,
    has_cov,
    notices_key,
    place_key,
    prepared_key,
    recorder_key,
    shared_key,
)
from pytest_execute.tools.scratch import make_cache, scratch

if TYPE_CHECKING:
    from pytest_execute import workflow
    from pytest_execute.coverage.beside_pytest_cov import BesidePytestCov, ProcessRole
    from pytest_execute.tools.cache import ResultCache


def begin(config: pytest.Config, args: list[str]) -> None:
    """Get ready in whatever process this is; a broken plan or option ends pytest with status 4 and its problems."""
    options = config.known_args_namespace
    handed = bootstrap.handed()
    if "PYTEST_XDIST_WORKER" in os.environ and handed is not None:
        _begin_in_worker(config, handed)
    elif not options.collectonly:
        place = _place(config)
        config.stash[place_key] = place
        config.stash[prepared_key] = prepared = _prepare(config, place, _ledger(config))
        config.stash[shared_key] = shared = _shared(config, prepared, place)
        root = config.rootpath.resolve()
        if not _parallel(config, args):
            _begin_to_run(config, shared, root, "alone")
            _tell_of_idle_workers(config)
        elif shared.measured and has_cov(options):
            _ride(config, shared, root, "controller")


def _place(config: pytest.Config) -> Path:
    """A directory for this run, in pytest's cache directory where there is one."""
    stack = contextlib.ExitStack()
    config.add_cleanup(stack.close)
    return stack.enter_context(scratch(_cache(config)))


def _cache(config: pytest.Config) -> Path | None:
    """Our part of pytest's cache directory; None where the user has switched that off and no other is named."""
    from _pytest.cacheprovider import Cache

    if config.known_args_namespace.execute_ledger:
        return Path(config.known_args_namespace.execute_ledger)
    if not config.pluginmanager.hasplugin("cacheprovider"):
        return None
    cache = Path(Cache.cache_dir_from_config(config, _ispytest=True))
    make_cache(cache)
    return cache / "d" / "execute"


def _ledger(config: pytest.Config) -> ResultCache:
    """What earlier runs have learnt; its faults are told with the verdict."""
    from pytest_execute.tools.cache import ResultCache

    notices: list[str] = []
    config.stash[notices_key] = notices
    place = None if config.known_args_namespace.execute_no_cache else _cache(config)
    ledger = ResultCache(place, notices.append)
    config.add_cleanup(ledger.close)
    return ledger


def _prepare(config: pytest.Config, place: Path, ledger: ResultCache) -> workflow.Context:
    from pytest_execute import workflow

    options = config.known_args_namespace
    request = workflow.Request(
        topic=options.execute_topic,
        root=config.rootpath,
        notes=options.execute_notes or config.getini("execute_notes") or None,
        base=options.execute_base,
        scope=Scope(options.execute_scope == "claimed", tuple(options.execute_stream), tuple(options.execute_task)),
        repository=Path(options.execute_repository) if options.execute_repository else None,
        index=Path(options.execute_index) if options.execute_index else None,
        work_tree=Path(options.execute_work_tree) if options.execute_work_tree else None,
        patterns=tuple(config.getini("python_files")),
        testpaths=tuple(path.rstrip("/") for path in config.getini("testpaths")),
    )
    try:
        return workflow.prepare(request, place, ledger)
    except ExecuteError as error:
        raise pytest.UsageError(str(error)) from None


def _parallel(config: pytest.Config, args: list[str]) -> bool:
    """Do workers run the tests? Where the user does not say, they do, as many as the machine has cores."""
    options = config.known_args_namespace
    if not config.pluginmanager.hasplugin("xdist") or options.usepdb:
        return False
    if options.numprocesses is None and not options.tx:
        args[:] = ["-n", "auto", *args]
        options.numprocesses = "auto"  # pytest-cov looks here, later in this hook
        return True
    return bool(options.numprocesses or (options.numprocesses is None and (options.distload or options.dist != "no")))


def _tell_of_idle_workers(config: pytest.Config) -> None:
    options = config.known_args_namespace
    if getattr(options, "tx", None) and options.numprocesses is None:
        config.stash[notices_key].append("--tx names workers, but without -d this process ran the tests")


def _shared(config: pytest.Config, prepared: workflow.Context, place: Path) -> RunSettings:
    source = tuple(os.path.relpath(entry, prepared.layout.prefix or ".") for entry in prepared.layout.source)
    scope = prepared.request.scope
    tasks = tuple(task for name in scope.tasks if (task := prepared.plan.find(name)) is not None)
    scope = msgspec.structs.replace(scope, tasks=tasks)
    asked = prepared.policy.coverage
    measured = asked.asked or any(getattr(config.known_args_namespace, name) for name in COVERAGE_FILES.values())
    return RunSettings(prepared.plan, scope, source, asked.branch, measured, str(place / "coverage"))


def _begin_in_worker(config: pytest.Config, handed: bootstrap.WorkerInput) -> None:
    shared = msgspec.json.decode(handed.told, type=RunSettings)
    if handed.files is not None:
        config.stash[handed_key] = handed
        shared = msgspec.structs.replace(shared, coverage=str(_place(config) / "coverage"))
    _begin_to_run(config, shared, Path(handed.root), "worker")


def _begin_to_run(config: pytest.Config, shared: RunSettings, root: Path, role: ProcessRole) -> None:
    config.stash[shared_key] = shared
    if not shared.measured:
        config.stash[recorder_key] = NoCoverage()
    elif has_cov(config.known_args_namespace):
        config.stash[recorder_key] = _ride(config, shared, root, role)
    else:
        config.stash[recorder_key] = Recorder(_sources(shared, root), shared.branch, Path(shared.coverage))


def _ride(config: pytest.Config, shared: RunSettings, root: Path, role: ProcessRole) -> BesidePytestCov:
    """pytest-cov begins right after this, and conftests are loaded after that."""
    from pytest_execute.coverage.beside_pytest_cov import BesidePytestCov

    rider = BesidePytestCov(_sources(shared, root), shared.branch, Path(shared.coverage), role)
    config.pluginmanager.register(rider, "execute-rider")
    return rider


def _sources(shared: RunSettings, root: Path) -> list[Path]:
    return [Path(os.path.normpath(root / entry)) for entry in shared.source]
