"""Problems with their lines, all of them in one pass."""

from __future__ import annotations

import pytest

from pytest_execute.breakdown import read_text

FIELDS = "- **Objective**: x\n- **Tests**: `tests/test_x.py`\n"


def problems_of(text: str, severity: str = "error") -> list[str]:
    return [str(p) for p in read_text(text, "t", "b.md").problems if p.severity == severity]


def canonical_tasks(*parts: str) -> str:
    """Return one task of four lines for each part, which is `id` or `id: dependencies`."""
    lines = []
    for part in parts:
        name, _, depends = part.partition(": ")
        lines.append(f"### {name}. [ ] T\n{FIELDS}- **Dependencies**: {depends or 'None'}\n")
    return "\n".join(lines)


def test_an_unknown_id_names_the_nearest_id() -> None:
    assert problems_of(canonical_tasks("1", "8", "4: 9")) == [
        "b.md:14: error: task 4 depends on 9, which no stream has (unknown-task)"
    ]
    assert problems_of(canonical_tasks("10", "4: 100")) == [
        "b.md:9: error: task 4 depends on 100, which no stream has (did you mean 10?) (unknown-task)"
    ]


def test_a_task_twice_names_both_lines() -> None:
    assert problems_of(canonical_tasks("1", "1")) == [
        "b.md:6: error: task 1 is already on line 1: give one of them another id (duplicate-task)"
    ]


def test_a_task_that_waits_for_itself() -> None:
    assert problems_of(canonical_tasks("1: 1")) == [
        "b.md:4: error: task 1 depends on itself: remove it (self-dependency)"
    ]


def test_a_cycle_shows_its_whole_path() -> None:
    assert problems_of(canonical_tasks("1: 3", "2: 1", "3: 2")) == [
        "b.md:1: error: these tasks wait for each other: 1 -> 3 -> 2 -> 1; remove a dependency (cycle)"
    ]


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ("- **Dependancies**: Task 1", "Dependencies"),
        ("- **Tets**: `tests/test_x.py`", "Tests"),
        ("- Fiels: `a.py`", "Files"),
        ("**Objectiv:** x", "Objective"),
        ("- **Depend-on**: Task 1", ""),
        ("- **Risk**: low", ""),
        ("- **Notes**: none", ""),
        ("- **Tasks**: two", ""),
        ("- **Dependencies**: None", ""),
        ("- Note: the dependancies: are old", ""),
    ],
)
def test_a_misspelt_field_is_told(line: str, field: str) -> None:
    text = f"### 1. [ ] T\n{FIELDS}\n{line}\n"
    label = line.strip("-* ").partition(":")[0].strip("*")
    message = (
        f'b.md:5: warning: "{label}" is no field of a task, and is not read (did you mean {field}?) (unknown-field)'
    )
    assert [each for each in problems_of(text, "warning") if "unknown-field" in each] == ([message] if field else [])


def test_a_cycle_through_streams() -> None:
    text = (
        "## Stream A: X (Depends on Stream B)\n\n"
        + canonical_tasks("1")
        + "\n## Stream B: Y\n\n"
        + canonical_tasks("2: 1")
    )
    assert problems_of(text) == [
        "b.md:3: error: these tasks wait for each other: 1 -> stream B -> 2 -> 1; remove a dependency (cycle)"
    ]


def test_a_stream_that_waits_for_an_unknown_stream() -> None:
    text = "## Stream A: X (Depends on Stream Q)\n\n" + canonical_tasks("1")
    assert problems_of(text) == [
        "b.md:1: error: stream A depends on stream Q, which is not in this file (unknown-stream)"
    ]


def test_an_id_that_may_be_two_tasks() -> None:
    text = "## Stream A: X\n\n" + canonical_tasks("1") + "\n## Stream B: Y\n\n" + canonical_tasks("A1", "3: A1")
    assert problems_of(text) == [
        (
            "b.md:18: error: task 3 depends on A1, which may be task A1 or task 1: give one of them another id "
            "(ambiguous-task)"
        )
    ]
    text = "## Stream A: X\n\n" + canonical_tasks("2") + "\n## Stream B: Y\n\n" + canonical_tasks("1", "3: A1")
    assert problems_of(text) == [
        "b.md:18: error: task 3 depends on A1, which no stream has (did you mean 1?) (unknown-task)"
    ]


def test_all_problems_in_one_pass_by_line() -> None:
    text = canonical_tasks("1: 7", "2: 8", "2")
    assert [p.line for p in read_text(text, "t", "b.md").problems if p.severity == "error"] == [4, 9, 11]


def test_a_file_without_tasks_names_its_boxes_and_the_form_of_a_task() -> None:
    assert problems_of("# Nothing\n") == ["b.md:1: error: no task here: write one as `### 1. [ ] Title` (no-task)"]
    assert problems_of("# X\n\n- [ ] do this\n- [x] do that\n") == [
        "b.md:3: error: no task with an id here, but 2 boxes without one: write tasks as `### 1. [ ] Title` (no-task)"
    ]


def test_an_unclosed_fence_that_hides_canonical_tasks() -> None:
    text = canonical_tasks("1") + "\n```\n" + canonical_tasks("2")
    assert problems_of(text) == [
        "b.md:6: error: this code fence is never closed and hides 1 task: close it (unclosed-fence)"
    ]


def test_warnings_are_no_errors() -> None:
    text = (
        "### 1. [x] T\n- **Objective**: x\n- [ ] 1.1 open\n- [x] 7.2 other\n\n"
        "### 2. [ ] U\n- **Tests**: `tests/test_x.py`\n- **Dependencies**: the API team is ready\n"
    )
    assert problems_of(text) == []
    assert problems_of(text, "warning") == [
        "b.md:1: warning: task 1 names no test and no behaviour (no-tests)",
        "b.md:3: warning: task 1 is done, but its substep 1.1 is open: tick it, or untick the task (open-substep)",
        (
            "b.md:4: warning: substep 7.2 is below task 1: correct the number that a formatter may have changed "
            "(foreign-substep)"
        ),
        "b.md:6: warning: task 2 has no objective and no acceptance criteria (no-objective)",
        (
            'b.md:8: warning: task 2 depends on "the API team is ready", which names no task: write its id '
            "(prose-dependency)"
        ),
    ]


def test_a_done_task_whose_dependency_is_open() -> None:
    text = canonical_tasks("1") + "\n### 2. [x] T\n" + FIELDS + "- **Dependencies**: 1\n"
    assert problems_of(text, "warning") == [
        (
            "b.md:6: warning: task 2 is done, but its dependency, task 1, is open: tick it, or untick task 2 "
            "(open-dependency)"
        )
    ]


def test_a_stream_that_waits_for_its_own_task() -> None:
    text = "## Stream A: X (Depends on Task 1)\n\n" + canonical_tasks("1: 2", "2")
    assert problems_of(text) == ["b.md:1: error: stream A depends on its own task 1: remove it (self-dependency)"]
