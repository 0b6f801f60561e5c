"""Ticks, states and efforts that other places give a task or stream: compared with the plan, and told."""

from __future__ import annotations

import pytest

from .plans import FIELDS, problems_except_fields

TASKS = f"### Task 1: Read the mails\n{FIELDS}\n### Task 2: Write the page\n{FIELDS}\n"
BOXES = "- [x] T001 Read the mails\n- [ ] T002 Write the page\n\n"


def told(text: str, code: str) -> list[str]:
    return [p for p in problems_except_fields(text) if f"({code})" in p]


@pytest.mark.parametrize("mark", ["`[x]`", "[x]", "✅", "✅ DONE", "(COMPLETED)", "✅ COMPLETO"])
def test_a_ticked_stream_with_open_tasks_is_told(mark: str) -> None:
    text = f"## Phase 1: A {mark}\n\n- [x] T001 Read\n- [ ] T002 Write\n\n## Phase 2: B\n\n- [ ] T003 C\n"
    assert told(text, "other-tick") == [
        "b.md:1: warning: stream 1 is ticked here, and task T002 is open on line 4: correct one of them (other-tick)"
    ]


@pytest.mark.parametrize("mark", ["", "[ ]", "🎯 MVP", "[40% COMPLETE]", "(3 tasks)"])
def test_a_stream_without_a_tick_is_not_told(mark: str) -> None:
    text = f"## Phase 1: A {mark}\n\n- [x] T001 Read\n- [ ] T002 Write\n\n## Phase 2: B\n\n- [ ] T003 C\n"
    assert told(text, "other-tick") == []


def test_a_ticked_stream_whose_tasks_are_done_is_not_told() -> None:
    assert told("## Phase 1: A [x]\n\n- [x] T001 Read\n- [x] T002 Write\n", "other-tick") == []


@pytest.mark.parametrize(
    "line",
    [
        "- [x] Write the page",
        "- [x] **Write the page**",
        "- ✅ T002",
        "- ✅ T002: Write it",
        "| Write the page | ✅ Done |",
    ],
)
def test_another_tick_of_a_task_is_told(line: str) -> None:
    table = "| Task | Status |\n|--|--|\n" if line.startswith("|") else ""
    assert len(told(f"{BOXES}## Progress\n\n{table}{line}\n", "other-tick")) == 1


@pytest.mark.parametrize("status", ["🔄 In Progress", "blocked"])
def test_another_state_of_a_task_is_told(status: str) -> None:
    table = f"## Progress\n\n| Task | Status |\n|--|--|\n| Write the page | {status} |\n"
    (problem,) = told(BOXES + table, "other-tick")
    state = "begun" if "Prog" in status else "blocked"
    assert problem.startswith(f"b.md:8: warning: task T002 is {state} here and open on line 2, which counts")


@pytest.mark.parametrize(
    "line", ["- [ ] Write the page", "- ✅ Everything is fine", "- ❌ T002", "| Write the page | - |"]
)
def test_the_same_tick_is_not_told(line: str) -> None:
    table = "| Task | Status |\n|--|--|\n" if line.startswith("|") else ""
    assert told(f"{BOXES}## Progress\n\n{table}{line}\n", "other-tick") == []


@pytest.mark.parametrize("line", ["- Task 1 (Mails): 30 minutes", "- Task 1: 2 hours", "| Task 1 | 30 min |"])
def test_an_effort_in_a_list_behind_the_tasks_is_told(line: str) -> None:
    table = "| Task | Effort |\n|--|--|\n" if line.startswith("|") else ""
    assert len(told(f"{TASKS}## Estimated time\n\n{table}{line}\n", "unread-field")) == 1


def test_the_same_effort_in_a_list_behind_the_tasks_is_not_told() -> None:
    text = TASKS.replace(FIELDS, f"{FIELDS}- **Effort**: 2 hours\n")
    assert told(f"{text}## Time\n\n- Task 1: 2 hours\n", "unread-field") == []
