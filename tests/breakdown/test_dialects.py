"""Every dialect is read exactly: ids with their dependencies, done tasks, streams with their dependencies."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

import pytest

from pytest_execute.breakdown import read_text

from . import samples
from .plans import (
    FIELDS,
    dependencies,
    problems_except_fields,
    problems_except_tests,
    read_plan,
    task_text,
)


@pytest.mark.parametrize(
    ("text", "waits", "done", "streams"),
    [
        (samples.CHECKLIST, {"1": "", "2": "1", "3": ""}, "1", {"A": "", "B": "A 1"}),
        (samples.ORIGIN, {"1": "", "2": ""}, "1", {"1": "", "2": ""}),
        (samples.TITLED, {"1": "", "2": "1", "3": "1 2"}, "", {}),
        (samples.STREAMED, {"A1": "", "A2": "A1", "B1": "A1 A2", "C": ""}, "", {"A": "", "B": ""}),
        (samples.STEPS, {"1": "", "2": "1"}, "", {}),
        (
            samples.CODED,
            {"T01": "", "T02": "T01 T03", "T03": "T01", "INFRA-1": "T01 T02 T03"},
            "T03 INFRA-1",
            {"1": "", "2": ""},
        ),
        (samples.NUMBERED, {"1": "", "2": "1", "2.5": "1 2"}, "1", {"1": "", "1.5": ""}),
        (
            samples.SPECKIT,
            {"T001": "", "T002": "", "T004": "", "T010": "", "T012": "T010"},
            "T001 T002",
            {"1": "", "2": "1", "3": "2"},
        ),
        (samples.KIRO, {"1": "", "2": "1", "3": ""}, "1", {}),
        (samples.AGENT_OS, {"1.0": "", "2.0": ""}, "1.0", {"1": "", "2": "1"}),
        (samples.OPENSPEC, {"1.1": "", "1.2": "", "2.1": ""}, "1.1 1.2", {"1": "", "2": ""}),
        (samples.BMAD, {"1": "", "2": ""}, "1", {}),
        (
            samples.TABLE,
            {"P1-A1": "", "P1-A2": "P1-A1", "P1-A3": "P1-A1 P1-A2", "P1-B1": "P1-A1 P1-A3"},
            "P1-A1",
            {"P1-A": "", "P1-B": ""},
        ),
    ],
)
def test_each_dialect_is_read_exactly(text: str, waits: dict[str, str], done: str, streams: dict[str, str]) -> None:
    plan = read_plan(text)
    assert {task.id: " ".join(task.depends) for task in plan.tasks} == waits
    assert [task.id for task in plan.tasks if task.done] == done.split()
    assert {stream.id: " ".join((*stream.after, *stream.depends)) for stream in plan.streams} == streams


def test_a_list_that_a_formatter_renumbered_is_reported() -> None:
    assert (
        "b.md:26: warning: task 3 has the number 1 in its list: correct it, a formatter may have changed it "
        "(renumbered)"
    ) in problems_except_tests(samples.CHECKLIST)


def test_a_list_with_the_same_number_everywhere_counts_up() -> None:
    plan = read_plan("1. [ ] **One**\n1. [x] **Two**\n\n   - Depends on: 1\n1. [ ] **Three**\n")
    assert [(task.id, task.done, task.depends) for task in plan.tasks] == [
        ("1", False, ()),
        ("2", True, ("1",)),
        ("3", False, ()),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "# Report\n\n## 1. Overview\n\nWhat it is.\n\n## 2. Design\n\n1. first\n2. second\n",
        "# Progress\n\n### Phase 1: Input\n\n- **Implemented:** much\n\n### Phase 2: Output\n\n- **Remaining:** all\n",
        "| ID | Risk | Mitigation |\n|--|--|--|\n| R1 | late | start early |\n",
        "## Requirements\n\n### FR-1: Fast\n- **Test**: time it\n\n### FR-2: Small\n- **Test**: weigh it\n",
        "## Acceptance Criteria\n\n1. [x] **AC1:** works\n2. [ ] **AC2:** fast\n",
    ],
)
def test_a_document_without_tasks_is_refused(text: str) -> None:
    assert [problem.code for problem in read_text(text, "t", "b.md").problems] == ["no-task"]


def test_numbered_boxes_below_a_number_without_a_box_are_reported() -> None:
    assert problems_except_tests("1. Setup\n   - [ ] 1.1 a\n   - [ ] 1.2 b\n2. Work\n   - [ ] 2.1 c\n") == [
        (
            "b.md:2: error: 1.1 is below item 1 on line 1, which has no box: write that item as a task, `- [ ] 1. "
            "Title` (no-box)"
        ),
        (
            "b.md:3: error: 1.2 is below item 1 on line 1, which has no box: write that item as a task, `- [ ] 1. "
            "Title` (no-box)"
        ),
        (
            "b.md:5: error: 2.1 is below item 2 on line 4, which has no box: write that item as a task, `- [ ] 2. "
            "Title` (no-box)"
        ),
    ]


def test_a_section_number_before_the_word() -> None:
    text = (
        f"## 2. Causes\n\n### 2.1 Why\n- **File**: `a.py`\n\n## 3. Mending\n\n### 3.1 Step 1: One\n{FIELDS}\n"
        f"### 3.2 Step 2: Two\n{FIELDS}"
    )
    assert [(task.id, task.title) for task in read_plan(text).tasks] == [("1", "One"), ("2", "Two")]


def test_a_section_number_is_the_id_if_step_numbers_repeat() -> None:
    text = "".join(f"### {at}.{n} Step {n}: X\n{FIELDS}\n" for at in (1, 2) for n in (1, 2))
    assert [task.id for task in read_plan(text).tasks] == ["1.1", "1.2", "2.1", "2.2"]


def test_a_single_story_is_no_task() -> None:
    text = "### Story 1.6: Log it\n\n#### Tasks / Subtasks\n\n1. Write it\n2. Test it\n\n- [x] all reviewed\n"
    assert [problem.code for problem in read_text(text, "t", "b.md").errors] == ["no-task"]
    text = (
        "# Story 4.3: Ship it\n\n## Tasks\n\n- [x] Task 1: Mend\n  - [x] test\n- [ ] Task 2: Move\n\n"
        "## Status\n\n### Story 4.3.2 Summary\n- [x] tests\n"
    )
    assert [(task.id, task.done) for task in read_plan(text).tasks] == [("1", True), ("2", False)]


def test_codes_without_fields_below_a_title_that_says_tasks() -> None:
    body = "".join(f"## T{n} Part {n}\n\n- do it\n\n" for n in range(3))
    assert [task.id for task in read_plan(f"# Local Task Breakdown\n\n{body}").tasks] == ["T0", "T1", "T2"]
    several = "".join(f"## {code}-0{n}: Part\n\nDo it.\n\n" for code in ("FE", "BE") for n in (1, 2))
    assert [task.id for task in read_plan(f"# Task Breakdown\n\n{several}").tasks] == [
        "FE-01",
        "FE-02",
        "BE-01",
        "BE-02",
    ]
    assert [problem.code for problem in read_text(f"# Terms\n\n{body}", "t", "b.md").errors] == ["no-task"]


def test_a_table_in_another_language() -> None:
    text = (
        "| ID | 타입 | 제목 | 의존성 |\n|--|--|--|--|\n| #1 | TASK | ✅ 하나 | - |\n| ✅ #2 | TASK | 둘 | #1 |\n"
        "| 🔄 #3 | TASK | 셋 | #2 |\n"
    )
    assert [(task.id, task.title, task.done, task.depends) for task in read_plan(text).tasks] == [
        ("1", "하나", True, ()),
        ("2", "둘", True, ("1",)),
        ("3", "셋", False, ("2",)),
    ]


def test_a_row_without_an_id_among_tasks_is_reported() -> None:
    text = (
        "| # | Task | Hours |\n|--|--|--|\n| #1 | One | 2 |\n| (no#) | Two | 1 |\n| #1 help | Three | 1 |\n"
        "| | Four | 1 |\n"
        "| **Total** | | 5 |\n| | **Total** | 5 |\n| - | Five | 5 |\n"
    )
    assert problems_except_fields(text) == [
        'b.md:4: warning: this row has no readable id, and is not read as a task: give "Two" an id (passed-over)',
        'b.md:5: warning: this row has no readable id, and is not read as a task: give "Three" an id (passed-over)',
        'b.md:6: warning: this row has no readable id, and is not read as a task: give "Four" an id (passed-over)',
        'b.md:9: warning: this row has no readable id, and is not read as a task: give "Five" an id (passed-over)',
    ]


def test_sections_with_a_number_or_a_stream_word_have_tasks_whatever_their_titles() -> None:
    text = (
        "## 1. Model Decisions\n\n- [x] 1.1 Decide\n\n## 2. Validation Rules\n\n- [ ] 2.1 Rule\n"
        "- [ ] 2.2 Obey\n\n## 3. Code\n\n- [ ] 3.1 Write\n"
    )
    assert [(task.id, task.stream) for task in read_plan(text).tasks] == [
        ("1.1", "1"),
        ("2.1", "2"),
        ("2.2", "2"),
        ("3.1", "3"),
    ]
    assert problems_except_fields(text) == []
    text = "## Phase 1: Business Rules\n\n- [ ] Task 1: Rule\n\n## Phase 2: Code\n\n- [ ] Task 2: Write\n"
    assert [(task.id, task.stream) for task in read_plan(text).tasks] == [("1", "1"), ("2", "2")]
    text = "## Code\n\n- [ ] 1. Write\n- [ ] 2. Read\n\n## Rules\n\n- [ ] 1. Obey\n\n## 7. Next Steps\n\n- [ ] 3. Go\n"
    assert [task.id for task in read_plan(text).tasks] == ["1", "2"]


def test_criteria_with_the_number_of_their_section_are_reported() -> None:
    text = "## 1. Code\n\n- [x] 1.1 Write\n- [x] 1.2 Read\n\n## 2. Acceptance Criteria\n\n- [ ] 2.1 It works\n"
    assert [task.id for task in read_plan(text).tasks] == ["1.1", "1.2"]
    assert problems_except_fields(text) == [
        (
            'b.md:8: warning: this looks like task 2.1, and is not read, because it is below "Acceptance Criteria": '
            "move it, or remove its box (passed-over)"
        )
    ]


def test_a_letter_inside_a_number() -> None:
    text = "## 4. Code\n\n- [x] 4.1 Write\n\n## 4a. More\n\n- [x] 4a.1 Read\n- [ ] 4a.2 Ask\n  - Depends on: 4a.1\n"
    assert [(task.id, task.stream, task.depends) for task in read_plan(text).tasks] == [
        ("4.1", "4", ()),
        ("4a.1", "4a", ()),
        ("4a.2", "4a", ("4a.1",)),
    ]
    assert problems_except_fields(text) == []


def test_a_heading_with_the_word_alone_is_no_task() -> None:
    text = "# Rules\n\n## tasks.md Parsing\n- **Test**: parse it\n\n## Tasks: what they are\ntext\n\n## Steps\ntext\n"
    assert [problem.code for problem in read_text(text, "t", "b.md").errors] == ["no-task"]


def test_ids_in_code_marks() -> None:
    text = (
        "## Tasks\n\n### 1. Shape\n- [x] `ARCH-01` Bound it\n- [ ] `ARCH-02` Fold it\n\n### 2. Look\n"
        "- [ ] `DS-01` Ask\n"
    )
    assert [(task.id, task.title, task.stream) for task in read_plan(text).tasks] == [
        ("ARCH-01", "Bound it", "1. Shape"),
        ("ARCH-02", "Fold it", "1. Shape"),
        ("DS-01", "Ask", "2. Look"),
    ]
    assert [task.id for task in read_plan("- [ ] `1.1` One\n- [ ] `1.2`: Two\n").tasks] == ["1.1", "1.2"]
    assert [task.id for task in read_plan(f"### `T01` One\n{FIELDS}\n### `T02`: Two\n{FIELDS}").tasks] == ["T01", "T02"]


def test_details_of_a_task_in_another_section_are_no_second_task() -> None:
    more = "## Context\n\n### Task 1 Context\n\nsome text\n\n### Task 2 Context\n\nmore text\n"
    assert dependencies(
        read_plan("## Tasks\n\n" + task_text("### Task 1: One") + task_text("### Task 2: Two", "1") + more)
    ) == {
        "1": "",
        "2": "1",
    }


def test_numbered_deliverables_are_no_tasks() -> None:
    text = "# Report\n\n## Deliverables\n\n### 1. Audit\n- **File**: `a.md`\n\n### 2. Matrix\n- **File**: `b.md`\n"
    assert [problem.code for problem in read_text(text, "t", "b.md").problems] == ["no-task"]
