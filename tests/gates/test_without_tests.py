"""Tasks without tests: judged by their files. And files of other tasks that nobody changed."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pytest_execute.core.evidence import Evidence, NamedFile
from pytest_execute.core.plan import FileRef, Plan
from pytest_execute.core.policy import Policy
from pytest_execute.core.verdict import Verdict
from pytest_execute.gates.judge import judge
from tests.gates.samples import GOOD, PLAN, find_gate, reasons, verdicts

GUIDE = "docs/guide.md"


def prose(**changes: Any) -> Plan:
    """The plan, in which task 3 writes a guide and has no tests."""
    task = replace(PLAN.tasks[2], no_tests="documentation only", files=(FileRef(GUIDE, 25),))
    return replace(PLAN, tasks=(*PLAN.tasks[:2], replace(task, **changes)))


def evidence(*files: NamedFile) -> Evidence:
    manifest = replace(GOOD.manifest, gates={test: g for test, g in GOOD.manifest.gates.items() if g != ("task:3",)})
    coverage = {gate: measure for gate, measure in (GOOD.coverage or {}).items() if gate not in ("task:3", "stream:B")}
    named = {file.path: file for file in files}
    return replace(GOOD, manifest=manifest, coverage=coverage, named_files=named)


def judged(file: NamedFile, plan: Plan | None = None) -> Verdict:
    return judge(plan or prose(), Policy(), evidence(file))


CHANGED = NamedFile(path=GUIDE, is_changed=True)


def test_a_task_without_tests_passes_by_its_files_and_its_reason_is_listed() -> None:
    verdict = judged(CHANGED)
    assert verdict.passed, verdicts(verdict)
    assert reasons(verdict, "task:3") == [
        "tests/passed/without-tests: no tests: documentation only; judged by docs/guide.md"
    ]
    assert [check.name for check in find_gate(verdict, "task:3").checks] == [
        "plan", "tests", "dependencies", "artifacts",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"is_changed": False},
            (
                "failed/unchanged-file: docs/guide.md has no change since base, but for white space: write it, "
                "or take it out of Files"
            ),
        ),
        ({"is_empty": True}, "failed/empty-file: docs/guide.md is empty: write it"),
        (
            {"broken_links": ("docs/guide.md:3: none.md",)},
            "failed/broken-link: a link leads nowhere: docs/guide.md:3: none.md",
        ),
        (
            {"code": ("src/app/x.py",)},
            (
                "failed/untested-code: src/app/x.py is code, and this task has no tests: name tests, "
                "or take it out of Files"
            ),
        ),
        (
            {"code_beside": ("src/app/x.py",)},
            (
                "failed/untested-code: src/app/x.py came in one commit with docs/guide.md, and belongs to no other "
                "task: name tests, or name the file in its own task"
            ),
        ),
    ],
)
def test_a_task_without_tests_fails_by_its_files(changes: dict[str, Any], line: str) -> None:
    verdict = judged(replace(CHANGED, **changes))
    assert reasons(verdict, "task:3")[1:] == [f"artifacts/{line}"]
    assert find_gate(verdict, "task:3").verdict == "failed"


def test_a_task_without_tests_and_without_files_is_unproven() -> None:
    verdict = judged(CHANGED, prose(files=()))
    assert reasons(verdict, "task:3")[1:] == [
        "artifacts/unproven/no-files: this task has neither tests nor files: list what it writes in its Files field"
    ]


def test_a_task_without_tests_needs_a_reason() -> None:
    verdict = judged(CHANGED, prose(no_tests=""))
    assert reasons(verdict, "task:3")[:1] == [
        "tests/failed/no-reason: the task has no tests, and no reason why: name tests, or write `none (reason)`"
    ]


def test_a_task_that_has_tests_all_the_same_is_judged_by_them() -> None:
    plan = prose()
    verdict = judge(plan, Policy(), replace(GOOD, named_files={GUIDE: CHANGED}))
    assert verdict.passed
    assert [check.name for check in find_gate(verdict, "task:3").checks][3:] == ["test-first", "coverage", "mutation"]


def test_a_stream_is_measured_as_long_as_one_of_its_tasks_has_tests() -> None:
    assert [check.name for check in find_gate(judged(CHANGED), "stream:B").checks] == ["dependencies", "tests"]
    assert [check.name for check in find_gate(judged(CHANGED), "stream:A").checks] == [
        "dependencies", "tests", "coverage",
    ]  # fmt: skip


def test_a_file_that_the_topic_did_not_change_is_listed() -> None:
    named = {"src/app/m.py": NamedFile(path="src/app/m.py")}
    verdict = judge(PLAN, Policy(), replace(GOOD, named_files=named))
    assert reasons(verdict, "task:1") == [
        "plan/passed/untouched-file: src/app/m.py is listed in Files, and the topic has not changed it"
    ]
    assert verdict.passed
    open_plan = replace(PLAN, tasks=(replace(PLAN.tasks[0], done=False), *PLAN.tasks[1:]))
    assert "untouched" not in str(reasons(judge(open_plan, Policy(), replace(GOOD, named_files=named)), "task:1"))
