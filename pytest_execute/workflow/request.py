"""What is asked for, what is known before the first test runs, and what the run brings."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from pytest_execute.core.evidence import Manifest, TestResult
from pytest_execute.core.layout import Layout
from pytest_execute.core.plan import Plan
from pytest_execute.core.policy import Policy, Scope
from pytest_execute.tools.cache import ResultCache
from pytest_execute.tools.git import Git, Tree
from pytest_execute.tools.revisions import CommitRange


class Request(Struct, frozen=True, kw_only=True):
    """What is asked for: the topic, where it is, how much of it, and what pytest's configuration says of tests.

    For what is staged, `work_tree` is a directory that holds just that, `index` the index file that it was written from, and
    `repository` the checkout whose history counts. With `turns` each test is run on every tree, to report all its turns.
    """

    topic: str
    root: Path
    notes: str | None = None
    base: str | None = None
    scope: Scope = Scope()
    repository: Path | None = None
    index: Path | None = None
    work_tree: Path | None = None
    patterns: tuple[str, ...] = ("test_*.py", "*_test.py")
    testpaths: tuple[str, ...] = ()
    turns: bool = False


class Context(Struct, frozen=True, kw_only=True):
    """All that is known before the first test runs."""

    request: Request
    plan: Plan
    policy: Policy
    git: Git
    stretch: CommitRange
    layout: Layout
    tree: Tree
    ledger: ResultCache


class RunResult(Struct, frozen=True, kw_only=True):
    """What the run of the tests brought. `coverage` is the directory of the raw data, or says why there is none."""

    manifest: Manifest
    results: dict[str, TestResult]
    coverage: Path | str
    interrupted: bool = False
