"""Tests of a run with their results, and those that should have run: left out, not collected, or not reached."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import PurePosixPath

import pytest

from pytest_execute.core.evidence import CollectedTest, Manifest, TestResult
from pytest_execute.core.nodeids import file_of, names_of
from pytest_execute.core.tests_in_source import holds_tests
from pytest_execute.discovery import mapping
from pytest_execute.discovery.collected import Collection
from pytest_execute.discovery.possible_names import may_define
from pytest_execute.session.narrowing import Narrowing
from pytest_execute.session.state import MainProcess
from pytest_execute.workflow import Context


def observed_run(
    session: pytest.Session, main: MainProcess, is_interrupted: bool
) -> tuple[Manifest, dict[str, TestResult]]:
    """Return all tests that must run, or are out of a partial scope, and the results of those that have one."""
    context, narrowing = main.context, Narrowing(session.config)
    end = _end_of_run(session, is_interrupted)
    collection = main.collection or Collection([], [], [], {})
    deselected = _counted(context, collection, narrowing.is_own())
    manifest = mapping.map_tests(context.plan, [*collection.tests, *deselected, *collection.out_of_scope])
    files = {**main.outcomes.uncollected}
    collected = (*collection.tests, *collection.deselected, *collection.out_of_scope)
    known = {test.path for test in collected} | files.keys()
    for path, message in _left_out(context, narrowing, known, "" if main.collection else end or "pytest ended early"):
        files.setdefault(path, TestResult(path, "not-run", message=message))
    undefined = {each.name for each in manifest.missing_tests if not _may_exist(context, each.name)}
    manifest = mapping.add_files(context.plan, manifest, map(_as_test, files), undefined)
    results = {test.id: TestResult(test.id, "not-run", message=narrowing.deselected_by()) for test in deselected}
    results |= {
        test: TestResult(test, "not-run", message=end) for test in manifest.tests if end and test not in results
    }
    return manifest, results | files | main.outcomes.known_results(manifest)


def _end_of_run(session: pytest.Session, is_interrupted: bool) -> str:
    """Return what ended the run before its last test, or "" where nothing did."""
    if session.shouldfail:
        maxfail = session.config.option.maxfail
        return "`-x` ended the run" if maxfail == 1 else f"`--maxfail={maxfail}` ended the run"
    if session.shouldstop:
        return str(session.shouldstop)
    return "the run was interrupted" if is_interrupted else ""


def _counted(context: Context, collection: Collection, is_own: bool) -> list[CollectedTest]:
    """Return the deselected tests that should have run.

    Where no option of the user deselects, the suite is what the project's settings make of it: then only those that
    count for a gate should have run.
    """
    scope, plan = context.scope, context.plan
    manifest = mapping.map_tests(plan, [*collection.tests, *collection.deselected])
    selected = mapping.select_tests(plan, manifest, scope.streams, scope.tasks) if scope.is_partial else manifest.tests
    return [test for test in collection.deselected if test.id in selected and (is_own or manifest.gates[test.id])]


def _left_out(context: Context, narrowing: Narrowing, known: Iterable[str], end: str) -> Iterator[tuple[str, str]]:
    """Yield the files of tests that were not collected, each with a message; with an `end` none was collected."""
    yield from narrowing.partly_named()
    collected = set(known)
    for path in _test_files(context):
        if path not in collected and (message := end or narrowing.left_out_by(path)):
            yield path, message


def _test_files(context: Context) -> Iterator[str]:
    """Yield the files that pytest collects tests from by their names and texts, and those that the plan names."""
    references = [ref for task in context.plan.tasks for ref in task.tests]
    references += [ref for gate in context.plan.gates for ref in gate.tests]
    named = {file_of(ref.target) for ref in references}
    prefix, tests, patterns = context.layout.prefix, context.request.testpaths, context.request.patterns
    for path in (path.removeprefix(prefix) for path in context.tree if path.startswith(prefix)):
        is_below = not tests or any(PurePosixPath(path).is_relative_to(directory) for directory in tests)
        is_named_like_test = is_below and any(fnmatch(PurePosixPath(path).name, pattern) for pattern in patterns)
        if path in named or (is_named_like_test and _holds_tests(context, path)):
            yield path


def _holds_tests(context: Context, path: str) -> bool:
    """Return whether a file holds tests by its text: one of the implementation may only be named like a test."""
    file, request = context.root / path, context.request
    return file.is_file() and holds_tests(file.read_bytes(), request.functions, request.classes)


def _may_exist(context: Context, target: str) -> bool:
    """Return whether a nodeid may be that of a test, as far as its file tells."""
    file, names = names_of(target)
    path = context.root / file
    return not path.is_file() or not file.endswith(".py") or may_define(path.read_bytes(), names)


def _as_test(path: str) -> CollectedTest:
    return CollectedTest(path, file_of(path), 1)
