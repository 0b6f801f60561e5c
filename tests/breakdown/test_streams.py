"""Streams by their headings, and their names."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

import pytest

from . import samples
from .plans import (
    FIELDS,
    dependencies,
    read_plan,
    task_text,
)


def test_a_task_is_found_by_its_stream_and_number() -> None:
    plan = read_plan(samples.CHECKLIST)
    assert [plan.find(name) for name in ("1", "A1", "B3", "B1", "31")] == ["1", "1", "3", None, None]
    assert read_plan(samples.NUMBERED).find("12") is None


def test_slices_and_headings_that_only_say_tasks() -> None:
    text = (
        "## Slice 1: Store\n\n### Tasks\n\n- [ ] **1a: Test**\n- [ ] **1b: Write**\n\n## Slice 2: Show\n\n"
        "### Tasks\n\n- [ ] **2a: Test**\n"
    )
    assert [(task.id, task.stream) for task in read_plan(text).tasks] == [("1a", "1"), ("1b", "1"), ("2a", "2")]
    text = text.replace("Slice 1: ", "").replace("Slice 2: ", "")
    assert [(task.id, task.stream) for task in read_plan(text).tasks] == [
        ("1a", "Store"),
        ("1b", "Store"),
        ("2a", "Show"),
    ]


def test_chunks_are_streams() -> None:
    text = (
        f"## Chunk 1: One\n\n### Task 1: A\n{FIELDS}\n## Chunk 2: Two (Depends on Chunk 1)\n\n### Task 2: B\n{FIELDS}"
    )
    assert [(stream.id, stream.title, stream.after) for stream in read_plan(text).streams] == [
        ("1", "One", ()),
        ("2", "Two", ("1",)),
    ]


def test_streams_with_parallel_or_sequential_first() -> None:
    text = (
        "## Sequential: Phase 0 — Look\n\n- [ ] T001 a\n\n## Parallel Group 1: Write\n\n- [ ] T002 b\n\n"
        "## Sequential: Phase 1 — Show\n\n- [ ] T003 c\n"
    )
    assert [(stream.id, stream.title) for stream in read_plan(text).streams] == [
        ("0", "Look"),
        ("Group 1", "Write"),
        ("Phase 1", "Show"),
    ]


def test_headings_with_a_code_over_others_are_groups() -> None:
    text = (
        "## WS1: Storage\n\n"
        + task_text("### T1: A")
        + task_text("### T2: B", "T1")
        + "## WS2: Pages\n\n"
        + task_text("### T3: C", "WS1")
    )
    plan = read_plan(text)
    assert dependencies(plan) == {"T1": "", "T2": "T1", "T3": "T1 T2"}
    assert [task.stream for task in plan.tasks] == ["WS1: Storage", "WS1: Storage", "WS2: Pages"]


def test_groups_on_the_level_of_their_tasks() -> None:
    text = (
        "### Group A: First\n\n"
        + task_text("### Task A1: A")
        + "### Group B: Second\n\n"
        + task_text("### Task B1: B", "Groups A-A")
    )
    text = (
        text.replace("Groups A-A", "Group A") + "### Group C: Third\n\n" + task_text("### Task C1: C", "All Groups A-B")
    )
    plan = read_plan(text)
    assert [(task.id, task.stream) for task in plan.tasks] == [("A1", "A"), ("B1", "B"), ("C1", "C")]
    assert dependencies(plan) == {"A1": "", "B1": "A1", "C1": "A1 B1"}


def test_a_task_after_the_groups_is_in_none() -> None:
    plan = read_plan(
        "## Group A: First\n\n" + task_text("### Task A1: A") + task_text("### Task A2: B") + task_text("## Task D: C")
    )
    assert [task.stream for task in plan.tasks] == ["A", "A", None]


def test_short_names_of_waves_and_phases() -> None:
    text = (
        "## Wave 1: First\n\n"
        + task_text("### Task T01: A")
        + "## Wave 2: Second\n\n"
        + task_text("### Task T02: B", "W1 complete")
    )
    assert dependencies(read_plan(text)) == {"T01": "", "T02": "T01"}
    text = (
        "## PR1 — First\n\n"
        + task_text("### Task 1.1: A")
        + "## PR2 — Second\n\n"
        + task_text("### Task 2.1: B", "PR1 merged")
    )
    assert dependencies(read_plan(text)) == {"1.1": "", "2.1": "1.1"}


@pytest.mark.parametrize(
    "note",
    ["Depends on Phase 1", "Depende de Fase 1", "Abhängig von Phase 1", "hängt ab von Phase 1", "Dépend de Phase 1"],
)
def test_a_dependency_behind_a_title_in_other_languages(note: str) -> None:
    plan = read_plan(f"## Phase 1: A\n\n- [x] 1.1 A\n\n## Phase 2: B ({note})\n\n- [ ] 2.1 B\n")
    assert plan.streams[1].after == ("1",)
