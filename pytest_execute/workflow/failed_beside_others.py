"""Failures of a parallel run: the tests run once more by themselves, before they are called failed.

A test that passes then may share a file, a port or a database with others. It may as well be unstable, so it has not
passed either: its two results contradict each other.
"""

from __future__ import annotations

import contextlib

from msgspec.structs import replace

from pytest_execute.core import gate_ids
from pytest_execute.engine.runner import Runner
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.replay_step import why_not_rerun
from pytest_execute.workflow.request import Rerun, RunResult

MAX_TESTS = 20
"""Tests that are run again. More failures seldom have a cause of their own."""


def rerun_failed_tests(context: Context, run: RunResult, rerun: Rerun) -> RunResult:
    """Return the results with "passed-alone" for tests that failed beside others and pass by themselves."""
    failed = _failed_tests(context, run)
    if run.workers < 2 or not failed or why_not_rerun(context, run):
        return run
    settings = replace(rerun.settings, seconds=failed)
    with contextlib.closing(Runner(context.git, settings, rerun.directory / "failed")) as runner:
        outcomes = runner.run(context.git.tree(context.commit_range.tree), list(failed), alone=True)
    passed = {test: run.results[test] for test, outcome in outcomes.items() if outcome.passed}
    results = {test: replace(result, outcome="passed-alone") for test, result in passed.items()}
    return replace(run, results=run.results | results)


def _failed_tests(context: Context, run: RunResult) -> dict[str, float]:
    """Return `{test: seconds}` of failures, without tests that died or that count for unticked tasks alone."""
    ticked = {gate_ids.task(task.id) for task in context.plan.tasks if task.done}
    failed = {
        test: result.seconds
        for test, result in run.results.items()
        if result.outcome in ("failed", "error") and not result.crashed
        if not (tasks := set(filter(gate_ids.is_task, run.manifest.gates.get(test, ())))) or tasks & ticked
    }
    return dict(list(failed.items())[:MAX_TESTS])
