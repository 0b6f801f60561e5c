"""Check `tests`: there are some, those that are named exist, and all of them passed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Outcome, TestResult
from pytest_execute.core.plan import NamedGate, Task
from pytest_execute.core.verdict import VerdictWord
from pytest_execute.gates.context import JudgeContext
from pytest_execute.gates.listing import list_names
from pytest_execute.gates.reason_codes import Finding, finding

PHRASES: dict[Outcome, str] = {
    "failed": "failed",
    "error": "failed in its set-up or tear-down",
    "skipped": "was skipped: a skipped test proves nothing",
    "xfailed": "failed as expected: an expected failure proves nothing",
    "xpassed": "passed although it was expected to fail: remove its xfail",
    "rerun": "passed only when it was run again: a flaky test proves nothing",
    "passed-alone": "failed beside other tests, and passes by itself: if it is not safe in parallel, run with -n0",
    "blocked": "was not run: what it depends on did not pass",
    "not-run": "did not run",
    "not-collected": "cannot be collected",
}
WITH_MESSAGE: tuple[Outcome, ...] = ("failed", "error", "rerun", "passed-alone", "blocked", "not-run", "not-collected")
"""Outcomes whose own message is part of the reason."""
DID_NOT_RUN: dict[Outcome, VerdictWord] = {"blocked": "blocked", "not-run": "unproven", "not-collected": "unproven"}


def check_task(context: JudgeContext, task: Task) -> Iterator[Finding]:
    """Find a task without tests, and its tests that are missing or did not pass."""
    gate = gate_ids.task(task.id)
    missing = list(_missing_tests(context, gate))
    if context.is_without_tests(task):
        yield from _without_tests(context, task)
    elif not context.tests(gate) and not missing:
        yield _no_tests(context, task)
    yield from missing
    yield from check_outcomes(context, context.tests(gate))


def _no_tests(context: JudgeContext, task: Task) -> Finding:
    """Return the finding for a task without tests; nothing is proven by it where some file was not collected."""
    place = (context.plan.path, task.line)
    if left_out := _left_out(context):
        message = f"no test counts for this task, but not all files were collected: {list_names(left_out)}"
        return finding("no-tests", message, place, verdict="unproven")
    remedy = f'name one in its Tests field, or mark one with task("{task.id}")'
    broken = [test for test in context.files if context.outcome(test) == "not-collected"]
    more = f", or mend the file that it is in: {list_names(broken)} cannot be collected" if broken else ""
    return finding("no-tests", f"no test counts for this task: {remedy}{more}", place)


def _left_out(context: JudgeContext) -> list[str]:
    return [file for file in context.files if context.outcome(file) == "not-run"]


def _without_tests(context: JudgeContext, task: Task) -> Iterator[Finding]:
    """Find the reason why a task has no tests."""
    place, files = (context.plan.path, task.line), ", ".join(dict.fromkeys(ref.path for ref in task.files))
    if task.no_tests:
        yield finding("without-tests", f"no tests: {task.no_tests}; judged by {files or 'nothing'}", place)
    else:
        message = "the task has no tests, and no reason why: name tests, or write `none (reason)`"
        yield finding("no-reason", message, place)


def check_named_gate(context: JudgeContext, gate: NamedGate) -> Iterator[Finding]:
    """Find the tests of a named gate that are missing or did not pass, and a gate without anything to check."""
    gate_id = gate_ids.named(gate.name)
    yield from _missing_tests(context, gate_id)
    yield from check_outcomes(context, context.tests(gate_id))
    if gate.suite:
        yield from check_suite(context)
    if not (context.tests(gate_id) or gate.suite or gate.tests or gate.after or gate.depends):
        remedy = f'name tests in backticks, or mark some with gate("{gate.name}")'
        yield finding(
            "nothing-to-check", f"the gate names nothing that can be checked: {remedy}", (context.plan.path, gate.line)
        )


def check_suite(context: JudgeContext) -> Iterator[Finding]:
    """Find all collected tests that did not pass.

    Outside of tasks a skip is tolerated. In the claimed scope a test that only open tasks have is left out.
    """
    manifest = context.evidence.manifest
    ticked = {gate_ids.task(task.id) for task in context.plan.tasks if task.done}
    for test in manifest.tests:
        tasks = set(filter(gate_ids.is_task, manifest.gates.get(test, ())))
        if context.scope.claimed and not tasks & ticked and (tasks or _may_be_open(context, test)):
            continue
        tolerated: tuple[Outcome, ...] = ("passed",) if manifest.gates.get(test) else ("passed", "skipped", "xfailed")
        yield from check_outcomes(context, [test], tolerated)


def _may_be_open(context: JudgeContext, test: str) -> bool:
    """Return whether it is a file that cannot be collected and may hold the tests of an open task that names none."""
    is_unknown = context.outcome(test) == "not-collected" and not context.evidence.manifest.gates[test]
    return is_unknown and any(not task.done and not task.tests for task in context.plan.tasks)


def check_markers(context: JudgeContext) -> Iterator[Finding]:
    """Find the markers that name a task, stream or gate which the breakdown does not have."""
    for unknown in context.evidence.manifest.unknown_markers:
        message = f"{unknown.test} is marked {unknown.name}, which the breakdown does not have"
        yield finding("unknown-marker", message, (unknown.path, unknown.line), test=unknown.test)


def check_outcomes(
    context: JudgeContext, tests: Iterable[str], tolerated: Iterable[Outcome] = ("passed",)
) -> Iterator[Finding]:
    """Find the tests that ended in another way than those `tolerated`."""
    for test in tests:
        outcome = context.outcome(test)
        if outcome not in tolerated:
            message = f"{test} {PHRASES[outcome]}{_detail(outcome, context.evidence.results.get(test))}"
            yield finding(outcome, message, context.place(test), test=test)


def _detail(outcome: Outcome, result: TestResult | None) -> str:
    return f": {result.message}" if result is not None and result.message and outcome in WITH_MESSAGE else ""


def _missing_tests(context: JudgeContext, gate: str) -> Iterator[Finding]:
    for missing in context.evidence.manifest.missing_tests:
        if missing.gate == gate:
            message = f"{missing.name} is named in the breakdown, but pytest did not collect it"
            yield finding("missing-test", message, (missing.path, missing.line))


def check_all_ran(context: JudgeContext, tests: Iterable[str]) -> Finding | None:
    """Return why not everything is known of what `tests` execute: one did not run, or its process died; else None.

    Where there are no `tests`, those in files that were not collected may be meant.
    """
    for test in list(tests) or _left_out(context):
        outcome, result = context.outcome(test), context.evidence.results.get(test)
        if outcome in DID_NOT_RUN:
            message = f"cannot be measured, as not all tests of the gate ran: {test} {PHRASES[outcome]}"
            return finding("not-measured", message, verdict=DID_NOT_RUN[outcome])
        if result is not None and result.crashed:
            message = f"cannot be measured: {test} crashed the process that ran it, with all that was measured there"
            return finding("not-measured", message)
    return None
