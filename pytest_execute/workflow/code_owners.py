"""Owners of the code: one rule, with what the run and the replay have shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from pytest_execute.core.evidence import Proof
from pytest_execute.core.ownership import Ownership, turning_commits
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.request import RunResult


def code_owners(context: Context, run: RunResult, proofs: Mapping[str, Proof]) -> Ownership:
    """Return the rule for the tasks that code belongs to."""
    turning = turning_commits(context.plan, run.manifest, proofs)
    return Ownership(context.plan, turning, context.layout.home, frozenset(files_that_never_ran(context, run)))


def files_that_never_ran(context: Context, run: RunResult) -> Iterator[str]:
    """Yield the files of the implementation of which no line ran; none where that was not measured."""
    if isinstance(run.coverage, str):
        return
    from pytest_execute.coverage import data

    ran = data.files_that_ran(run.coverage)
    for path in context.source_files:
        if str((context.home / path).resolve()) not in ran:
            yield context.layout.home + path
