"""Tests that a partial run leaves out: those that a whole run would start, and that may pass.

A task is judged in a partial run as in the whole one, so the tests of others count there too: their proofs say whose
code it is, and they notice functions. None of them is run before something depends on it.
"""

from __future__ import annotations

from collections.abc import Mapping

from pytest_execute.core.evidence import Proof
from pytest_execute.core.plan import Plan
from pytest_execute.discovery import mapping
from pytest_execute.scheduling.work import ScheduledWork
from pytest_execute.workflow.request import RunResult


def passing_tests(plan: Plan, run: RunResult, proofs: Mapping[str, Proof]) -> dict[str, float]:
    """Return `{test: seconds}` of the tests that passed, and of those left out that may pass, in the files' order."""
    may_pass = startable_tests(plan, run, proofs).keys() & _may_pass(run, proofs)
    known = run.passed | {test: run.out_of_scope[test] for test in may_pass}
    return {test: known[test] for test in run.manifest.tests if test in known}


def startable_tests(plan: Plan, run: RunResult, proofs: Mapping[str, Proof]) -> dict[str, float]:
    """Return `{test: seconds}` of the tests left out that a whole run would start: all that they wait for passes."""
    blocked = _blocked_tests(plan, run, proofs) if run.out_of_scope and not run.keep_going else frozenset[str]()
    return {test: seconds for test, seconds in run.out_of_scope.items() if test not in blocked}


def _blocked_tests(plan: Plan, run: RunResult, proofs: Mapping[str, Proof]) -> frozenset[str]:
    """Return the tests that a whole run would not start."""
    manifest, tests = run.manifest, list(run.manifest.tests)
    gates = {test: mapping.lowest_gates(manifest, test) for test in tests}
    queue = ScheduledWork(mapping.gate_dependencies(plan), gates).queue(tests, workers=1)
    passing, blocked = run.passed.keys() | _may_pass(run, proofs), set[str]()
    while (index := queue.take()) is not None:
        blocked.update(tests[each.test] for each in queue.finish(index, tests[index] in passing))
    return frozenset(blocked)


def _may_pass(run: RunResult, proofs: Mapping[str, Proof]) -> set[str]:
    """Return the tests left out without those that do not pass today, as the replay shows."""
    return {test for test in run.out_of_scope if test not in proofs or proofs[test].found != "not-reproduced"}
