"""Sentences about the order of streams, in sections about dependencies."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

import pytest

from .plans import (
    problems_except_fields,
    read_plan,
    stream_dependencies,
)
from .samples import PHASES


def test_sentences_about_the_order_of_tasks() -> None:
    text = (
        "- [ ] T1 One\n- [ ] T2 Two\n- [ ] T3 Three\n- [ ] T4 Four\n\n## Dependencies\n\n- T1 blocks T2, T3\n"
        "- Tests (T2-T3) before code (T4)\n"
    )
    assert [task.depends for task in read_plan(text).tasks] == [(), ("T1",), ("T1",), ("T2", "T3")]


def test_stories_before_a_note_in_parentheses() -> None:
    text = (
        "## Phase 1: US1+US2 Add and list\n\n- [ ] T001 [US1] Add in `src/a.py`\n\n## Phase 2: US3 Tick\n\n"
        "- [ ] T002 [US3] Tick in `src/b.py`\n\n"
        "## Phase 3: Polish\n\n- [ ] T003 Polish in `src/c.py`\n\n"
        "## Dependencies\n\n- **US3**: Depends on US1+US2 (needs a list to tick)\n"
        "- **Polish**: Depends on all user stories being complete\n"
    )
    plan = read_plan(text)
    assert {stream.id: stream.after for stream in plan.streams} == {"1": (), "2": ("1",), "3": ("1", "2")}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("- **Phase 4**: Depends on all previous phases", {"4": "1 2 3"}),
        ("- **Phase 3**: depends on all prior phases being complete", {"3": "1 2"}),
        ("- **Phase 4**: Depends on ALL phases complete", {"4": "1 2 3"}),
        ("- **Phase 2**: Depends on US-1 (it makes it)", {"2": "1"}),
        ("- **Phase 2**: Depends on US1 completion -- it is made there", {"2": "1"}),
        ("- **US 4 (Phase 4)**: Should start after US2 completes (it says so)", {"4": "2"}),
        ("- **US-3**: Depends on US-1 and US2 only", {"3": "1 2"}),
        ("- **Phase 3**: Depends on Phase 2 only - can run beside Phase 1", {"3": "2"}),
    ],
)
def test_a_sentence_names_what_a_phase_waits_for(sentence: str, expected: dict[str, str]) -> None:
    text = f"{PHASES}## Dependencies\n\n{sentence}\n"
    assert (stream_dependencies(text), problems_except_fields(text)) == (expected, [])


def test_a_phase_after_its_own_tasks_is_a_warning() -> None:
    text = f"{PHASES}## Parallel Execution\n\n**Phase 2** — After T002 and T012 (its services):\n"
    assert stream_dependencies(text) == {}
    assert problems_except_fields(text) == [
        (
            'b.md:23: warning: stream 2 depends on "T002 and T012", which names no other stream: write its id '
            "(prose-dependency)"
        )
    ]
