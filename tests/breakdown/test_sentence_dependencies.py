"""Dependencies in sentences: read if names and wording are certain, else reported with their line."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

import pytest

from pytest_execute.breakdown import read_text

from .plans import (
    ALL_FIELDS,
    all_problems,
    dependencies_of,
    problems_except_fields,
    stream_dependencies,
    task_text,
)
from .samples import PHASES

TASKS = "".join(f"### Task {n}: T{n}\n{ALL_FIELDS}\n" for n in range(1, 6))
STREAMS = (
    f"## Stream A: First\n\n### Task 1: One\n{ALL_FIELDS}\n## Stream B: Second\n\n### Task 2: Two\n{ALL_FIELDS}\n"
    f"## Stream C: Third\n\n### Task 3: Three\n{ALL_FIELDS}\n"
)
LETTERS = "".join(f"## Sub-phase {x} — Part {x}\n\n- [ ] T{n} Do {x}\n\n" for n, x in enumerate("FGHA", 1))


def test_a_table_with_other_dependencies_is_reported() -> None:
    table = "## Summary\n\n| ID | Task | Deps |\n|--|--|--|\n| T1 | One | None |\n| T2 | Two | T1 |\n"
    text = task_text("### Task 1: One") + task_text("### Task 2: Two") + table
    told = [str(p) for p in read_text(text, "t", "b.md").problems if p.code == "prose-dependency"]
    message = "this text may state a dependency, and is not read: write it in the task's Dependencies"
    assert told == [f"b.md:{text.count(chr(10))}: warning: {message} (prose-dependency)"]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("Task 4 depends on Task 2.", {"4": "2"}),
        ("Tasks 3 and 4 depend on Task 2, so begin there.", {"3": "2", "4": "2"}),
        ("**Task 4** `dependsOn` **Tasks 1 and 2** and runs alone.", {"4": "1 2"}),
        ("Task 5 depends on 1-3; Task 4 is independent.", {"5": "1 2 3"}),
        ("Task 2 (the store) only depends on Task 1 (the model) — no more.", {"2": "1"}),
        ("Task 4 requires Task 2's migration.", {"4": "2"}),
        ("Task 4 is blocked by Task 3.", {"4": "3"}),
        ("Task 4 must wait for Task 3.", {"4": "3"}),
        ("Task 4 can only start after Tasks 1 and 3 are complete.", {"4": "1 3"}),
        ("Tasks 4 + 5 can run in parallel after Task 2.", {"4": "2", "5": "2"}),
        ("Task 2 must be done before Task 4.", {"4": "2"}),
        ("Task 2 must be completed before Tasks 3, 4 and 5 can start.", {"3": "2", "4": "2", "5": "2"}),
        ("Task 2 blocks Task 4.", {"4": "2"}),
        ("Task 1 is a prerequisite for Task 2.", {"2": "1"}),
        ("Finish Task 1 before starting Task 2.", {"2": "1"}),
        ("Once Task 1 is complete, Task 2 can start.", {"2": "1"}),
        ("Task 5 depends on everything.", {"5": "1 2 3 4"}),
        ("Task 5 depends on all previous tasks.", {"5": "1 2 3 4"}),
        ("- Task 5: the guide (depends on Task 3)", {"5": "3"}),
        ("| a.py | Task 3 depends on Task 2; run them in order |", {"3": "2"}),
        ("> Task 3 depends on\n> Task 2.", {"3": "2"}),
        ("T4 depends on T2.", {"4": "2"}),
        ("Task 4 edits `a b`; it `depends on` Tasks 2 and 3 and `c d` too.", {"4": "2 3"}),
        ("Task 3 needs Task 1, Task 4 is parallel with it, Task 5 needs Tasks 1+2.", {"3": "1", "5": "1 2"}),
    ],
)
def test_a_sentence_with_two_ids_and_clear_words_is_read(sentence: str, expected: dict[str, str]) -> None:
    text = f"{TASKS}## Notes\n\n{sentence}\n"
    if sentence.startswith("|"):
        text = f"{TASKS}## Notes\n\n| File | Order |\n|--|--|\n{sentence}\n"
    assert dependencies_of(text) == expected
    assert all_problems(text) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "Task 4 does not depend on Task 2.",
        "Task 4 no longer depends on Task 2.",
        "Task 4 is independent of Task 2.",
        "Task 4 needs no change after Task 2.",
        "Task 4 follows the pattern of Task 2.",
        "Task 4 requires Python 3.11.",
        "This depends on the weather.",
        "Task 1's edit to `a.py` is the only one.",
        "Tasks 2 and 3 can run in parallel.",
        "`Task 4 depends on Task 2` is what one would write.",
    ],
)
def test_a_sentence_that_states_no_order_is_ignored(sentence: str) -> None:
    text = f"{TASKS}## Notes\n\n{sentence}\n"
    assert (dependencies_of(text), all_problems(text)) == ({}, [])


@pytest.mark.parametrize(
    "sentence",
    [
        "Task 4 may depend on Task 2.",
        "If Task 4 depends on Task 2, say so.",
        "Task 4 depends on Task 2 or Task 3.",
        "Task 4 depends on Task 9.",
        "Task 4 depends on the API team.",
        "Task 2 should ideally come somewhere before Task 4.",
        "Order: Task 1 → Task 2.",
        "Task 2 after Task 1, and so on.",
        "Task 2 before Task 1.",
        "Tasks 1 and 2 must be complete.",
    ],
)
def test_a_sentence_that_may_state_an_order_is_reported(sentence: str) -> None:
    text = f"{TASKS}## Notes\n\n{sentence}\n"
    line = text.count("\n")
    assert dependencies_of(text) == {}
    message = "this text may state a dependency, and is not read: write it in the task's Dependencies"
    assert all_problems(text) == [f"b.md:{line}: warning: {message} (prose-dependency)"]


def test_a_possible_order_that_the_plan_has_is_not_reported() -> None:
    text = f"{TASKS}- **Dependencies**: Task 3\n\n## Notes\n\nTask 5 may depend on Task 3. Order: Task 3 → Task 5.\n"
    assert (dependencies_of(text), all_problems(text)) == ({"5": "3"}, [])


def test_a_sentence_inside_a_task_is_about_that_task() -> None:
    text = (
        f"{TASKS}Depends on Task 4 for its types.\n\n> Task 3 depends on this task.\n\n"
        "- run it (requires Task 1's data)\n\n> Do Task 2 first.\n"
    )
    assert dependencies_of(text) == {"3": "5", "5": "4 1 2"}
    assert all_problems(text) == []


def test_a_sentence_that_contradicts_the_fields_is_reported() -> None:
    text = f"{TASKS}- **Dependencies**: Task 3\n\n## Notes\n\nTask 3 depends on Task 5.\n"
    assert dependencies_of(text) == {"5": "3"}
    assert all_problems(text) == [
        (
            "b.md:25: warning: this text says that task 3 waits for task 5, but task 5 waits for task 3: "
            "correct one of them (prose-dependency)"
        )
    ]


def test_streams_in_sentences_anywhere() -> None:
    assert stream_dependencies(f"{STREAMS}## Notes\n\nStream A (First) must complete before Streams B, C begin.\n") == {
        "B": "A",
        "C": "A",
    }
    assert stream_dependencies(f"{STREAMS}## Notes\n\nStream C depends on Task 2.\n") == {"C": "2"}
    assert dependencies_of(f"{STREAMS}## Notes\n\nTask 3 can start after Stream A is complete.\n") == {"3": "1"}


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("H depends on F + G (it uses both).", {"H": "F G"}),
        ("H depends on F, G and A.", {"H": "F G A"}),
        ("G must wait for F; H requires G.", {"G": "F", "H": "G"}),
        ("A can start after Sub-phase F.", {"A": "F"}),
        ("H depends on A good deal.", {}),
        ("A depends on B.", {}),
        ("F and G are independent.", {}),
    ],
)
def test_streams_by_their_letters_alone(sentence: str, expected: dict[str, str]) -> None:
    assert stream_dependencies(f"{LETTERS}## Notes\n\n{sentence}\n") == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "F → G → H, one after the other.",
        "**Part F (Sub-phase F)** → **Part G (Sub-phase G)**",
        "T1(one) → T2(two)",
        "Sub-phase F (T1 → T2) and more",
        "```\nT1(one) ──→ T2(two)\n```",
    ],
)
def test_arrows_between_letters_and_around_notes_are_reported(sentence: str) -> None:
    text = f"{LETTERS}## Notes\n\n{sentence}\n"
    told = [problem for problem in read_text(text, "t", "b.md").problems if problem.code == "prose-dependency"]
    assert [problem.line for problem in told] == [text[: text.index("→")].count("\n") + 1]


def test_a_step_is_a_task_only_if_tasks_are_called_steps() -> None:
    text = f"{TASKS}Step 2 depends on Step 1.\n"
    assert (dependencies_of(text), all_problems(text)) == ({}, [])
    steps = "".join(f"### Step {n}: T{n}\n{ALL_FIELDS}\n" for n in range(1, 4))
    assert dependencies_of(f"{steps}## Notes\n\nStep 2 depends on Step 1.\n") == {"2": "1"}


def test_a_comment_behind_none_is_no_dependency() -> None:
    text = f"{TASKS}**Dependencies:** None (can start after Task 2)\n"
    assert (dependencies_of(text), all_problems(text)) == ({}, [])


@pytest.mark.parametrize(
    "line",
    [
        "T003 (service) ← depends on T001 + T002",
        "T004, T003 (depend on T001)",
    ],
)
def test_sentences_in_code_are_reported_unless_the_plan_has_them(line: str) -> None:
    text = f"{PHASES}## Notes\n\n```\n{line}\n```\n"
    assert stream_dependencies(text) == {}
    assert [said.partition(": warning: ")[0] for said in problems_except_fields(text)] == ["b.md:24"]
    assert problems_except_fields(f"{PHASES}## Notes\n\n```python\nx = 1  # depends on the weather\n```\n") == []


def test_a_negation_behind_an_order_does_not_hide_it() -> None:
    text = f"{PHASES}| Story | Notes |\n|--|--|\n| US3 | Depends on US1, US2 — does NOT need US4 |\n"
    assert [said.partition(": warning: ")[0] for said in problems_except_fields(text)] == ["b.md:23"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("*Complete T001, T011 before starting. These run side by side.*", {"2": "T001 T011"}),
        ("*Complete Phase 1 before starting this phase.*", {"2": "1"}),
        ("*Prerequisite: T001, T011 complete. All other phases depend on this phase completing.*", {"2": "T001 T011"}),
    ],
)
def test_sentences_below_the_heading_of_a_phase(line: str, expected: dict[str, str]) -> None:
    head = "## Phase 2: User Story 2 (US2)\n\n"
    text = PHASES.replace(head, f"{head}{line}\n\n")
    assert stream_dependencies(text) == expected
    assert [problem for problem in read_text(text, "t", "b.md").problems if problem.severity == "error"] == []
