"""Second run for coverage: tests of a gate that lacks lines which ran elsewhere are measured once more, without others.

A line that ran in another test, or on import, may be missing only because its value was cached by then.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Evidence, LineSets, Measure, Mutant, tests_without_red
from pytest_execute.core.layout import Layout
from pytest_execute.core.ownership import LineOwners
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.out_of_scope import startable_tests
from pytest_execute.workflow.replay_step import why_not_rerun
from pytest_execute.workflow.request import Rerun, RunResult

if TYPE_CHECKING:
    from pytest_execute.coverage.alone import Alone
    from pytest_execute.coverage.data import Recording


class Measured(NamedTuple):
    """Lines and branches of each gate, the recording that they come from, and the owners of changed lines."""

    line_sets: Mapping[str, LineSets]
    recording: Recording
    owners: LineOwners


def measure_doubtful_tests(
    context: Context, run: RunResult, rerun: Rerun, evidence: Evidence, measured: Measured
) -> Alone | None:
    """Return what the tests of such gates run by themselves; None where no gate is in doubt or no test can be rerun.

    A partial run has not measured the tests of tasks out of its scope. They count for code that belongs to both.
    """
    from pytest_execute.coverage import alone

    if why_not_rerun(context, run):
        return None
    tests, paths = dict[str, tuple[str, ...]](), set[str]()
    proofs = evidence.proofs or {}
    failing = {test for test, proof in proofs.items() if proof.found == "not-reproduced"}  # they fail in every tree
    counted = run.passed.keys() - tests_without_red(proofs) - failing
    left_out = {test for test in startable_tests(context.plan, run, proofs) if test not in tests_without_red(proofs)}
    for gate, measure in short_gates(context, measured.line_sets):
        for task in co_owners(context, gate, measured.owners):
            others = tuple(test for test in run.manifest.tests_for(gate_ids.task(task)) if test in left_out)
            tests |= {gate_ids.task(task): others} if others else {}
            paths |= {*measure.missing, *measure.missing_arcs} if others else set[str]()
        passed = tuple(test for test in run.manifest.tests_for(gate) if test in counted)
        not_run = _functions_not_run(evidence.mutants or (), passed)
        if passed and (found := alone.ran_elsewhere(measure, context.home, measured.recording, not_run)):
            tests[gate] = passed
            paths |= found
    request = alone.AloneRequest(
        tree=context.commit_range.tree,
        sources={str((context.home / path).resolve()): _from_root(context.layout, path) for path in paths},
        branch=context.policy.coverage.branch,
        tests=tests,
        settings=replace(rerun.settings, seconds=run.passed | run.out_of_scope),
        unmeasured=frozenset(left_out),
    )
    return alone.measure_alone(context.git, request, rerun.directory, context.cache) if tests else None


def _functions_not_run(mutants: Iterable[Mutant], tests: Collection[str]) -> set[tuple[str, int]]:
    """Return the functions, as (path, line of the def), whose stubs were tried and that none of these tests runs."""
    known = [mutant for mutant in mutants if mutant.state in ("killed", "survived", "not-reached")]
    run = {(m.path, m.line) for m in known if not {m.killed_by, *m.tests}.isdisjoint(tests)}
    return {(mutant.path, mutant.line) for mutant in known} - run


def _from_root(layout: Layout, path: str) -> str:
    """Return a path from the home as seen from pytest's root directory."""
    return os.path.relpath(layout.home + path, layout.prefix or ".")


def lines_on_import(context: Context, measured: Measured) -> dict[str, frozenset[int]]:
    """Return `{path: lines}` that such gates, or the changed lines, lack, and that ran outside of tests."""
    found: dict[str, frozenset[int]] = {}
    for _, measure in short_gates(context, measured.line_sets):
        for path, missing in measure.missing.items():
            arcs = measured.recording.arcs(str((context.home / path).resolve()), lambda name: not name)
            lines = found.get(path, frozenset()).union({line for arc in arcs for line in arc} & {*missing})
            found |= {path: lines} if lines else {}
    return found


def short_gates(context: Context, line_sets: Mapping[str, LineSets]) -> Iterator[tuple[str, Measure]]:
    """Yield the gates that reach less than the policy requires."""
    for gate, percent in required_shares(context).items():
        sets = line_sets.get(gate)
        if sets is not None and not (measure := sets.measure()).reaches(percent):
            yield gate, measure


def required_shares(context: Context) -> dict[str, Decimal]:
    """Return the percentages for the ticked tasks and the streams in the scope, and "changed" of a whole run."""
    policy, plan, scope = context.policy.coverage, context.plan, context.scope
    tasks = [gate_ids.task(task.id) for task in plan.tasks if task.done and task.id in context.selected_tasks]
    streams = [stream.id for stream in plan.streams if not scope.is_partial or stream.id in scope.streams]
    required = dict.fromkeys(tasks, policy.task) | dict.fromkeys(map(gate_ids.stream, streams), policy.stream)
    return required | ({} if scope.is_partial else {gate_ids.CHANGED: policy.changed})


def co_owners(context: Context, gate: str, owners: LineOwners) -> list[str]:
    """Return the tasks that own a line together with a task or a stream, in the plan's order."""
    name = gate_ids.name(gate)
    own = {name} if gate_ids.is_task(gate) else {task.id for task in context.plan.tasks_of(name)}
    together = {task for lines in owners.values() for tasks in lines.values() if tasks & own for task in tasks}
    return [task.id for task in context.plan.tasks if task.id in together - own]
