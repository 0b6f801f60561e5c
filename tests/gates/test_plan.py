"""Check `plan`: documents and files."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_execute.core.policy import Policy
from pytest_execute.core.stricter_policy import WeakerKey
from pytest_execute.gates.judge import judge
from tests.gates.samples import (
    GOOD,
    PLAN,
    reasons,
)


def test_missing_documents_and_files() -> None:
    evidence = replace(GOOD, documents={"notes/chat/plan.md": False}, files={"src/app/m.py": False})
    verdict = judge(PLAN, Policy(), evidence)
    assert reasons(verdict, "prerequisites") == [
        "plan/failed/missing-document: notes/chat/plan.md is missing, or has only headings: write it"
    ]
    assert reasons(verdict, "task:1") == [
        "plan/failed/missing-file: src/app/m.py is listed in Files, but exists neither now nor at base"
    ]


def test_keys_of_the_policy_that_are_weaker_than_at_base_are_listed() -> None:
    weaker = WeakerKey("coverage.task", "90", "0")
    verdict = judge(PLAN, Policy(), replace(GOOD, weaker_keys=(weaker,)))
    assert verdict.passed
    assert reasons(verdict, "prerequisites") == [
        (
            "plan/passed/weaker-policy: coverage.task is 0 in [tool.pytest-execute], and 90 at base, which counts: "
            "change it in a commit before the topic begins"
        )
    ]
