"""The judge: which gates there are, what they come to, and what a scope leaves out."""

from __future__ import annotations

from pytest_execute.core.policy import Policy, Scope
from pytest_execute.gates.judge import judge
from tests.gates.samples import (
    GOOD,
    PLAN,
    find_gate,
    unticked,
    verdicts,
    with_other_test,
    with_result,
)


def test_a_topic_with_all_its_evidence_passes() -> None:
    verdict = judge(PLAN, Policy(), GOOD)
    assert verdict.passed
    assert verdicts(verdict) == dict.fromkeys(
        ["prerequisites", "task:1", "task:2", "stream:A", "task:3", "stream:B", "gate:Gate 1", "system", "deployment"],
        "passed",
    )
    assert find_gate(verdict, "task:1").agent == "coder"
    assert [check.name for check in find_gate(verdict, "task:1").checks] == [
        "plan", "tests", "dependencies", "test-first", "coverage", "mutation",
    ]  # fmt: skip


def test_the_claimed_scope_leaves_open_tasks_out() -> None:
    """Task 3 is not ticked and its test is red: nothing of it counts, and nothing else is let off."""
    claimed = Scope(claimed=True)
    evidence = with_result("3", "failed")
    verdict = judge(unticked(PLAN, "3"), Policy(), evidence, claimed)
    assert verdict.passed
    assert verdicts(verdict)["task:3"] == verdicts(verdict)["stream:B"] == verdicts(verdict)["system"] == "open"
    assert not judge(unticked(PLAN, "3"), Policy(), evidence).passed
    assert not judge(PLAN, Policy(), evidence, claimed).passed
    assert not judge(unticked(PLAN, "3"), Policy(), with_result("2", "failed"), claimed).passed
    assert not judge(unticked(PLAN, "3"), Policy(), with_other_test("failed"), claimed).passed


def test_a_part_of_the_plan() -> None:
    verdict = judge(PLAN, Policy(), with_result("3", "failed"), Scope(streams=("A",)))
    assert list(verdicts(verdict)) == ["prerequisites", "task:1", "task:2", "stream:A"]
    assert verdict.passed
    assert list(verdicts(judge(PLAN, Policy(), GOOD, Scope(tasks=("2",))))) == ["prerequisites", "task:2"]


def test_the_judge_is_pure() -> None:
    evidence = with_result("1", "failed")
    assert judge(PLAN, Policy(), evidence) == judge(PLAN, Policy(), evidence)
