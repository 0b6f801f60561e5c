"""Check `tests`: outcomes, missing tests, markers and the suite."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from pytest_execute.core.evidence import (
    Unmatched,
)
from pytest_execute.core.plan import NamedGate
from pytest_execute.core.policy import Policy, Scope
from pytest_execute.gates.judge import judge
from tests.gates.samples import (
    GOOD,
    PLAN,
    find_gate,
    nodeid,
    reasons,
    verdicts,
    with_other_test,
    with_result,
)


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        ("failed", "tests/failed/failed: tests/test_2.py::test_it failed: AssertionError: no"),
        (
            "error",
            "tests/failed/error: tests/test_2.py::test_it failed in its set-up or tear-down: AssertionError: no",
        ),
        ("skipped", "tests/failed/skipped: tests/test_2.py::test_it was skipped: a skipped test proves nothing"),
        (
            "xfailed",
            "tests/failed/xfailed: tests/test_2.py::test_it failed as expected: an expected failure proves nothing",
        ),
        (
            "xpassed",
            "tests/failed/xpassed: tests/test_2.py::test_it passed although it was expected to fail: remove its xfail",
        ),
        (
            "rerun",
            (
                "tests/failed/rerun: tests/test_2.py::test_it passed only when it was run again: "
                "a flaky test proves nothing: AssertionError: no"
            ),
        ),
        (
            "passed-alone",
            (
                "tests/unproven/passed-alone: tests/test_2.py::test_it failed beside other tests, "
                "and passes by itself: if it is not safe in parallel, run with -n0: AssertionError: no"
            ),
        ),
        (
            "blocked",
            (
                "tests/blocked/blocked: tests/test_2.py::test_it was not run: "
                "what it depends on did not pass: AssertionError: no"
            ),
        ),
        ("not-run", "tests/unproven/not-run: tests/test_2.py::test_it did not run: AssertionError: no"),
        (
            "not-collected",
            "tests/failed/not-collected: tests/test_2.py::test_it cannot be collected: AssertionError: no",
        ),
    ],
)
def test_a_test_of_a_task_must_pass(outcome: str, line: str) -> None:
    verdict = judge(PLAN, Policy(), with_result("2", outcome, "AssertionError: no"))
    assert reasons(verdict, "task:2")[0] == line
    assert find_gate(verdict, "task:2").verdict == line.split("/")[1]
    assert not verdict.passed
    assert find_gate(verdict, "task:1").verdict == "passed"


def test_a_task_without_tests() -> None:
    manifest = replace(
        GOOD.manifest, gates={test: gates for test, gates in GOOD.manifest.gates.items() if "1" not in test}
    )
    verdict = judge(PLAN, Policy(), replace(GOOD, manifest=manifest))
    assert reasons(verdict, "task:1") == [
        'tests/failed/no-tests: no test counts for this task: name one in its Tests field, or mark one with task("1")',
        "test-first/unproven/no-tests: no test of this task passed, so nothing can be proven",
    ]


def test_a_missing_test_and_an_unknown_marker() -> None:
    manifest = replace(
        GOOD.manifest,
        missing_tests=(Unmatched("tests/test_9.py::test_no", PLAN.path, 9, gate="task:1"),),
        unknown_markers=(Unmatched('task("9")', "tests/test_1.py", 7, nodeid("1")),),
    )
    verdict = judge(PLAN, Policy(), replace(GOOD, manifest=manifest))
    assert reasons(verdict, "task:1") == [
        "tests/failed/missing-test: tests/test_9.py::test_no is named in the breakdown, but pytest did not collect it"
    ]
    assert find_gate(verdict, "task:1").checks[1].reasons[0].line == 9
    assert (
        'tests/failed/unknown-marker: tests/test_1.py::test_it is marked task("9"), which the breakdown does not have'
        in reasons(verdict, "system")
    )


def test_a_gate_that_asks_for_the_suite_and_one_that_asks_for_nothing() -> None:
    plan = replace(
        PLAN,
        gates=(
            NamedGate(name="Gate 1", text="whole suite", line=40, suite=True),
            NamedGate(name="Gate 2", text="it feels good", line=41),
        ),
    )
    verdict = judge(plan, Policy(), with_result("3", "failed"))
    assert verdicts(verdict)["gate:Gate 1"] == "failed"
    assert reasons(verdict, "gate:Gate 2") == [
        (
            "tests/unproven/nothing-to-check: the gate names nothing that can be checked: "
            'name tests in backticks, or mark some with gate("Gate 2")'
        )
    ]


def test_the_rest_of_the_suite_counts_for_the_system() -> None:
    assert judge(PLAN, Policy(), with_other_test("passed")).passed
    assert judge(PLAN, Policy(), with_other_test("skipped")).passed
    assert verdicts(judge(PLAN, Policy(), with_other_test("failed")))["system"] == "failed"
    assert verdicts(judge(PLAN, Policy(), with_other_test("not-run")))["system"] == "unproven"
    assert verdicts(judge(PLAN, Policy(), with_other_test("skipped", ("system",))))["system"] == "failed"
    assert verdicts(judge(PLAN, Policy(), with_other_test("failed", ("stream:A",))))["stream:A"] == "failed"
    assert verdicts(judge(PLAN, Policy(), with_other_test("failed", ("deployment",))))["deployment"] == "failed"


@pytest.mark.parametrize(("done", "verdict"), [(True, "failed"), (False, "passed")])
def test_a_file_that_cannot_be_collected_may_be_that_of_an_open_task(done: bool, verdict: str) -> None:
    """An open task without a Tests field has its tests by markers, which nobody can read in such a file."""
    plan = replace(PLAN, tasks=(*PLAN.tasks[:2], replace(PLAN.tasks[2], done=done)))
    judged = judge(plan, Policy(), with_other_test("not-collected"), Scope(claimed=True))
    assert judged.verdict == verdict
