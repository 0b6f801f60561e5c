"""Dependencies in sentences: read where both ends and the wording are certain, else told with their line."""

from __future__ import annotations

import pytest

from pytest_execute.breakdown import read_text

FIELDS = "- **Objective**: x\n- **Tests**: `tests/test_x.py`\n"
TASKS = "".join(f"### Task {n}: T{n}\n{FIELDS}\n" for n in range(1, 6))
STREAMS = (
    f"## Stream A: First\n\n### Task 1: One\n{FIELDS}\n## Stream B: Second\n\n### Task 2: Two\n{FIELDS}\n"
    f"## Stream C: Third\n\n### Task 3: Three\n{FIELDS}\n"
)


def waits(text: str) -> dict[str, str]:
    reading = read_text(text, "t", "b.md")
    assert [str(problem) for problem in reading.errors] == []
    assert reading.plan is not None
    return {task.id: " ".join(task.depends) for task in reading.plan.tasks if task.depends}


def after(text: str) -> dict[str, str]:
    plan = read_text(text, "t", "b.md").plan
    assert plan is not None
    return {s.id: " ".join((*s.after, *s.depends)) for s in plan.streams if s.after or s.depends}


def told(text: str) -> list[str]:
    return [str(problem) for problem in read_text(text, "t", "b.md").problems]


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
    assert waits(text) == expected
    assert told(text) == []


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
def test_a_sentence_that_states_no_order_is_left_alone(sentence: str) -> None:
    text = f"{TASKS}## Notes\n\n{sentence}\n"
    assert (waits(text), told(text)) == ({}, [])


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
def test_a_sentence_that_may_state_an_order_is_told(sentence: str) -> None:
    text = f"{TASKS}## Notes\n\n{sentence}\n"
    line = text.count("\n")
    assert waits(text) == {}
    message = "this text may state a dependency, and is not read: write it in the task's Dependencies"
    assert told(text) == [f"b.md:{line}: warning: {message} (prose-dependency)"]


def test_what_may_state_an_order_that_holds_anyway_is_not_told() -> None:
    text = f"{TASKS}- **Dependencies**: Task 3\n\n## Notes\n\nTask 5 may depend on Task 3. Order: Task 3 → Task 5.\n"
    assert (waits(text), told(text)) == ({"5": "3"}, [])


def test_a_sentence_inside_a_task_speaks_of_it() -> None:
    text = (
        f"{TASKS}Depends on Task 4 for its types.\n\n> Task 3 depends on this task.\n\n"
        "- run it (requires Task 1's data)\n\n> Do Task 2 first.\n"
    )
    assert waits(text) == {"3": "5", "5": "4 1 2"}
    assert told(text) == []


def test_a_sentence_against_the_fields_is_told_and_not_taken() -> None:
    text = f"{TASKS}- **Dependencies**: Task 3\n\n## Notes\n\nTask 3 depends on Task 5.\n"
    assert waits(text) == {"5": "3"}
    assert told(text) == [
        (
            "b.md:25: warning: this text says that task 3 waits for task 5, but task 5 waits for task 3: "
            "correct one of them (prose-dependency)"
        )
    ]


def test_streams_in_sentences_anywhere() -> None:
    assert after(f"{STREAMS}## Notes\n\nStream A (First) must complete before Streams B, C begin.\n") == {
        "B": "A",
        "C": "A",
    }
    assert after(f"{STREAMS}## Notes\n\nStream C depends on Task 2.\n") == {"C": "2"}
    assert waits(f"{STREAMS}## Notes\n\nTask 3 can start after Stream A is complete.\n") == {"3": "1"}


LETTERS = "".join(f"## Sub-phase {x} — Part {x}\n\n- [ ] T{n} Do {x}\n\n" for n, x in enumerate("FGHA", 1))


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
    assert after(f"{LETTERS}## Notes\n\n{sentence}\n") == expected


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
def test_arrows_between_letters_and_around_notes_are_told(sentence: str) -> None:
    text = f"{LETTERS}## Notes\n\n{sentence}\n"
    told = [problem for problem in read_text(text, "t", "b.md").problems if problem.code == "prose-dependency"]
    assert [problem.line for problem in told] == [text[: text.index("→")].count("\n") + 1]


def test_a_step_is_a_task_only_where_tasks_are_called_steps() -> None:
    text = f"{TASKS}Step 2 depends on Step 1.\n"
    assert (waits(text), told(text)) == ({}, [])
    steps = "".join(f"### Step {n}: T{n}\n{FIELDS}\n" for n in range(1, 4))
    assert waits(f"{steps}## Notes\n\nStep 2 depends on Step 1.\n") == {"2": "1"}


def test_a_dependency_that_the_field_excludes_in_a_comment_stays_a_comment() -> None:
    text = f"{TASKS}**Dependencies:** None (can start after Task 2)\n"
    assert (waits(text), told(text)) == ({}, [])


PHASES = "".join(
    f"## Phase {n}: User Story {n} (US{n})\n\n- [ ] T00{n} [US{n}] Do `src/{n}.py`\n- [ ] T01{n} Go on\n\n"
    for n in range(1, 5)
)


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
def test_what_a_phase_waits_for(sentence: str, expected: dict[str, str]) -> None:
    text = f"{PHASES}## Dependencies\n\n{sentence}\n"
    assert (after(text), orders(text)) == (expected, [])


def orders(text: str) -> list[str]:
    return [line for line in told(text) if "no-tests" not in line and "no-objective" not in line]


def test_a_phase_after_its_own_tasks_is_told_and_no_error() -> None:
    text = f"{PHASES}## Parallel Execution\n\n**Phase 2** — After T002 and T012 (its services):\n"
    assert after(text) == {}
    assert orders(text) == [
        (
            'b.md:23: warning: stream 2 depends on "T002 and T012", which names no other stream: write its id '
            "(prose-dependency)"
        )
    ]


@pytest.mark.parametrize(
    "line",
    [
        "T003 (service) ← depends on T001 + T002",
        "T004, T003 (depend on T001)",
    ],
)
def test_sentences_in_code_are_told_where_they_do_not_hold(line: str) -> None:
    text = f"{PHASES}## Notes\n\n```\n{line}\n```\n"
    assert after(text) == {}
    assert [said.partition(": warning: ")[0] for said in orders(text)] == ["b.md:24"]
    assert orders(f"{PHASES}## Notes\n\n```python\nx = 1  # depends on the weather\n```\n") == []


def test_a_denial_behind_an_order_does_not_hide_it() -> None:
    text = f"{PHASES}| Story | Notes |\n|--|--|\n| US3 | Depends on US1, US2 — does NOT need US4 |\n"
    assert [said.partition(": warning: ")[0] for said in orders(text)] == ["b.md:23"]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("*Complete T001, T011 before starting. These run side by side.*", {"2": "T001 T011"}),
        ("*Complete Phase 1 before starting this phase.*", {"2": "1"}),
        ("*Prerequisite: T001, T011 complete. All other phases depend on this phase completing.*", {"2": "T001 T011"}),
    ],
)
def test_what_stands_below_the_heading_of_a_phase(line: str, expected: dict[str, str]) -> None:
    head = "## Phase 2: User Story 2 (US2)\n\n"
    text = PHASES.replace(head, f"{head}{line}\n\n")
    assert after(text) == expected
    assert [problem for problem in read_text(text, "t", "b.md").problems if problem.severity == "error"] == []
