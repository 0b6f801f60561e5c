"""Every dialect is read exactly: ids with what each waits for, what is done, streams with what each waits for."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import pytest

from pytest_execute.breakdown import read_text

from . import samples
from .plans import read


def told(text: str) -> list[str]:
    return [str(problem) for problem in read_text(text, "t", "b.md").problems if problem.code != "no-tests"]


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
def test_a_dialect(text: str, waits: dict[str, str], done: str, streams: dict[str, str]) -> None:
    plan = read(text)
    assert {task.id: " ".join(task.depends) for task in plan.tasks} == waits
    assert [task.id for task in plan.tasks if task.done] == done.split()
    assert {stream.id: " ".join((*stream.after, *stream.depends)) for stream in plan.streams} == streams


def test_substeps_that_a_formatter_has_glued_and_torn() -> None:
    first = read(samples.CHECKLIST).tasks[0]
    assert [(step.id, step.title, step.done, step.line) for step in first.substeps] == [
        ("1.1", "Open the connection", True, 7),
        ("1.2", "Close it", False, 8),
        ("1.3", "Count them", True, 10),
    ]
    assert (first.title, first.effort, first.commit) == ("Fetch the mails", "3 hours", "feat: fetch the mails")


def test_a_list_that_a_formatter_has_counted_anew_is_told() -> None:
    assert told(samples.CHECKLIST)[-1] == (
        "b.md:26: warning: task 3 has the number 1 in its list: correct it, a formatter may have changed it "
        "(renumbered)"
    )


def test_a_list_with_the_same_number_everywhere_counts_up() -> None:
    plan = read("1. [ ] **One**\n1. [x] **Two**\n\n   - Depends on: 1\n1. [ ] **Three**\n")
    assert [(task.id, task.done, task.depends) for task in plan.tasks] == [
        ("1", False, ()),
        ("2", True, ("1",)),
        ("3", False, ()),
    ]


def test_gates_of_phases_and_checkpoints() -> None:
    assert [(gate.name, gate.after, gate.suite) for gate in read(samples.ORIGIN).gates] == [
        ("Phase 1", ("1",), False),
        ("Phase 2", ("2",), True),
    ]
    assert [(gate.name, gate.after) for gate in read(samples.SPECKIT).gates] == [
        ("Checkpoint 1", ("1",)),
        ("Checkpoint 3", ("3",)),
    ]


def test_tests_from_commands_fences_and_titles() -> None:
    assert [[test.target for test in task.tests] for task in read(samples.STEPS).tasks] == [
        ["tests/test_store.py"],
        ["tests/test_page.py"],
    ]
    assert [test.target for test in read(samples.SPECKIT).tasks[3].tests] == ["tests/test_add.py"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("None", ""),
        ("None (can run parallel with 2)", ""),
        ("– (first)", ""),
        ("N/A - can start at once", ""),
        ("1", "1"),
        ("#1, #2", "1 2"),
        ("Task 1 complete", "1"),
        ("Tasks 1, 2 & 3", "1 2 3"),
        ("1-3", "1 2 3"),
        ("1 through 3", "1 2 3"),
        ("Tasks 2–3 (all of them, 4 too)", "2 3"),
        ("T1; T03", "1 3"),
        ("[1, 2]", "1 2"),
        ("All previous tasks", "1 2 3 4"),
        ("Stream A", "1 2"),
        ("all Stream A tasks, 3", "3 1 2"),
        ("A1, B3", "1 3"),
        ("Step 1 (`x` + y), Task 2 (z).", "1 2"),
        ("**Task 1**", "1"),
        ("Task 1 must be completed first", "1"),
        ("1.1", "1"),
    ],
)
def test_what_a_dependency_asks_for(value: str, expected: str) -> None:
    text = (
        "## Stream A: X\n\n### 1. [ ] A\n- [ ] 1.1 a\n\n### 2. [ ] B\n\n## Stream B: Y\n\n### 3. [ ] C\n\n"
        "### 4. [ ] D\n\n"
        f"### 5. [ ] E\n- **Dependencies**: {value}\n"
    )
    assert " ".join(read(text).tasks[-1].depends) == expected


def test_what_could_be_read_in_two_ways_is_an_error() -> None:
    assert told("- [ ] 1. A\n- [ ] 2. B\n- [ ] 2.5 C\n- [ ] 4.1 D\n") == [
        "b.md:3: error: 2.5 may be a task or a substep of 2: indent it, or give it a whole number (unclear-level)",
        (
            "b.md:4: error: 4.1 looks like a substep of task 4, which is not in this file: add it, or give 4.1 a "
            "whole number (orphan-substep)"
        ),
    ]
    assert told("### Task 1: A\ntext\n\n### Task 2: B\ntext\n\n## More\n\n- [ ] T3 C\n- [ ] T4 D\n") == [
        (
            "b.md:9: error: tasks in two forms: headings with a word and an id (task 1 on line 1) and "
            "boxes with a code (task T3 here): write all in one form (two-shapes)"
        )
    ]
    assert told("## Stream A: X\n\n### 1. [ ] A\ntext\n\n## Stream A: Y\n\n### 2. [ ] B\ntext\n") == [
        (
            "b.md:6: error: stream A is already on line 1 with another title: give one of them another id "
            "(duplicate-stream)"
        )
    ]


def test_the_same_task_in_a_table_and_below_a_heading_is_one() -> None:
    table = "| ID | Task | Depends on |\n|--|--|--|\n| T1 | One | none |\n| T2 | Two | T1 |\n\n"
    plan = read(table + "### T1: One in full\n- **Tests**: `tests/test_one.py`\n")
    assert [(task.id, task.title, [test.target for test in task.tests]) for task in plan.tasks] == [
        ("T1", "One", ["tests/test_one.py"]),
        ("T2", "Two", []),
    ]


def test_a_total_and_a_block_that_do_not_agree_are_told() -> None:
    text = "Total tasks: 3\n\n### 1. [ ] A\ntext\n- **Blocks**: 2\n\n### 2. [ ] B\ntext\n"
    assert told(text) == [
        "b.md:1: warning: the text says 3 tasks, but 2 were read: correct the number or the tasks' form (other-total)",
        (
            "b.md:5: warning: task 1 blocks 2, which does not depend on it: add task 1 to its Dependencies "
            "(one-sided-block)"
        ),
    ]


def test_what_a_task_blocks_may_wait_for_it_by_way_of_others() -> None:
    chain = "".join(f"### {n}. [ ] T\ntext\n- **Dependencies**: {n - 1 or 'None'}\n\n" for n in range(1, 9))
    assert told("### 9. [ ] U\ntext\n- **Blocks**: 1, 5\n\n" + chain.replace("None", "9")) == []
    assert told("### 9. [ ] U\ntext\n- **Blocks**: All other tasks\n\n" + chain) == [
        (
            "b.md:3: warning: task 9 blocks 1, 2, 3, 4, 5 and 3 more, which do not depend on it: add task 9 to their "
            "Dependencies (one-sided-block)"
        )
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
def test_what_is_no_breakdown_is_refused(text: str) -> None:
    assert [problem.code for problem in read_text(text, "t", "b.md").problems] == ["no-task"]


def test_boxes_before_and_after_a_heading_and_marks_in_it() -> None:
    text = (
        "### [x] Task 1: One\ntext\n\n### Task 2: Two [ ]\ntext\n\n### ☑ Task 3: Three\nDepends on Task 1.\n\n"
        "### Task 4: Four\ntext\n"
    )
    assert [(task.id, task.title, task.done, task.depends) for task in read(text).tasks] == [
        ("1", "One", True, ()),
        ("2", "Two", False, ()),
        ("3", "Three", True, ("1",)),
        ("4", "Four", False, ()),
    ]


def test_dependencies_inside_the_line_of_a_task() -> None:
    text = (
        "- [ ] **T1** One\n- [ ] **T2** Two — depends on T1\n- [ ] **T3**: Three (depends: T1, T2)\n"
        "- [ ] T4 Four, blocked by T3\n"
    )
    assert [task.depends for task in read(text).tasks] == [(), ("T1",), ("T1", "T2"), ("T3",)]


def test_sentences_on_the_order_of_tasks() -> None:
    text = (
        "- [ ] T1 One\n- [ ] T2 Two\n- [ ] T3 Three\n- [ ] T4 Four\n\n## Dependencies\n\n- T1 blocks T2, T3\n"
        "- Tests (T2-T3) before code (T4)\n"
    )
    assert [task.depends for task in read(text).tasks] == [(), ("T1",), ("T1",), ("T2", "T3")]


def test_one_task_in_another_shape_is_not_lost_in_silence() -> None:
    text = "### 1. [ ] A\ntext\n\n### 2. [ ] B\ntext\n\n### 3. [ ] C\ntext\n\n### Task 4: D\ntext\n"
    assert [line.partition(": ")[2].partition(": headings")[0] for line in told(text)] == ["error: tasks in two forms"]
    text = "### 1. [ ] A\ntext\n\n### 2. [ ] B\ntext\n\n## Later\n\n- [ ] 7. perhaps\n"
    assert told(text) == [
        (
            "b.md:9: warning: this looks like task 7, and is not read, because the other tasks are headings with an "
            "id and a box: write all in one form (passed-over)"
        )
    ]


def test_the_name_of_a_task_by_its_stream() -> None:
    plan = read(samples.CHECKLIST)
    assert [plan.find(name) for name in ("1", "A1", "B3", "B1", "31")] == ["1", "1", "3", None, None]
    assert read(samples.NUMBERED).find("12") is None


def test_marks_before_an_id_and_notes_after_it() -> None:
    assert [task.id for task in read("- [x] ✅ T001 One\n- [ ] 🚧 T002 Two\n- [ ] T003 Three\n").tasks] == [
        "T001",
        "T002",
        "T003",
    ]
    plan = read("- [ ] Task 1 (AC: 1)\n  - [ ] 1.1 a\n- [ ] Task 2 (AC: 2)\n  - [ ] 2.1 b\n")
    assert [(task.id, len(task.substeps)) for task in plan.tasks] == [("1", 1), ("2", 1)]


def test_boxes_below_something_without_a_box_that_has_their_number() -> None:
    assert told("1. Setup\n   - [ ] 1.1 a\n   - [ ] 1.2 b\n2. Work\n   - [ ] 2.1 c\n") == [
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
