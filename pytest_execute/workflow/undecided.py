"""Gates that a partial run cannot decide: only tests that it leaves out would show what the whole run finds."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from msgspec.structs import replace

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Evidence, LineSets
from pytest_execute.core.ownership import Ownership, turning_commits
from pytest_execute.workflow.alone_step import Measured, co_owners, required_shares, short_gates
from pytest_execute.workflow.code_owners import files_that_never_ran
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.named_files import WHOLE_FILE, changed_by_commit
from pytest_execute.workflow.request import RunResult


def undecided_gates(
    context: Context, run: RunResult, evidence: Evidence, measured: Measured, not_ended: Collection[str]
) -> dict[str, str]:
    """Return `{gate: why it cannot be decided}`. `not_ended` are tests left out that could not be measured."""
    if not run.out_of_scope:
        return {}
    found = {gate_ids.task(task): _not_loaded(path) for path, task in _owners_of_unloaded_code(context, run, evidence)}
    for gate, _ in short_gates(context, measured.line_sets):
        others = [gate_ids.task(task) for task in co_owners(context, gate, measured.owners)]
        tests = [test for other in others for test in run.manifest.tests_for(other) if test in not_ended]
        if tests:
            found[gate] = f"{tests[0]} counts for its code as well, and could not be measured by itself"
        elif (path := _unloaded_lines(context, gate, measured.line_sets[gate])) is not None:
            found[gate] = _not_loaded(path)
    return found


def _not_loaded(path: str) -> str:
    return f"no test of this run loads {path}, and tests that it leaves out may do so"


def _owners_of_unloaded_code(context: Context, run: RunResult, evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Yield (file, task) for the changed files that no test loads, and that would be the task's if some test did."""
    if isinstance(run.coverage, str):
        return
    never_run = {*files_that_never_ran(context, run)}
    unloaded = (never_run | {*context.unknown_code}) & {*context.changed_files}
    turning = turning_commits(context.plan, run.manifest, evidence.proofs or {})
    if_loaded = Ownership(context.plan, turning, context.layout.home)
    as_it_is = Ownership(context.plan, turning, context.layout.home, never_run)
    changes = list(changed_by_commit(context)) if unloaded else []
    for path in sorted(unloaded):
        commits = [commit for commit, paths in changes if path in paths]
        now = as_it_is.tasks(path, WHOLE_FILE, commits) if path in never_run else ()
        for task in set(if_loaded.tasks(path, WHOLE_FILE, commits)) - {*now}:
            yield context.relative(path), task


def _unloaded_lines(context: Context, gate: str, sets: LineSets) -> str | None:
    """Return the first file whose lines outside of functions are all that a gate lacks; None where it lacks more."""
    from pytest_execute.coverage.source import classify_file

    unloaded: dict[str, frozenset[int]] = {}
    for path, lines in sets.measure().missing.items():
        if outside := {*lines} - classify_file(context.home / path).function_bodies:
            unloaded[path] = sets.imported.get(path, frozenset()) | outside
    imported = replace(sets, imported=dict(sets.imported) | unloaded).measure()
    return min(unloaded) if unloaded and imported.reaches(required_shares(context)[gate]) else None
