"""Measures the tests of a gate once more, without any other test, where nothing is cached.

What one test has cached, imported or started, later tests of the same process use without running it again: the lines
count for the first test alone. Here, the tests of one gate in one file share a process, and no other test runs in it.
Only the file and the conftest files are imported before.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Container, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core.evidence import Measure
from pytest_execute.coverage import alone_plugin
from pytest_execute.coverage.alone_plugin import AloneSettings
from pytest_execute.coverage.data import Recording, read
from pytest_execute.coverage.source import classify_file
from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.engine.runner import Runner
from pytest_execute.engine.settings import Settings
from pytest_execute.tools import json_values
from pytest_execute.tools.cache import ResultCache, digest
from pytest_execute.tools.git import Git, Tree

FORMAT, KIND = 1, "alone"
"""Number of the form of entries in the result cache, and their kind."""
ENDED = ("passed", "failed", "skipped")
"""States of a test that was run to its end."""


class AloneRequest(Struct, frozen=True, kw_only=True):
    """Tests of each gate to measure in `tree`. What a test runs counts if it passes; for those `unmeasured`, always.

    `sources` has the files that count: `{file in the checkout: its path from pytest's root directory}`.
    """

    tree: str
    sources: dict[str, str]
    branch: bool
    tests: dict[str, tuple[str, ...]]
    settings: Settings
    unmeasured: frozenset[str] = frozenset()


class Alone(NamedTuple):
    """Recording of tests that ran by themselves, and those of the unmeasured tests that did not come to an end."""

    recording: Recording
    not_ended: frozenset[str]


def measure_alone(git: Git, request: AloneRequest, directory: Path, cache: ResultCache) -> Alone:
    """Return what the tests of each gate run. All files are written below `directory`.

    A second run on the same tree takes the answer from the cache, if all tests have passed.
    """
    recording, not_ended, data = Recording(), set[str](), directory / "alone-data"
    files = {path: file for file, path in request.sources.items()}
    with contextlib.closing(Runner(git, _settings(request, data), directory / "alone")) as runner:
        for gate, tests in request.tests.items():
            key = _cache_key(request, tests)
            known = cache.get(KIND, [key])
            if key in known:
                by_test, counted = Recording.decode(known[key]), set(tests)
            else:
                by_test, outcomes = _run(runner, git.tree(request.tree), tests, tuple(files), data)
                passed = {test for test, outcome in outcomes.items() if outcome.passed}
                cache.put(KIND, {key: by_test.encode()} if len(passed) == len(tests) else {})
                counted = passed | (request.unmeasured & {*tests})
                not_ended |= {test for test in request.unmeasured & {*tests} if outcomes[test].state not in ENDED}
            recording.update(by_test.renamed(files, dict.fromkeys(counted, gate)))
    return Alone(recording, frozenset(not_ended))


def _settings(request: AloneRequest, data: Path) -> Settings:
    """Return the settings of the runs, with the plugin that measures."""
    value = AloneSettings(tuple(request.sources.values()), request.branch, str(data))
    option = f"{alone_plugin.OPTION}={json_values.encode(value).decode()}"
    arguments = ("-p", alone_plugin.__name__, option, *request.settings.pytest.arguments)
    return replace(request.settings, pytest=replace(request.settings.pytest, arguments=arguments))


def _cache_key(request: AloneRequest, tests: Iterable[str]) -> str:
    facts = (FORMAT, request.tree, request.settings.fingerprint(), request.branch, sorted(request.sources.values()))
    return digest(*map(str, facts), *tests)


def _run(
    runner: Runner, tree: Tree, tests: Sequence[str], paths: Sequence[str], data: Path
) -> tuple[Recording, dict[str, TreeOutcome]]:
    """Return what the tests have run, by test and by path from the root, and how each ended."""
    outcomes = runner.run(tree, tests)
    files = {str((worker.root / path).resolve()): path for worker in runner.workers for path in paths}
    recording = read(data).renamed(files, {test: test for test in tests})
    shutil.rmtree(data, ignore_errors=True)
    return recording, outcomes


def ran_elsewhere(measure: Measure, root: Path, recording: Recording, not_run: Container[tuple[str, int]]) -> set[str]:
    """Return the files in which something ran that a gate has not reached: in another test, or on import.

    `not_run` has the functions, as (path, line of the def), that tests of the gate are known not to run.
    """
    found: set[str] = set()
    for path in {*measure.missing, *measure.missing_arcs}:
        file = (root / path).resolve()
        arcs = recording.arcs(str(file))
        lines = {line for arc in arcs for line in arc}
        missing = lines.intersection(measure.missing.get(path, ()))
        missing.update(start for start, _ in arcs.intersection(measure.missing_arcs.get(path, ())))
        functions = classify_file(file).functions if missing else {}
        if any((path, functions.get(line, 0)) not in not_run for line in missing):
            found.add(path)
    return found
