"""Choice of one dialect; tasks in another one are reported."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

from pytest_execute.breakdown import read_text

from .plans import (
    FIELDS,
    dependencies,
    problems_except_fields,
    problems_except_tests,
    read_plan,
    task_text,
)


def test_text_with_two_possible_readings_is_an_error() -> None:
    assert problems_except_tests("- [ ] 1. A\n- [ ] 2. B\n- [ ] 2.5 C\n- [ ] 4.1 D\n") == [
        "b.md:3: error: 2.5 may be a task or a substep of 2: indent it, or give it a whole number (unclear-level)",
        (
            "b.md:4: error: 4.1 looks like a substep of task 4, which is not in this file: add it, or give 4.1 a "
            "whole number (orphan-substep)"
        ),
    ]
    assert problems_except_tests(
        "### Task 1: A\ntext\n\n### Task 2: B\ntext\n\n## More\n\n- [ ] T3 C\n- [ ] T4 D\n"
    ) == [
        (
            "b.md:9: error: tasks in two forms: headings with a word and an id (task 1 on line 1) and "
            "boxes with a code (task T3 here): write all in one form (two-shapes)"
        )
    ]
    assert problems_except_tests("## Stream A: X\n\n### 1. [ ] A\ntext\n\n## Stream A: Y\n\n### 2. [ ] B\ntext\n") == [
        (
            "b.md:6: error: stream A is already on line 1 with another title: give one of them another id "
            "(duplicate-stream)"
        )
    ]


def test_the_same_task_in_a_table_and_below_a_heading_is_one() -> None:
    table = "| ID | Task | Depends on |\n|--|--|--|\n| T1 | One | none |\n| T2 | Two | T1 |\n\n"
    plan = read_plan(table + "### T1: One in full\n- **Tests**: `tests/test_one.py`\n")
    assert [(task.id, task.title, [test.target for test in task.tests]) for task in plan.tasks] == [
        ("T1", "One", ["tests/test_one.py"]),
        ("T2", "Two", []),
    ]


def test_one_task_in_another_form_is_reported() -> None:
    text = "### 1. [ ] A\ntext\n\n### 2. [ ] B\ntext\n\n### 3. [ ] C\ntext\n\n### Task 4: D\ntext\n"
    assert [line.partition(": ")[2].partition(": headings")[0] for line in problems_except_tests(text)] == [
        "error: tasks in two forms"
    ]
    text = "### 1. [ ] A\ntext\n\n### 2. [ ] B\ntext\n\n## Later\n\n- [ ] 7. perhaps\n"
    assert problems_except_tests(text) == [
        (
            "b.md:9: warning: this looks like task 7, and is not read, because the other tasks are headings with an "
            "id and a box: write all in one form (passed-over)"
        )
    ]


def test_numbered_headings_over_boxes_beside_other_tasks_are_reported() -> None:
    text = "### 1.1 Door\n- [x] open\n\n### 1.2 Wall\n- [ ] paint\n\n## Next\n\n### Task 1: Knock\n- at the door\n"
    assert [line.partition(": head")[0] for line in problems_except_fields(text)] == [
        "b.md:1: error: tasks in two forms"
    ]


def test_a_table_of_other_things_beside_the_tasks() -> None:
    table = (
        "## Mails\n\n| # | Name | Trigger |\n|--|--|--|\n| 1 | Hello | login |\n| 2 | Bye | logout |\n"
        "| 3 | Late | never |\n"
    )
    assert [
        task.id for task in read_plan(f"### Task 1.1: One\n{FIELDS}\n### Task 1.2: Two\n{FIELDS}\n{table}").tasks
    ] == [
        "1.1",
        "1.2",
    ]
    assert [problem.code for problem in read_text(table, "t", "b.md").problems] == ["no-task"]


def test_a_title_that_is_struck_through_is_reported() -> None:
    text = f"### ~~Task 1: One~~\n{FIELDS}\n### Task 2: Two\n{FIELDS}\n"
    assert [(task.title, task.done) for task in read_plan(text).tasks] == [("One", False), ("Two", False)]
    assert problems_except_fields(text) == [
        (
            "b.md:1: warning: task 1 is struck through: tick it if it is done, remove it if it is not wanted "
            "(struck-through)"
        )
    ]


def test_steps_beside_tasks_are_reported() -> None:
    text = (
        f"## Phase A\n\n### Step 1: Look\n- [ ] here\n\n### Step 2: Think\n- [ ] twice\n\n## Phase B\n\n"
        f"### Task 1: One\n{FIELDS}\n#### Step 1: its own\n- [ ] a\n\n"
        + "".join(f"### Task {n}: More\n{FIELDS}\n" for n in range(2, 6))
    )
    assert [line.partition(", and")[0] for line in problems_except_fields(text)] == [
        "b.md:3: warning: this looks like task 1",
        'b.md:4: warning: this box is not read as a task: "here" (passed-over)',
        "b.md:6: warning: this looks like task 2",
        'b.md:7: warning: this box is not read as a task: "twice" (passed-over)',
    ]
    assert [line[:5] for line in problems_except_fields(text.replace("Look", "One").replace("Think", "More"))] == [
        "b.md:",
        "b.md:",
    ]


def test_a_table_that_repeats_the_tasks_with_other_spellings() -> None:
    table = "## Summary\n\n| ID | Task | Deps |\n|--|--|--|\n| T1 | One | None |\n| T2 | Two | T1 |\n"
    assert dependencies(read_plan(task_text("### Task 1: One") + task_text("### Task 2: Two", "1") + table)) == {
        "1": "",
        "2": "1",
    }
