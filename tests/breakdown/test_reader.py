"""Canonical form, read field by field, with its lines."""

from __future__ import annotations

from pytest_execute.breakdown import read_text
from pytest_execute.core.plan import FileRef, NamedGate, Plan, Stream, Substep, Task, TestRef

CANONICAL = """\
# Orders: Task Breakdown

What is built; the plan is in `plan.md`.

## Stream A: Ground (Parallel)

### 1. [x] Order model [2 hours]

- **Objective**: keep one row per order,
  oldest first
- **Files**: `src/shop/order.py`, `src/shop/db.py:40-60`
- **Tests**: `tests/test_order.py::test_keeps_row`,
  `tests/test_order.py::test_oldest_first`
- **Dependencies**: None
- **Behavior**: Given two orders, when listed, then the oldest comes first
- **Agent**: coder
- **Commit**: `feat(order): add order model`
- [x] 1.1 Write the failing tests
- [ ] 1.2 Add the model
  and its migration

### 2. [ ] Cleaning [1 hour]

- **Objective**: delete old rows
- **Tests**: `pytest -q tests/test_clean.py tests/slow -k "old and not new"`
- **Dependencies**: Task 1 (the table must exist)

## Stream B: Door (Depends on Stream A)

### 3. [~] List

- **Objective**: `GET /orders` answers
- **Tests**: `tests/test_api.py`
- **Dependencies**: Tasks 1, 2

## Stream C: End (Depends on A1, B3)

### 4. [ ] Report

- **Objective**: say it
- **Tests**: `tests/test_report.py`
- **Dependencies**: Stream B

## Quality Gates

- **Gate 1**: `tests/test_order.py` and `tests/test_clean.py` pass (after Stream A)
- **Gate 2**: the whole suite passes (after Stream B)
"""


def read_canonical(text: str) -> Plan:
    reading = read_text(text, "orders", "notes/orders/breakdown.md")
    assert [p for p in reading.problems if p.severity == "error"] == []
    assert reading.plan is not None
    return reading.plan


def test_topic_path_and_title() -> None:
    plan = read_canonical(CANONICAL)
    assert (plan.topic, plan.path, plan.title) == ("orders", "notes/orders/breakdown.md", "Orders: Task Breakdown")


def test_streams_with_the_dependencies_in_their_headings() -> None:
    assert read_canonical(CANONICAL).streams == (
        Stream(id="A", title="Ground", line=5),
        Stream(id="B", title="Door", line=28, after=("A",)),
        Stream(id="C", title="End", line=36, depends=("1", "3")),
    )


def test_every_field_of_a_task_with_its_line() -> None:
    assert read_canonical(CANONICAL).tasks[0] == Task(
        id="1",
        title="Order model",
        line=7,
        done=True,
        stream="A",
        objective="keep one row per order, oldest first",
        files=(FileRef("src/shop/order.py", 11), FileRef("src/shop/db.py", 11, 40, 60)),
        tests=(
            TestRef("tests/test_order.py::test_keeps_row", 12),
            TestRef("tests/test_order.py::test_oldest_first", 13),
        ),
        behaviour=("Given two orders, when listed, then the oldest comes first",),
        effort="2 hours",
        agent="coder",
        commit="feat(order): add order model",
        substeps=(
            Substep("1.1", "Write the failing tests", True, 18),
            Substep("1.2", "Add the model and its migration", False, 19),
        ),
    )


def test_dependencies_are_ids_of_tasks() -> None:
    assert [task.depends for task in read_canonical(CANONICAL).tasks] == [(), ("1",), ("1", "2"), ("3",)]


def test_a_box_in_progress_is_not_done() -> None:
    assert [task.done for task in read_canonical(CANONICAL).tasks] == [True, False, False, False]


def test_paths_in_a_pytest_command_are_tests() -> None:
    assert read_canonical(CANONICAL).tasks[1].tests == (TestRef("tests/test_clean.py", 25), TestRef("tests/slow", 25))


def test_gates_with_their_streams_and_tests() -> None:
    assert read_canonical(CANONICAL).gates == (
        NamedGate(
            name="Gate 1",
            text="`tests/test_order.py` and `tests/test_clean.py` pass (after Stream A)",
            line=46,
            after=("A",),
            tests=(TestRef("tests/test_order.py", 46), TestRef("tests/test_clean.py", 46)),
        ),
        NamedGate(name="Gate 2", text="the whole suite passes (after Stream B)", line=47, after=("B",), suite=True),
    )


def test_front_matter_crlf_and_a_byte_order_mark_change_only_lines() -> None:
    text = "\ufeff---\ntitle: x\n---\n" + CANONICAL
    assert [task.line for task in read_canonical(text.replace("\n", "\r\n")).tasks] == [10, 25, 33, 41]


def test_fences_comments_and_quotes_hide_tasks() -> None:
    hidden = "### 9. [ ] Not a task\n"
    text = CANONICAL + f"\n````\n```\n{hidden}```\n{hidden}````\n\n<!--\n{hidden}-->\n\n> {hidden}"
    assert [task.id for task in read_canonical(text).tasks] == ["1", "2", "3", "4"]
