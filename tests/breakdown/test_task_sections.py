"""Sections whose heading says only that tasks follow."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

import pytest

from .plans import (
    FIELDS,
    problems_except_fields,
    read_plan,
)

TASKS_SECTION = "## Tasks / Subtasks\n\n- [x] Update it (AC: 1)\n  - [x] the pin\n- [ ] Test it\n\n"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "## Benefits\n\n1. **Simple**: less code\n   - Status: done\n2. **Fast**: less work\n   - Status: done\n",
        "## Notes\n\n- [x] Task 1: updated it\n- [x] Task 2: tested it\n",
        "## QA\n\n### 1. Race - RESOLVED\n- **File**: `a.py`\n\n### 2. Logs - RESOLVED\n- **File**: `b.py`\n",
    ],
)
def test_lists_outside_the_tasks_section_are_no_tasks(elsewhere: str) -> None:
    (problem,) = problems_except_fields(f"# Story 1.1: Ship it\n\n{TASKS_SECTION}{elsewhere}")
    assert problem.startswith("b.md:5: error: no task with an id here, but 3 boxes without one, 1 heading like ")
    assert problem.endswith(": write tasks as `### 1. [ ] Title` (no-task)")


def test_a_task_repeated_outside_the_tasks_section_counts_once() -> None:
    text = (
        "## Tasks\n\n- [x] Task 1: One\n- [ ] Task 2: Two\n\n## Record\n\n- [x] Task 1: done and seen\n\n"
        "### Tasks\n\n- [x] Task 3: Three\n"
    )
    assert [(task.id, task.done) for task in read_plan(text).tasks] == [("1", True), ("2", False), ("3", True)]


def test_a_tasks_section_inside_a_task_belongs_to_that_task() -> None:
    text = f"## Task 1: One\n{FIELDS}\n### Tasks\n\n- [ ] this\n- [ ] that\n\n## Task 2: Two\n{FIELDS}"
    assert [(task.id, len(task.substeps)) for task in read_plan(text).tasks] == [("1", 2), ("2", 0)]
