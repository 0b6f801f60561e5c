"""Mutation: replace the bodies of the functions that the topic added or changed, and run the tests that reach them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping

from msgspec.structs import replace

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Evidence, Missing, Mutant, Proof, tests_without_red
from pytest_execute.mutation import mutate, targets
from pytest_execute.mutation.targets import Target
from pytest_execute.workflow.code_owners import code_owners
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.out_of_scope import passing_tests
from pytest_execute.workflow.replay_step import why_not_rerun
from pytest_execute.workflow.request import Rerun, RunResult


def add_mutants(context: Context, run: RunResult, rerun: Rerun, evidence: Evidence) -> Evidence:
    """Add the mutants of each function that the topic added or changed, or the reason why there are none."""
    if not context.policy.mutation.task:
        return replace(evidence, mutants=())
    reason = _why_not_mutated(context, run)
    if reason:
        return replace(evidence, mutants=Missing(reason))
    found = _targets(context, run, evidence.proofs or {})
    return replace(evidence, mutants=_mutants(context, run, rerun, evidence, found))


def try_functions(
    context: Context, run: RunResult, rerun: Rerun, evidence: Evidence, lines: Mapping[str, Collection[int]]
) -> tuple[Mutant, ...]:
    """Return the mutants of the functions that have some of these lines: `{path: lines}`."""
    if not lines or _why_not_mutated(context, run):
        return ()
    targets_in_lines = [
        target
        for target in _targets(context, run, evidence.proofs or {})
        if not target.lines.isdisjoint(lines.get(context.relative(target.path), ()))
    ]
    return _mutants(context, run, rerun, evidence, targets_in_lines)


def _why_not_mutated(context: Context, run: RunResult) -> str:
    return why_not_rerun(context, run) or why_not_forked()


def why_not_forked() -> str:
    """Return why no function can be replaced on this platform, or "" where it can."""
    return "" if hasattr(os, "fork") else "functions cannot be mutated on this platform: Python has no os.fork here"


def _mutate(context: Context, request: mutate.MutationRequest, rerun: Rerun) -> list[Mutant]:
    count = sum(1 for target in request.targets if target.function.stubs and request.is_tried(target))
    if not count:
        return [mutate.untried_mutant(target) for target in request.targets]
    subject = "the body of 1 function" if count == 1 else f"the bodies of {count} functions"
    with rerun.phase(f"replacing {subject}, to see which tests notice", "functions tried") as on_progress:
        return mutate.mutate(context.git, request, rerun.directory, context.cache, on_progress)


def _mutants(
    context: Context, run: RunResult, rerun: Rerun, evidence: Evidence, found: Iterable[Target]
) -> tuple[Mutant, ...]:
    """Run the mutants. A function that only the topic's own policy exempts is run as well, and marked as ignored."""
    proofs = evidence.proofs or {}
    without_red = tests_without_red(proofs)
    tests_of_tasks = {
        task.id: tuple(t for t in run.manifest.tests_for(gate_ids.task(task.id)) if t not in without_red)
        for task in context.plan.tasks
    }
    exempt = targets.exemption_reasons(context.policy.mutation.exempt)
    chosen, others = targets.split_targets(found, exempt)
    request = mutate.MutationRequest(
        tree=context.commit_range.tree,
        targets=chosen,
        tests=passing_tests(context.plan, run, proofs),
        task_tests=tests_of_tasks,
        guards=frozenset(test for test, proof in proofs.items() if proof.is_guard),
        of_base=evidence.tests_of_base,
        settings=rerun.settings,
        may_fail=frozenset(run.out_of_scope),
        tried_tasks=frozenset(context.selected_tasks) if context.scope.is_partial else None,
    )
    mutants = _mutate(context, request, rerun)
    newly_exempt = targets.exemption_reasons(context.policy_at_head.mutation.exempt).keys() - exempt
    marked = [replace(mutant, ignored=mutant.function in newly_exempt) for mutant in mutants]
    return tuple(replace(mutant, path=context.relative(mutant.path)) for mutant in (*marked, *others))


def _targets(context: Context, run: RunResult, proofs: Mapping[str, Proof]) -> list[Target]:
    """Return the changed functions of the ticked tasks; with a full scope also those of no task."""
    commits = context.commit_range
    ticked = {task.id for task in context.plan.tasks if task.done}
    changed = targets.find_targets(context.git, commits, context.layout, code_owners(context, run, proofs))
    whole = not context.scope.is_partial
    return [target for target in changed if ticked & set(target.tasks) or (whole and not target.tasks)]
