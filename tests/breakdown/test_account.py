"""Lines that look like part of a plan and were not read as such: each of them is a problem."""

from __future__ import annotations

import pytest

from pytest_execute.breakdown import read_text
from pytest_execute.breakdown.line_looks import look_of

from .plans import FIELDS, problems_except_fields

BOXES = "# Tasks\n\n## Phase 1: Ground\n\n- [x] T001 Read\n- [ ] T002 Write\n\n"
HEADINGS = f"### Task 1: Read\n{FIELDS}\n### Task 2: Write\n{FIELDS}\n"


def lost(text: str) -> list[tuple[int, str, str]]:
    return [(p.line, p.severity, p.code) for p in read_text(text, "t", "b.md").problems if p.code != "no-objective"]


@pytest.mark.parametrize(
    ("line", "shape", "kind", "name"),
    [
        ("- [ ] Write", "item", "box", ""),
        ("- [?] T002 Take", "item", "box", "T002"),
        ("* [x] **1.2–1.5** Move", "item", "box", "1.2–1.5"),  # noqa: RUF001
        ("- [ ] Task 1.VERIFY: Check", "item", "box", "1.VERIFY"),
        ("- [x] **2.1-bis** Guard", "item", "box", "2.1-bis"),
        ("### 2. [WIP] Page", "heading", "box", "2"),
        ("### Task 3: Page", "heading", "task", "3"),
        ("- **Task 1.1:** Page", "item", "task", "1.1"),
        ("| T1 | Page |", "row", "task", "T1"),
        ("**Depends on**: Task 1", "text", "field", ""),
        ("- **Gate 1**: all pass", "item", "gate", ""),
    ],
)
def test_a_line_that_looks_like_part_of_a_plan(line: str, shape: str, kind: str, name: str) -> None:
    look = look_of(line)
    assert look is not None
    assert (look.shape, look.kind, look.name) == (shape, kind, name)


@pytest.mark.parametrize("line", ["", "Some words", "- 3 days", "## 1. Ground", "- [a link](b.md)", "- [Backend] talk"])
def test_a_line_that_looks_like_no_part_of_a_plan(line: str) -> None:
    assert look_of(line) is None


def test_a_box_in_another_form_is_told() -> None:
    assert lost(f"{HEADINGS}## More\n\n### [ ] T-9\n\n- [ ] 7. later\n")[-1][1:] == ("warning", "passed-over")


@pytest.mark.parametrize(
    ("hidden", "problem"),
    [
        ("```\n- [ ] T003 Lost\n```\n", [(9, "warning", "hidden-task")]),
        ("<!--\n- [ ] T003 Lost\n-->\n", [(9, "warning", "hidden-task")]),
        ("> - [ ] T003 Lost\n", [(8, "warning", "hidden-task")]),
        ("<details>\n\n- [ ] T003 Lost\n\n</details>\n", [(10, "warning", "hidden-task")]),
        ("<details>\n\n- [ ] T003 Lost\n", [(10, "warning", "hidden-task")]),
        ("```\n- [ ] an example\n```\n", []),
    ],
)
def test_tasks_in_texts_without_tasks_are_told(hidden: str, problem: list[tuple[int, str, str]]) -> None:
    found = lost(BOXES + hidden)
    assert [each for each in found if each[2] == "hidden-task"] == problem


def test_a_fence_that_ends_too_early_hides_tasks_which_is_an_error() -> None:
    fence = "```\nWrite:\n   ```python\n   ```\nend\n```\n"
    text = f"### Task 1: Guide\n{FIELDS}\n{fence}\n### Task 2: Page\n{FIELDS}\n```\n```\n"
    assert (11, "error", "hidden-task") in lost(text)
    assert lost(text.replace("```\nWrite", "````\nWrite").replace("end\n```", "end\n````")) == []


def test_a_field_outside_of_tasks_is_told() -> None:
    assert lost(f"# Plan\n\n**Effort**: 3 weeks\n\n{HEADINGS}")[0] == (3, "warning", "unread-field")


def test_another_tick_of_the_same_task_is_told() -> None:
    summary = HEADINGS.replace("Task 1: Read", "Task 1: Read [x]") + "## Summary\n\n- [ ] Task 1: Read\n"
    assert problems_except_fields(summary) == [
        "b.md:9: warning: task 1 is open here and done on line 1, which counts: correct one of them (other-tick)"
    ]


def test_another_status_in_a_table_about_the_tasks_is_told() -> None:
    table = "| ID | Status |\n|--|--|\n| T001 | ✅ Done |\n| T002 | ✅ Done |\n"
    assert [each for each in lost(BOXES + table) if each[2] == "other-tick"] == [(11, "warning", "other-tick")]


def test_another_line_about_a_task_is_explained() -> None:
    reading = read_text(HEADINGS + "## Summary\n\n- [ ] Task 1: Read\n", "t", "b.md")
    assert reading.account.meaning(9) == "task 1 again"


def test_a_repeated_substep_is_told() -> None:
    assert lost(f"### 1. [ ] A\n{FIELDS}- [x] 1.1 a\n- [ ] 1.1 b\n") == [(4, "warning", "duplicate-substep")]


def test_a_repeated_line_is_told() -> None:
    line = "- **Files**: `a.py`\n"
    assert lost(f"### 1. [ ] A\n{FIELDS}{line}{line}") == [(4, "warning", "repeated-line")]


def test_a_field_of_a_stream_is_told() -> None:
    assert lost(f"## Stream A: X\n\n**Files**: `a.py`\n\n### 1. [ ] A\n{FIELDS}") == [(3, "warning", "unread-field")]


def test_a_gate_without_a_colon_is_told() -> None:
    assert (7, "warning", "unread-gate") in lost(f"{HEADINGS}**Gate A**\n- all tests pass\n")


def test_criteria_with_numbers_are_no_other_ticks() -> None:
    text = "## Tasks\n\n- [x] 1. A\n- [ ] 2. B\n\n## Definition of Done\n\n- [ ] 1. tested\n"
    assert [each for each in lost(text) if each[0] == 8] == [(8, "warning", "passed-over")]


def test_a_box_with_another_word_and_id_is_an_error() -> None:
    assert lost("- [x] T001 A\n- [ ] T002 B\n- [ ] Task 3 C\n")[-1] == (3, "error", "unread-task")


def test_the_title_of_a_story_is_no_task() -> None:
    assert problems_except_fields("# Story 1.1: A\n\n## Tasks\n\n- [x] Task 1: A\n- [ ] Task 2: B\n") == []
