"""Check `dependencies`: of tasks, and of what is made of tasks."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_execute.core.policy import Policy
from pytest_execute.gates.judge import judge
from tests.gates.samples import (
    GOOD,
    PLAN,
    reasons,
    unticked,
    verdicts,
    with_result,
)


def test_a_failed_dependency_blocks_its_stream_and_no_other() -> None:
    plan = replace(PLAN, streams=(PLAN.streams[0], replace(PLAN.streams[1], after=())))
    verdict = judge(plan, Policy(), with_result("1", "failed"))
    assert verdicts(verdict)["task:2"] == "blocked"
    assert reasons(verdict, "task:2") == [
        "dependencies/blocked/dependency-failed: task 1, which this task depends on, failed"
    ]
    assert verdicts(verdict)["task:3"] == verdicts(verdict)["stream:B"] == "passed"
    assert reasons(verdict, "stream:A") == [
        "dependencies/failed/task-failed: task 1 failed",
        "dependencies/failed/task-blocked: task 2 is blocked",
    ]
    assert verdicts(verdict)["system"] == verdicts(verdict)["deployment"] == "failed"


def test_a_stream_that_comes_after_a_failed_one_is_blocked() -> None:
    verdict = judge(PLAN, Policy(), with_result("2", "failed"))
    assert reasons(verdict, "task:3") == [
        "dependencies/blocked/dependency-failed: task 2, which this task depends on, failed"
    ]


def test_a_ticked_task_needs_ticked_dependencies() -> None:
    verdict = judge(unticked(PLAN, "1"), Policy(), GOOD)
    assert verdicts(verdict)["task:1"] == "open"
    assert reasons(verdict, "task:1") == ["plan/open/not-ticked: the task is not ticked"]
    assert reasons(verdict, "task:2") == [
        "dependencies/failed/unmet-dependency: the task is ticked, but task 1, which it depends on, is not"
    ]
