"""Settings of a run that the main process sends to its workers."""

from __future__ import annotations

from msgspec import Struct

from pytest_execute.core.plan import Plan
from pytest_execute.core.policy import Scope


class RunSettings(Struct, frozen=True):
    """Settings of every process that runs tests, on any machine.

    `source` is relative to the root directory, `top_modules` are the first names of its modules, without those of
    pytest. `coverage` is the directory that all processes of this machine write their data files to. `is_measured` is
    True if coverage is measured, `branch` if that includes branches. `changed_tests` are the files that the topic
    changed beside the implementation, relative to the root directory.
    """

    plan: Plan
    scope: Scope
    source: tuple[str, ...]
    top_modules: frozenset[str]
    branch: bool
    is_measured: bool
    coverage: str
    changed_tests: frozenset[str] = frozenset()
