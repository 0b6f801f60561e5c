"""Tests that are run again as evidence: on older trees, and on broken functions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec

from pytest_execute.core.evidence import Mutant, Proof
from pytest_execute.core.ownership import Ownership, turning_commits
from pytest_execute.replay import prove as replay
from pytest_execute.workflow.context import policy_at_base
from pytest_execute.workflow.request import Context, RunResult


def proofs(
    prepared: Context, run: RunResult, order: replay.ReplayRequest, place: Path, tell: replay.ProgressCallback | None
) -> tuple[dict[str, Proof] | None, str]:
    """A proof for each test of a task that passed; or None, and why."""
    why_not = not_proven(prepared, run)
    if why_not:
        return None, why_not
    tests = {
        test: result.seconds
        for test, result in run.results.items()
        if result.outcome == "passed" and any(gate.startswith("task:") for gate in run.manifest.gates.get(test, ()))
    }
    order = msgspec.structs.replace(order, tests=tests, prepare=prepared.policy.prepare)
    return replay.prove(prepared.git, prepared.stretch, prepared.layout, order, place, prepared.ledger, tell), ""


def not_proven(prepared: Context, run: RunResult) -> str:
    """Why there is no replay; "" where there is."""
    off = prepared.policy.test_first == "off"
    return "the policy does not ask for it" if off else _not_run(prepared, run)


def _not_run(prepared: Context, run: RunResult) -> str:
    """Why nothing can be run again, and compared with base; "" where it can."""
    if prepared.stretch.shallow:
        return "the clone is shallow, so its history is missing: run `git fetch --unshallow` (in CI, fetch-depth: 0)"
    if run.interrupted:
        return "the run was interrupted"
    if prepared.policy.prepare != policy_at_base(prepared).prepare:
        return "the policy's `prepare` is another than at base, where it would have to stand: change it before a topic begins"
    return ""


def mutants(
    prepared: Context, run: RunResult, order: replay.ReplayRequest, proved: Mapping[str, Proof], place: Path
) -> tuple[tuple[Mutant, ...] | None, str]:
    """What became of the stubs of each function that the topic added or changed; or None, and why."""
    what, scope = prepared.stretch, prepared.request.scope
    if not prepared.policy.mutation.task:
        return (), ""
    why_not = _not_run(prepared, run)
    if not why_not and not hasattr(os, "fork"):
        why_not = "functions are stubbed in forks, which this platform does not have"
    if why_not:
        return None, why_not
    from pytest_execute.mutation import mutate, targets

    tasks = {task.id: run.manifest.of(f"task:{task.id}") for task in prepared.plan.tasks}
    asked = prepared.plan.select(scope.streams, scope.tasks) if scope.partial else set(tasks)
    ticked = {task.id for task in prepared.plan.tasks if task.done}
    turning = turning_commits(prepared.plan, run.manifest, proved)
    ownership = Ownership(prepared.plan, turning, prepared.layout.prefix)
    found = [
        target
        for target in targets.find_targets(prepared.git, what, prepared.layout, ownership)
        if asked & ticked & set(target.tasks) or (not target.tasks and not scope.partial)
    ]
    exempt = targets.exemption_reasons(policy_at_base(prepared).mutation.exempt)
    ours, others = targets.split_targets(found, exempt)
    mutating = mutate.MutationRequest(
        tree=what.tree,
        targets=ours,
        tests={test: run.results[test].seconds for test in run.manifest.tests if _passed(run, test)},
        task_tests=tasks,
        config=order.config,
        arguments=order.arguments,
        workers=order.workers,
        prepare=prepared.policy.prepare,
    )
    mutants = mutate.mutate(prepared.git, prepared.layout, mutating, place, prepared.ledger)
    new = targets.exemption_reasons(prepared.policy.mutation.exempt).keys() - exempt
    marked = [msgspec.structs.replace(mutant, ignored=mutant.function in new) for mutant in mutants]
    prefix = prepared.layout.prefix
    return tuple(msgspec.structs.replace(m, path=m.path.removeprefix(prefix)) for m in (*marked, *others)), ""


def _passed(run: RunResult, test: str) -> bool:
    return test in run.results and run.results[test].outcome == "passed"
