"""Labels of fields."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

import pytest

from pytest_execute.breakdown import read_text

from .plans import (
    FIELDS,
    only_task,
    read_plan,
)


def test_short_labels() -> None:
    text = (
        "### T1.1 — One\n- **AC:** it runs\n- **Files:** `a.py`\n\n### T1.2 — Two\n- **AC:** it stays\n"
        "- **Dep:** T1.1.\n"
    )
    assert [(task.id, task.depends) for task in read_plan(text).tasks] == [("T1.1", ()), ("T1.2", ("T1.1",))]
    assert [problem.code for problem in read_text(text, "t", "b.md").problems] == ["no-tests", "no-tests"]


def test_labels_in_other_languages() -> None:
    korean = (
        "### T1: 하나\n- **변경 대상 파일:** `a.py`\n- **구현 내용:** 쓰기\n- **완료 기준:** 된다\n"
        "- **검증 방법:** `tests/test_a.py`\n"
        "### T2: 둘\n- **선행 작업:** T1\n- **예상 시간:** 2시간\n"
    )
    one, two = read_plan(korean).tasks
    assert ([ref.path for ref in one.files], one.objective, [test.target for test in one.tests]) == (
        ["a.py"],
        "쓰기",
        ["tests/test_a.py"],
    )
    assert (two.depends, two.effort) == (("T1",), "2시간")
    chinese = "### T1: 一\n- **负责人**: 甲\n- **估算**: 2天\n- **测试策略**: `tests/test_a.py`\n- **依赖关系**: 无\n"
    task = only_task(chinese)
    assert (task.agent, task.effort, [test.target for test in task.tests]) == ("甲", "2天", ["tests/test_a.py"])


def test_the_last_line_of_a_task_is_no_label_of_the_next_one() -> None:
    text = "".join(f"### T{n} — Part {n}\n- Effort: 1 hour\n- acceptance: it runs\n\n" for n in range(1, 4))
    assert [task.id for task in read_plan(text).tasks] == ["T1", "T2", "T3"]


def test_labels_in_one_word() -> None:
    text = '### T1: One\n- testFiles: `tests/test_a.py`\n\n### T2: Two\n- dependsOn: ["T1"]\n- blockedBy: T1\n'
    assert [(task.depends, [test.target for test in task.tests]) for task in read_plan(text).tasks] == [
        ((), ["tests/test_a.py"]),
        (("T1",), []),
    ]


@pytest.mark.parametrize(
    ("box", "status", "state"),
    [
        ("[ ] ", "", "open"),
        ("[-] ", "", "begun"),
        ("[~] ", "", "begun"),
        ("[/] ", "", "begun"),
        ("[!] ", "", "blocked"),
        ("[WIP] ", "", "begun"),
        ("[🚧] ", "", "begun"),
        ("[ ] ", "- **Status**: In progress\n", "begun"),
        ("", "- **Status**: in review\n", "begun"),
        ("", "- **Status**: Blocked by the vendor\n", "blocked"),
        ("", "- **Status**: not started\n", "open"),
        ("[x] ", "", "open"),
    ],
)
def test_a_task_is_open_begun_or_blocked(box: str, status: str, state: str) -> None:
    text = f"### 1. [x] One\n{FIELDS}\n### Task 2: {box}Two\n{FIELDS}{status}"
    plan = read_text(text if box else text.replace("### 1. [x] One", "### Task 1: One"), "t", "b.md").plan
    assert plan is not None
    assert plan.tasks[1].state == state
