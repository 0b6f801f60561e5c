"""Values that the session hands to the workflow: the request, the run's result, the settings to run tests again."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

from msgspec import Struct

from pytest_execute.core.evidence import Manifest, TestResult
from pytest_execute.core.policy import Scope
from pytest_execute.engine.settings import Settings

ProgressCallback = Callable[[int, int], None]
"""Is called with the number of parts of a phase that are done, and that of all."""
Phase = Callable[[str, str], AbstractContextManager[ProgressCallback]]
"""Begins a phase with a title, such as "replaying the tests", and a noun, such as "trees replayed"."""


@contextlib.contextmanager
def silent_phase(title: str, noun: str) -> Iterator[ProgressCallback]:
    """Begin a phase that nobody watches."""
    yield lambda done, total: None


class Request(Struct, frozen=True, kw_only=True):
    """Options of the judgement, and what pytest's configuration and PYTHONPATH say of tests and modules.

    For staged files, `work_tree` is a directory that holds only these, `index` is the index file that they were read
    from, and `repository` is the checkout whose history counts. For those of a commit, `commit` takes the place of
    `index`. With `turns`, each test is replayed on every tree.
    `outputs` are files that this run writes, which are no work of the user.
    """

    topic: str
    root: Path
    notes: str | None = None
    base: str | None = None
    scope: Scope = Scope()
    repository: Path | None = None
    index: Path | None = None
    commit: str | None = None
    work_tree: Path | None = None
    patterns: tuple[str, ...] = ("test_*.py", "*_test.py")
    testpaths: tuple[str, ...] = ()
    functions: tuple[str, ...] = ("test",)
    classes: tuple[str, ...] = ("Test",)
    module_path: tuple[Path, ...] = ()
    turns: bool = False
    outputs: tuple[Path, ...] = ()


class RunResult(Struct, frozen=True, kw_only=True):
    """Results of the run, and how many tests ran side by side.

    `coverage` is the directory of the raw data, or the reason why there is none. `out_of_scope` are the tests of the
    manifest that a partial run leaves out, with the seconds that each may take. With `keep_going` no failed test keeps
    others from being run.
    """

    manifest: Manifest
    results: dict[str, TestResult]
    coverage: Path | str
    workers: int = 1
    interrupted: bool = False
    out_of_scope: dict[str, float] = {}
    keep_going: bool = False

    @property
    def passed(self) -> dict[str, float]:
        """Return `{test: seconds}` of the tests that passed, in the order of the files."""
        results = {test: self.results[test] for test in self.manifest.tests if test in self.results}
        return {test: result.seconds for test, result in results.items() if result.outcome == "passed"}


class Rerun(Struct, frozen=True):
    """Settings to run tests again, a directory for the trees, and a function that shows the progress of a phase."""

    settings: Settings
    directory: Path
    phase: Phase = silent_phase
