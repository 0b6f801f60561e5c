"""Measures tests once more, each in a process of its own, where nothing is cached.

What one test has cached, imported or started, later tests of the same process use without running it again: the lines
count for the first test alone. A test that runs by itself runs all that it needs. Only its test file and the conftest
files are imported before.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core.evidence import Measure
from pytest_execute.coverage import alone_plugin
from pytest_execute.coverage.alone_plugin import AloneSettings
from pytest_execute.coverage.data import Recording, read
from pytest_execute.coverage.recorder import context_name
from pytest_execute.engine.runner import Runner
from pytest_execute.engine.settings import Settings
from pytest_execute.tools.cache import ResultCache, digest
from pytest_execute.tools.git import Git

FORMAT, KIND = 1, "alone"
"""Number of the form of entries in the result cache, and their kind."""


class AloneRequest(Struct, frozen=True, kw_only=True):
    """Tests to measure in `tree`, with their seconds and gates.

    `sources` has the files that count: `{file in the checkout: its path from pytest's root directory}`.
    """

    tree: str
    sources: dict[str, str]
    branch: bool
    tests: dict[str, float]
    gates: Mapping[str, Sequence[str]]
    settings: Settings


def measure_alone(git: Git, request: AloneRequest, directory: Path, cache: ResultCache) -> Recording:
    """Return what each test runs that passes by itself, for its gates. All files are written below `directory`.

    A second run on the same tree takes the answer from the cache, if all tests have passed.
    """
    facts = (FORMAT, request.tree, request.settings.fingerprint(), request.branch, sorted(request.sources.values()))
    key = digest(*map(str, facts), *request.tests)
    known = cache.get(KIND, [key])
    if key in known:
        by_test = Recording.decode(known[key])
    else:
        by_test, has_all_passed = _run(git, request, directory)
        if has_all_passed:
            cache.put(KIND, {key: by_test.encode()})
    contexts = {test: context_name(request.gates.get(test, ())) for test in request.tests}
    return by_test.renamed({path: file for file, path in request.sources.items()}, contexts)


def _run(git: Git, request: AloneRequest, directory: Path) -> tuple[Recording, bool]:
    """Return what the tests that pass have run, by test and by path from the root, and whether all of them pass."""
    data = directory / "alone"
    paths = tuple(request.sources.values())
    value = msgspec.json.encode(AloneSettings(paths, request.branch, str(data))).decode()
    arguments = ("-p", alone_plugin.__name__, f"{alone_plugin.OPTION}={value}", *request.settings.pytest.arguments)
    options = replace(request.settings.pytest, arguments=arguments)
    settings = replace(request.settings, pytest=options, seconds=request.tests)
    with contextlib.closing(Runner(git, settings, directory / "alone-trees")) as runner:
        outcomes = runner.run(git.tree(request.tree), list(request.tests), alone=True)
        files = {str((worker.root / path).resolve()): path for worker in runner.workers for path in paths}
    passed = {test: test for test, outcome in outcomes.items() if outcome.passed}
    return read(data).renamed(files, passed), len(passed) == len(request.tests)


def ran_elsewhere(measure: Measure, root: Path, recording: Recording) -> set[str]:
    """Return the files in which something ran that a gate has not reached: in another test, or on import."""
    found: set[str] = set()
    for path in {*measure.missing, *measure.missing_arcs}:
        arcs = recording.arcs(str((root / path).resolve()))
        ran = {*arcs, *(line for arc in arcs for line in arc)}
        if not ran.isdisjoint({*measure.missing.get(path, ()), *measure.missing_arcs.get(path, ())}):
            found.add(path)
    return found
