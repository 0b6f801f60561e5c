"""Guards: find out which of the tests that never failed protect what base did."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec.structs import replace

from pytest_execute.core.evidence import Evidence, Guard, Proof
from pytest_execute.mutation.guards import find_guards
from pytest_execute.mutation.mutate import MutationRequest
from pytest_execute.mutation.targets import find_targets_at_base
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.mutation_step import why_not_forked
from pytest_execute.workflow.out_of_scope import passing_tests
from pytest_execute.workflow.request import Rerun, RunResult


def add_guards(context: Context, run: RunResult, rerun: Rerun, evidence: Evidence) -> Evidence:
    """Add to the proof of each test that passes at base, and is not the same there, whether it is a guard."""
    proofs = evidence.proofs or {}
    candidates = [test for test, proof in proofs.items() if _may_be_guard(proof, context.commit_range.base)]
    if not candidates or context.policy.guards == "refused":
        return evidence
    guards = _guards(context, run, rerun, proofs, candidates)
    return replace(evidence, proofs={**proofs, **{test: replace(proofs[test], guard=guards[test]) for test in guards}})


def _may_be_guard(proof: Proof, base: str) -> bool:
    return proof.found == "never-red" and proof.after == base and proof.at_base != "same"


def _guards(
    context: Context, run: RunResult, rerun: Rerun, proofs: Mapping[str, Proof], tests: list[str]
) -> Mapping[str, Guard]:
    if why := why_not_forked():
        return dict.fromkeys(tests, Guard(error=why))
    request = MutationRequest(
        tree=context.commit_range.tree,
        targets=find_targets_at_base(context.git, context.commit_range, context.layout),
        tests={test: seconds for test, seconds in passing_tests(context.plan, run, proofs).items() if test in tests},
        task_tests={},
        settings=rerun.settings,
    )
    return find_guards(context.git, request, rerun.directory, context.cache)
