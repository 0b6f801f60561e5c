"""Marks in a task's box that are none of the known ones: read as open, or as done, and told."""

from __future__ import annotations

import pytest

from pytest_execute.breakdown import read_text
from tests.breakdown.plans import FIELDS, problems_except_fields, read_plan

KNOWN = f"### 1. [x] One\n{FIELDS}\n"
FILES = "- **Files**: `a.py`\n"
REMEDY = "write [ ] for open, [x] for done, [-] for begun or [!] for blocked"


def told(text: str) -> list[str]:
    return [problem for problem in problems_except_fields(text) if "unknown-mark" in problem]


@pytest.mark.parametrize(
    ("mark", "state"),
    [
        ("?", "open"),
        (">", "open"),
        ("", "open"),
        ("WIP", "begun"),
        ("o", "open"),
        ("❌", "open"),
        ("50 %", "open"),
        ("in progress", "begun"),
        ("on hold", "blocked"),
    ],
)
def test_a_heading_with_an_unknown_mark_is_a_task_that_is_not_done(mark: str, state: str) -> None:
    text = f"{KNOWN}### 2. [{mark}] Two\n{FIELDS}"
    assert [(task.id, task.title, task.done) for task in read_plan(text).tasks] == [
        ("1", "One", True),
        ("2", "Two", False),
    ]
    assert told(text) == [
        f'b.md:4: warning: task 2 has the unknown mark "[{mark}]", and is read as {state}: {REMEDY} (unknown-mark)'
    ]


@pytest.mark.parametrize("mark", ["✓", "✔", "✅", "☑️", " x ", "done", "DONE"])
def test_a_tick_in_another_form_is_done(mark: str) -> None:
    text = f"{KNOWN}### 2. [{mark}] Two\n{FIELDS}"
    assert [(task.id, task.title, task.done) for task in read_plan(text).tasks] == [
        ("1", "One", True),
        ("2", "Two", True),
    ]
    assert told(text) == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("- [x] T001 One\n- [ ] T002 Two\n", "- [?] T003 Three\n"),
        ("- [x] 1. One\n- [ ] 2. Two\n", "- [>] 3. Three\n"),
        ("- [x] 1.1 One\n- [ ] 1.2 Two\n", "- [] 1.3 Three\n"),
        ("- [x] **Task 1: One**\n- [ ] **Task 2: Two**\n", "- [WIP] **Task 3: Three**\n"),
        ("1. [x] **One**\n2. [ ] **Two**\n", "3. [?] **Three**\n"),
        (
            "### [x] Task 1: One\n- **Files**: `a.py`\n### [ ] Task 2: Two\n- **Files**: `a.py`\n",
            "### [?] Task 3: Three\n",
        ),
        (
            "### Task 1: [x] One\n- **Files**: `a.py`\n### Task 2: [ ] Two\n- **Files**: `a.py`\n",
            "### Task 3: [?] Three\n",
        ),
        (
            "### T1 One\n- **Files**: `a.py`\n### T2 Two\n- **Files**: `a.py`\n",
            "### [?] T3 Three\n- **Files**: `a.py`\n",
        ),
    ],
)
def test_every_form_of_tasks_has_its_unknown_marks_told(before: str, after: str) -> None:
    tasks = read_plan(before + after).tasks
    assert [task.title for task in tasks] == ["One", "Two", "Three"]
    assert not tasks[2].done
    (problem,) = told(before + after)
    assert f"b.md:{before.count(chr(10)) + 1}: warning: task {tasks[2].id} has the unknown mark" in problem


@pytest.mark.parametrize(
    "line",
    [
        "- [T003](docs/t3.md) T003 is described there\n",
        "- [the plan] says more\n",
        "- [?] is this right\n",
        "- [API] the interface\n",
        "[?] T003 Three\n",
    ],
)
def test_other_brackets_are_no_marks(line: str) -> None:
    text = f"- [x] T001 One\n- [ ] T002 Two\n\n## Notes\n\n{line}"
    assert [task.id for task in read_plan(text).tasks] == ["T001", "T002"]
    assert told(text) == []


def test_a_label_before_the_title_of_a_heading_is_no_mark() -> None:
    text = "### Task 1: [Backend] One\n- **Files**: `a.py`\n- **Status**: done\n"
    assert [(task.title, task.done) for task in read_plan(text).tasks] == [("[Backend] One", True)]
    assert told(text) == []


def test_a_parent_with_an_unknown_mark_keeps_its_substeps() -> None:
    text = "- [x] 1. One\n  - [x] 1.1 Write\n- [?] 2. Two\n  - [x] 2.1 Write\n"
    tasks = read_plan(text).tasks
    assert [(task.id, task.done, [step.id for step in task.substeps]) for task in tasks] == [
        ("1", True, ["1.1"]),
        ("2", False, ["2.1"]),
    ]


def test_a_substep_with_an_unknown_mark_is_open() -> None:
    """Without it all substeps would be done, and so would the task."""
    text = f"### Task 1: One\n{FIELDS}- [x] 1.1 Write\n- [?] 1.2 Read\n- [✓] 1.3 Look\n"
    (task,) = read_plan(text).tasks
    assert [(step.id, step.done) for step in task.substeps] == [("1.1", True), ("1.2", False), ("1.3", True)]
    assert not task.done


def test_without_a_known_mark_nothing_is_read() -> None:
    reading = read_text("# Tasks\n\n- [?] T001 One\n- [WIP] T002 Two\n", "t", "b.md")
    assert reading.plan is None
    assert [str(problem) for problem in reading.problems] == [
        f'b.md:3: error: no task here, but 2 that have an unknown mark, the first "[?]": {REMEDY} (unknown-mark)'
    ]


@pytest.mark.parametrize(
    ("box", "status", "message"),
    [
        ("x", "in progress", 'task 1 is ticked, but its Status is "in progress": correct one of them'),
        ("x", "blocked", 'task 1 is ticked, but its Status is "blocked": correct one of them'),
        ("x", "❌ Not started", 'task 1 is ticked, but its Status is "❌ Not started": correct one of them'),
        (" ", "Done", 'task 1 is not ticked, but its Status is "Done": correct one of them'),
        ("-", "✅ Complete", 'task 1 is not ticked, but its Status is "✅ Complete": correct one of them'),
        ("x", "done", ""),
        ("x", "✅", ""),
        ("x", "merged", ""),
        ("-", "in progress", ""),
        (" ", "blocked", ""),
    ],
)
def test_a_status_that_contradicts_the_box_is_told(box: str, status: str, message: str) -> None:
    problems = problems_except_fields(f"### 1. [{box}] One\n{FIELDS}- **Status**: {status}\n")
    assert problems == ([f"b.md:3: warning: {message} (other-status)"] if message else [])


def test_a_status_alone_contradicts_nothing() -> None:
    assert problems_except_fields(f"### Task 1: One\n{FIELDS}- **Status**: in progress\n") == []


@pytest.mark.parametrize(
    ("box", "status", "is_told"),
    [
        ("x", "done", False),
        ("x", "blocked", True),
        ("x", "Done (except docs)", True),
        (" ", "Done (except docs)", False),
        ("-", "in progress", False),
    ],
)
def test_a_status_against_the_box_is_told(box: str, status: str, is_told: bool) -> None:
    reading = read_text(f"### 1. [{box}] A\ntext\n- **Status**: {status}\n", "t", "b.md")
    assert ("other-status" in [problem.code for problem in reading.problems]) == is_told


@pytest.mark.parametrize(
    ("title", "state"), [("B (in progress)", "begun"), ("B (blocked)", "blocked"), ("B (new)", "open")]
)
def test_a_state_behind_a_title(title: str, state: str) -> None:
    plan = read_text(f"### Task 1: {title}\n- **Files**: `a.py`\n", "t", "b.md").plan
    assert plan is not None
    assert plan.tasks[0].state == state
