"""Forms in which real breakdowns write ids, ticks and titles: read as a human reads them."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

import pytest

from pytest_execute.breakdown import read_text
from pytest_execute.core.plan import Plan, Task

FIELDS = "- **Tests**: `tests/test_x.py`\n"


def read(text: str) -> Plan:
    reading = read_text(text, "t", "b.md")
    assert [str(problem) for problem in reading.errors] == []
    assert reading.plan is not None
    return reading.plan


def told(text: str) -> list[str]:
    quiet = ("no-tests", "no-objective")
    return [str(problem) for problem in read_text(text, "t", "b.md").problems if problem.code not in quiet]


def only(text: str) -> Task:
    tasks = read(text).tasks
    assert len(tasks) == 1
    return tasks[0]


@pytest.mark.parametrize(
    ("heading", "title", "done", "effort"),
    [
        ("Task 1: Read it [x]", "Read it", True, ""),
        ("Task 1: Read it [x] [AC1]", "Read it [AC1]", True, ""),
        ("Task 1: Read it [x] (AC: 1, 2) [2 hours]", "Read it (AC: 1, 2)", True, "2 hours"),
        ("Task 1: Read it [ ] [AC1]", "Read it [AC1]", False, ""),
        ("Task 1: Read it (DONE)", "Read it", True, ""),
        ("Task 1: Read it (Completed 2025-01-31)", "Read it", True, ""),
        ("Task 1: Read it [COMPLETE]", "Read it", True, ""),
        ("Task 1: Read it — DONE", "Read it", True, ""),
        ("Task 1: Read it ✅ COMPLETED", "Read it", True, ""),
        ("Task 1: Read it (2 hours) ✅", "Read it", True, "2 hours"),
        ("Task 1: Read it ✅ (2 hours)", "Read it", True, "2 hours"),
        ("Task 1: Read it (NOT DONE)", "Read it (NOT DONE)", False, ""),
        ("Task 1: Read what is done", "Read what is done", False, ""),
        ("Task 1: Read it (complete when it is blue)", "Read it (complete when it is blue)", False, ""),
    ],
)
def test_a_tick_at_the_end_of_a_heading(heading: str, title: str, done: bool, effort: str) -> None:
    task = only(f"### {heading}\n\n{FIELDS}")
    assert (task.title, task.done, task.effort) == (title, done, effort)


def test_an_open_box_is_not_ticked_by_a_word() -> None:
    assert not only(f"### 1. [ ] Read it (DONE)\n\n{FIELDS}").done


def test_a_sections_number_before_the_word() -> None:
    text = f"## 2. Causes\n\n### 2.1 Why\n- **File**: `a.py`\n\n## 3. Mending\n\n### 3.1 Step 1: One\n{FIELDS}\n### 3.2 Step 2: Two\n{FIELDS}"
    assert [(task.id, task.title) for task in read(text).tasks] == [("1", "One"), ("2", "Two")]


def test_a_sections_number_is_the_id_where_steps_count_anew() -> None:
    text = "".join(f"### {at}.{n} Step {n}: X\n{FIELDS}\n" for at in (1, 2) for n in (1, 2))
    assert [task.id for task in read(text).tasks] == ["1.1", "1.2", "2.1", "2.2"]


def test_a_lone_story_is_what_the_document_is_about() -> None:
    text = "### Story 1.6: Log it\n\n#### Tasks / Subtasks\n\n1. Write it\n2. Test it\n\n- [x] all reviewed\n"
    assert [problem.code for problem in read_text(text, "t", "b.md").errors] == ["no-task"]
    text = "# Story 4.3: Ship it\n\n## Tasks\n\n- [x] Task 1: Mend\n  - [x] test\n- [ ] Task 2: Move\n\n## Status\n\n### Story 4.3.2 Summary\n- [x] tests\n"
    assert [(task.id, task.done) for task in read(text).tasks] == [("1", True), ("2", False)]


def test_codes_without_fields_below_a_title_that_says_tasks() -> None:
    body = "".join(f"## T{n} Part {n}\n\n- do it\n\n" for n in range(3))
    assert [task.id for task in read(f"# Local Task Breakdown\n\n{body}").tasks] == ["T0", "T1", "T2"]
    assert [problem.code for problem in read_text(f"# Terms\n\n{body}", "t", "b.md").errors] == ["no-task"]


def test_short_labels() -> None:
    text = "### T1.1 — One\n- **AC:** it runs\n- **Files:** `a.py`\n\n### T1.2 — Two\n- **AC:** it stays\n- **Dep:** T1.1.\n"
    assert [(task.id, task.depends) for task in read(text).tasks] == [("T1.1", ()), ("T1.2", ("T1.1",))]
    assert [problem.code for problem in read_text(text, "t", "b.md").problems] == ["no-tests", "no-tests"]


def test_a_table_in_another_language() -> None:
    text = "| ID | 타입 | 제목 | 의존성 |\n|--|--|--|--|\n| #1 | TASK | ✅ 하나 | - |\n| #2 | TASK | 둘 | #1 |\n"
    assert [(task.id, task.title, task.done, task.depends) for task in read(text).tasks] == [
        ("1", "하나", True, ()),
        ("2", "둘", False, ("1",)),
    ]


def test_a_row_without_an_id_among_tasks_is_told() -> None:
    text = (
        "| # | Task | Hours |\n|--|--|--|\n| #1 | One | 2 |\n| (no#) | Two | 1 |\n| #1 help | Three | 1 |\n| | Four | 1 |\n"
        "| **Total** | | 5 |\n| | **Total** | 5 |\n"
    )
    assert told(text) == [
        "b.md:4: warning: this row has no id that can be read, and is no task: Two (passed-over)",
        "b.md:5: warning: this row has no id that can be read, and is no task: Three (passed-over)",
        "b.md:6: warning: this row has no id that can be read, and is no task: Four (passed-over)",
    ]
