"""Check `plan`: documents and files."""

from __future__ import annotations

from msgspec.structs import replace

from pytest_execute.core.policy import Policy
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
