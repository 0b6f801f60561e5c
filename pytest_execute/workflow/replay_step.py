"""Replay: run the tests of the tasks again on the trees of the commits since base."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Evidence, Missing, Proof
from pytest_execute.core.nodeids import file_of
from pytest_execute.replay.history import TopicHistory
from pytest_execute.replay.prove import ReplayRequest, prove
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.data_commits import note_data
from pytest_execute.workflow.out_of_scope import startable_tests
from pytest_execute.workflow.request import Rerun, RunResult


def add_proofs(context: Context, run: RunResult, rerun: Rerun, evidence: Evidence) -> Evidence:
    """Add a proof for each test of a task that passed, or the reason why there is none.

    So with tests that a partial run leaves out: they are replayed to know which code is that of their tasks.
    """
    reason = why_not_replayed(context, run)
    if reason:
        return replace(evidence, proofs=Missing(reason))
    layout, tests = context.layout, _tests_of_tasks(run)
    in_scope = tests.keys() - run.out_of_scope.keys()
    doctests = {test for test in tests if layout.is_source(layout.prefix + file_of(test))}
    request = ReplayRequest(
        tests={test: seconds for test, seconds in tests.items() if test not in doctests},
        settings=rerun.settings,
        turns=in_scope if context.request.turns else (),
    )
    history = TopicHistory(context.git, context.commit_range, layout)
    commits = context.commit_range
    title = f"replaying the tests on {len(commits.commits)} commits since {commits.base[:7]}"
    with rerun.phase(title, "trees replayed") as on_progress:
        proofs = prove(history, request, rerun.directory, context.cache, on_progress)
    proofs |= {
        test: Proof(test=test, found="doctest", detail="it is in the code that it tests") for test in sorted(doctests)
    }
    startable = startable_tests(context.plan, run, proofs)
    proofs = {t: proof for t, proof in proofs.items() if t not in run.out_of_scope or t in startable}
    return replace(evidence, proofs=note_data(context.git, context.commit_range, layout, proofs))


def why_not_replayed(context: Context, run: RunResult) -> str:
    """Return the reason why there is no replay, or "" where there is one."""
    return 'the policy sets test-first to "off"' if context.policy.test_first == "off" else why_not_rerun(context, run)


def why_not_rerun(context: Context, run: RunResult) -> str:
    """Return the reason why tests cannot be run again and compared with base, or "" where they can."""
    if context.commit_range.shallow:
        return "the clone is shallow, so its history is missing: run `git fetch --unshallow` (in CI, fetch-depth: 0)"
    if run.interrupted:
        return "the run was interrupted"
    if context.policy.prepare != context.policy_at_base.prepare:
        return "the policy's `prepare` differs from the one at base: change it in a commit before the topic begins"
    return ""


def _tests_of_tasks(run: RunResult) -> dict[str, float]:
    """Return `{test: seconds}` of the tests that count for a task and passed, or were left out by a partial run."""
    passed = {test: result.seconds for test, result in run.results.items() if result.outcome == "passed"}
    gates = run.manifest.gates
    return {
        test: seconds
        for test, seconds in (passed | run.out_of_scope).items()
        if any(map(gate_ids.is_task, gates.get(test, ())))
    }
