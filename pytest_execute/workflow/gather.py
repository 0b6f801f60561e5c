"""Gather the evidence after the run, step by step, and judge it."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_execute.core.evidence import Evidence
from pytest_execute.core.verdict import Verdict
from pytest_execute.gates.judge import judge
from pytest_execute.workflow import deployment
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.coverage_step import add_coverage
from pytest_execute.workflow.failed_beside_others import rerun_failed_tests
from pytest_execute.workflow.first_evidence import first_evidence
from pytest_execute.workflow.guards_step import add_guards
from pytest_execute.workflow.lost_lines_step import add_lost_lines
from pytest_execute.workflow.mutation_step import add_mutants
from pytest_execute.workflow.named_files import add_named_files
from pytest_execute.workflow.replay_step import add_proofs
from pytest_execute.workflow.request import Rerun, RunResult
from pytest_execute.workflow.tests_of_base_step import add_tests_of_base

STEPS = (add_proofs, add_guards, add_tests_of_base, add_named_files, add_mutants, add_coverage, add_lost_lines)
"""Steps in their order, as `step(context, run, rerun, evidence)`: each returns the evidence with its own part added."""


def judge_run(context: Context, run: RunResult, rerun: Rerun) -> tuple[Verdict, Evidence]:
    """Gather the evidence and judge it. The commands of the deployment run only where all its other checks pass."""
    run = rerun_failed_tests(context, run, rerun)
    evidence = first_evidence(context, run, rerun)
    for step in STEPS:
        evidence = step(context, run, rerun, evidence)
    verdict = _judge(context, evidence)
    if deployment.is_due(context.policy, verdict):
        evidence = replace(evidence, commands=deployment.run_commands(context))
        verdict = _judge(context, evidence)
    return verdict, evidence


def _judge(context: Context, evidence: Evidence) -> Verdict:
    return judge(context.plan, context.policy, evidence, context.scope)
