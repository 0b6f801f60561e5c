"""Shapes that real breakdowns have, read exactly: groups on the level of tasks, tasks told twice, names for groups."""

from __future__ import annotations

from pytest_execute.breakdown import read_text
from pytest_execute.core.plan import Plan

from .plans import FIELDS, read


def task(head: str, depends: str = "None") -> str:
    return f"{head}\n{FIELDS}- **Dependencies**: {depends}\n\n"


def waits(plan: Plan) -> dict[str, str]:
    return {task.id: " ".join(task.depends) for task in plan.tasks}


def test_headings_with_a_code_over_others_are_groups() -> None:
    text = (
        "## WS1: Storage\n\n"
        + task("### T1: A")
        + task("### T2: B", "T1")
        + "## WS2: Pages\n\n"
        + task("### T3: C", "WS1")
    )
    plan = read(text)
    assert waits(plan) == {"T1": "", "T2": "T1", "T3": "T1 T2"}
    assert [task.stream for task in plan.tasks] == ["WS1: Storage", "WS1: Storage", "WS2: Pages"]


def test_groups_on_the_level_of_their_tasks() -> None:
    text = (
        "### Group A: First\n\n"
        + task("### Task A1: A")
        + "### Group B: Second\n\n"
        + task("### Task B1: B", "Groups A-A")
    )
    text = text.replace("Groups A-A", "Group A") + "### Group C: Third\n\n" + task("### Task C1: C", "All Groups A-B")
    plan = read(text)
    assert [(task.id, task.stream) for task in plan.tasks] == [("A1", "A"), ("B1", "B"), ("C1", "C")]
    assert waits(plan) == {"A1": "", "B1": "A1", "C1": "A1 B1"}


def test_a_task_after_groups_with_tasks_below_them_is_in_none() -> None:
    plan = read("## Group A: First\n\n" + task("### Task A1: A") + task("### Task A2: B") + task("## Task D: C"))
    assert [task.stream for task in plan.tasks] == ["A", "A", None]


def test_short_names_of_waves_and_phases() -> None:
    text = (
        "## Wave 1: First\n\n"
        + task("### Task T01: A")
        + "## Wave 2: Second\n\n"
        + task("### Task T02: B", "W1 complete")
    )
    assert waits(read(text)) == {"T01": "", "T02": "T01"}
    text = (
        "## PR1 — First\n\n" + task("### Task 1.1: A") + "## PR2 — Second\n\n" + task("### Task 2.1: B", "PR1 merged")
    )
    assert waits(read(text)) == {"1.1": "", "2.1": "1.1"}


def test_a_table_that_names_the_tasks_again_by_another_spelling() -> None:
    table = "## Summary\n\n| ID | Task | Deps |\n|--|--|--|\n| T1 | One | None |\n| T2 | Two | T1 |\n"
    assert waits(read(task("### Task 1: One") + task("### Task 2: Two", "1") + table)) == {"1": "", "2": "1"}


def test_a_table_that_says_something_else_on_dependencies_is_told() -> None:
    table = "## Summary\n\n| ID | Task | Deps |\n|--|--|--|\n| T1 | One | None |\n| T2 | Two | T1 |\n"
    text = task("### Task 1: One") + task("### Task 2: Two") + table
    told = [str(p) for p in read_text(text, "t", "b.md").problems if p.code == "prose-dependency"]
    message = "this text may state a dependency, and is not read: write it in the task's Dependencies"
    assert told == [f"b.md:{text.count(chr(10))}: warning: {message} (prose-dependency)"]


def test_more_on_a_task_in_another_section_is_no_second_task() -> None:
    more = "## Context\n\n### Task 1 Context\n\nsome text\n\n### Task 2 Context\n\nmore text\n"
    assert waits(read("## Tasks\n\n" + task("### Task 1: One") + task("### Task 2: Two", "1") + more)) == {
        "1": "",
        "2": "1",
    }


def test_numbered_deliverables_are_no_tasks() -> None:
    text = "# Report\n\n## Deliverables\n\n### 1. Audit\n- **File**: `a.md`\n\n### 2. Matrix\n- **File**: `b.md`\n"
    assert [problem.code for problem in read_text(text, "t", "b.md").problems] == ["no-task"]


def test_all_and_a_verb_in_a_field() -> None:
    text = task("### 1. [ ] A") + task("### 2. [ ] B", "Requires 1 to be complete") + task("### 3. [ ] C", "all")
    assert waits(read(text)) == {"1": "", "2": "1", "3": "1 2"}


def test_stories_before_a_note_in_parentheses() -> None:
    text = (
        "## Phase 1: US1+US2 Add and list\n\n- [ ] T001 [US1] Add in `src/a.py`\n\n## Phase 2: US3 Tick\n\n"
        "- [ ] T002 [US3] Tick in `src/b.py`\n\n"
        "## Phase 3: Polish\n\n- [ ] T003 Polish in `src/c.py`\n\n"
        "## Dependencies\n\n- **US3**: Depends on US1+US2 (needs a list to tick)\n"
        "- **Polish**: Depends on all user stories being complete\n"
    )
    plan = read(text)
    assert {stream.id: stream.after for stream in plan.streams} == {"1": (), "2": ("1",), "3": ("1", "2")}
