"""Breakdowns of any size are read in linear time: a word of forty thousand letters, ten thousand lines in one item."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from types import FrameType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_execute.breakdown import ParsedBreakdown, read_text, resolve
from pytest_execute.reports.breakdown import as_json, explain, render

TASK = "### 1. [ ] A\n\n- **Objective**: x\n- **{field}**: {text}\n\n### 2. [ ] B\n"
FIELDS = ("Files", "Tests", "Dependencies", "Blocks", "Effort", "Objective", "Behavior", "Acceptance", "Agent")
PLACES = (
    *(TASK.replace("{field}", field) for field in FIELDS),
    TASK.replace("{field}", "Files").replace("{text}", "`{text}`"),
    "### 1. [ ] {text}\n\ntext\n\n### 2. [ ] B\n",
    "- [ ] T001 {text}\n- [ ] T002 B\n",
    "- [ ] 1.1{text} A\n- [ ] 1.2 B\n",
    "## Stream A: {text}\n\n### Task 1: A\n\n- **{text}**: B\n",
    "| ID | Task | Depends on |\n|---|---|---|\n| T1 | A | - |\n| {text} | {text} | T1 |\n",
    TASK.replace("{field}", "Objective") + "\nTask 1 depends on {text}\n\n> {text}\n\n- **Gate 1**: {text}\n",
)
FILES, TESTS, TITLE, ID, LABEL, ROW, TEXT = (PLACES[each] for each in (0, 1, 10, 12, 13, 14, 15))
UNITS = (
    "a", "1", "aA1", "a/", "a.", "a.py, ", "`a` ", "1.", "1-", "T1-", "T1, ", "Task 1, ", "(", "[", "[ ]", "[x] ",
    "[a](", "`", "*", "**a** ", "_a: ", "__", "|", " ", "\t", "when ", "must ", "none (", "::", "a::", "\\", '"a.py',
    "tests/", "-a", ".a", "\n  a", "\n  **a**: b", "\n  `a.py`", "\n  1.1. [ ] a", "\n\n  a", "\n> - [ ] T3 a", "→",
)  # fmt: skip
CPU_SECONDS = 10
"""Time after which a test gives up. Each text takes a fraction of a second; in quadratic time it takes minutes."""


class TakesTooLong(BaseException):
    """The reader was stopped."""


@pytest.fixture(autouse=True)
def _stop_what_takes_minutes() -> Iterator[None]:
    def stop(number: int, frame: FrameType | None) -> None:
        raise TakesTooLong

    former = signal.signal(signal.SIGVTALRM, stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    yield
    signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    signal.signal(signal.SIGVTALRM, former)


def read(text: str) -> ParsedBreakdown:
    reading = read_text(text, "t", "b.md")
    assert as_json(reading)
    assert render(reading, None)
    assert explain(reading)
    return reading


@pytest.mark.parametrize(
    ("place", "unit"),
    [
        (FILES, "a"), (FILES, "*"), (FILES, '"a.py::'), (TESTS, "tests/"), (TESTS, "none (. "), (TITLE, "`"),
        (TITLE, "[ ]"), (TITLE, "[x] "), (ID, "-a.a"), (LABEL, " "), (TEXT, "T1-"),
        (ROW, "Task 1 → "), (TEXT, "when "), (TEXT, "T1, "),
    ],
)  # fmt: skip
def test_a_word_of_any_length(place: str, unit: str) -> None:
    read(place.replace("{text}", unit * (40_000 // len(unit))))


@settings(max_examples=25)
@given(st.sampled_from(PLACES), st.lists(st.sampled_from(UNITS), min_size=1, max_size=3).map("".join))
def test_any_word_in_any_place(place: str, unit: str) -> None:
    read(place.replace("{text}", unit * (4_000 // len(unit))))


@pytest.mark.parametrize("field", ["Dependencies**: Task 9{n}9", "Phase**: {n}"])
def test_many_tasks(field: str) -> None:
    task = f"### {{n}}. [ ] A\n\n- **{field}\n\n"
    read("".join(task.replace("{n}", str(n)) for n in range(1, 2_000)))


def test_a_plan_with_too_many_dependencies_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolve, "MAX_DEPENDENCIES", 100)
    reading = read("".join(f"### {n}. [ ] A\n\n- **Dependencies**: Tasks 1-30\n\n" for n in range(1, 31)))
    (error,) = (problem for problem in reading.errors if problem.code == "too-large")
    assert str(error) == (
        "b.md:13: error: more than 100 dependencies up to task 4: let streams depend on streams (too-large)"
    )


@pytest.mark.parametrize("number", ["9" * 5000, "9" * 10])
def test_numbers_of_any_length(number: str) -> None:
    text = (
        f"### 1. [ ] A\n\n- **Files**: `src/a.py:{number}`\n- **Effort**: {number} hours\n"
        f"- **Dependencies**: Tasks 1-{number}\n- **Tests**: `tests/test_a.py::test_{number}`\n\n"
        f"Total tasks: {number}\n"
    )
    reading = read(text)
    assert {problem.code for problem in reading.problems} >= {"bad-range", "unknown-effort"}
    assert reading.plan is not None
    assert (reading.plan.tasks[0].files[0].path, reading.plan.tasks[0].files[0].first) == ("src/a.py", 999_999_999)


def test_a_name_that_no_file_can_have_is_none() -> None:
    name = "x" * 300
    reading = read(
        f"### 1. [ ] A\n\n- **Objective**: x\n- **Files**: `src/{name}.py`\n- **Tests**: `tests/test_{name}.py`\n"
    )
    assert reading.plan is not None
    (task,) = reading.plan.tasks
    assert (task.files, task.tests) == ((), ())
    assert [problem.code for problem in reading.problems] == ["no-tests", "unknown-file"]
