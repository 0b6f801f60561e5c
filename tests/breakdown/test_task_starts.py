"""Titles, ticks and marks in the first line of a task."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

import pytest

from .plans import (
    FIELDS,
    only_task,
    read_plan,
)


def test_boxes_and_marks_around_a_heading() -> None:
    text = (
        "### [x] Task 1: One\ntext\n\n### Task 2: Two [ ]\ntext\n\n### ☑ Task 3: Three\nDepends on Task 1.\n\n"
        "### Task 4: Four\ntext\n"
    )
    assert [(task.id, task.title, task.done, task.depends) for task in read_plan(text).tasks] == [
        ("1", "One", True, ()),
        ("2", "Two", False, ()),
        ("3", "Three", True, ("1",)),
        ("4", "Four", False, ()),
    ]


def test_marks_before_an_id_and_notes_after_it() -> None:
    assert [task.id for task in read_plan("- [x] ✅ T001 One\n- [ ] 🚧 T002 Two\n- [ ] T003 Three\n").tasks] == [
        "T001",
        "T002",
        "T003",
    ]
    plan = read_plan("- [ ] Task 1 (AC: 1)\n  - [ ] 1.1 a\n- [ ] Task 2 (AC: 2)\n  - [ ] 2.1 b\n")
    assert [(task.id, len(task.substeps)) for task in plan.tasks] == [("1", 1), ("2", 1)]


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
        ("Task 1: Read it ✅ implemented", "Read it", True, ""),
        ("Task 1: Read it (2 hours) ✅", "Read it", True, "2 hours"),
        ("Task 1: Read it ✅ (2 hours)", "Read it", True, "2 hours"),
        ("Task 1: Read it (NOT DONE)", "Read it (NOT DONE)", False, ""),
        ("Task 1: Read what is done", "Read what is done", False, ""),
        ("Task 1: Read it (complete when it is blue)", "Read it (complete when it is blue)", False, ""),
    ],
)
def test_a_tick_at_the_end_of_a_heading(heading: str, title: str, done: bool, effort: str) -> None:
    task = only_task(f"### {heading}\n\n{FIELDS}")
    assert (task.title, task.done, task.effort) == (title, done, effort)


def test_an_open_box_is_not_ticked_by_a_word() -> None:
    assert not only_task(f"### 1. [ ] Read it (DONE)\n\n{FIELDS}").done
