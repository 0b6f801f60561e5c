"""Gates by their labels, with the streams that they come after."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

import pytest

from . import samples
from .plans import (
    FIELDS,
    problems_except_fields,
    read_plan,
)


def test_gates_of_phases_and_checkpoints() -> None:
    assert [(gate.name, gate.after, gate.suite) for gate in read_plan(samples.ORIGIN).gates] == [
        ("Phase 1", ("1",), False),
        ("Phase 2", ("2",), True),
    ]
    assert [(gate.name, gate.after) for gate in read_plan(samples.SPECKIT).gates] == [
        ("Checkpoint 1", ("1",)),
        ("Checkpoint 3", ("3",)),
    ]


@pytest.mark.parametrize("label", ["Gate Status", "QA Gate File", "Gate Decision Rationale", "Quality Gate Results"])
def test_the_outcome_of_a_gate_is_no_gate(label: str) -> None:
    assert read_plan(f"### 1. [ ] T\n{FIELDS}\n## QA\n\n**{label}:** passed\n").gates == ()
    assert read_plan(f"### 1. [ ] T\n{FIELDS}\n## QA\n\n**Gate**: PASS → docs/qa/gates/1.yml\n").gates == ()


TASK = f"## Stream A: All\n\n### 1. [ ] One\n{FIELDS}\n"


@pytest.mark.parametrize(
    "form",
    [
        "## Quality Gates\n\n### Gate 1: After Stream A\n\n- [ ] `tests/test_x.py` passes\n",
        "## Quality Gates\n\n### Gate 1 (after Stream A)\n\n`tests/test_x.py` passes\n",
        "## Gate 1: `tests/test_x.py` passes\n\nAfter Stream A.\n",
        "## Gate 1 — `tests/test_x.py` passes (after Stream A)\n",
        "### Gate 1\n\n- `tests/test_x.py` passes\n- after Stream A\n",
        "## Quality Gates\n\nAll of them must pass:\n\n- Gate 1: `tests/test_x.py` passes (after Stream A)\n",
        "## Quality Gates\n\nGate 1: `tests/test_x.py` passes (after Stream A)\n",
        "## Quality Gates\n\n1. **Gate 1**: `tests/test_x.py` passes (after Stream A)\n",
        (
            "## Quality Gates\n\n| Gate | Condition | After |\n| --- | --- | --- |\n"
            "| Gate 1 | `tests/test_x.py` passes | Stream A |\n"
        ),
    ],
)
def test_a_gate_is_read_in_all_these_forms(form: str) -> None:
    (gate,) = read_plan(TASK + form).gates
    assert (gate.name, gate.after, [test.target for test in gate.tests]) == ("Gate 1", ("A",), ["tests/test_x.py"])


@pytest.mark.parametrize(
    ("form", "name"),
    [
        ("### Checkpoint 1 (after Stream A)\n\n- `tests/test_x.py` passes\n", "Checkpoint 1"),
        ("### 🚦 Checkpoint: the whole suite passes\n", "Checkpoint"),
        ("### Foundation Quality Gate\n\n- the whole suite passes\n", "Foundation Quality Gate"),
        ("## Quality Gates\n\n- the whole suite passes (after Stream A)\n", "the whole suite passes"),
        ("## Quality Gates\n\n- [ ] `tests/test_x.py` passes\n", "`tests/test_x.py` passes"),
    ],
)
def test_a_gate_without_the_word_has_its_own_name(form: str, name: str) -> None:
    assert [gate.name for gate in read_plan(TASK + form).gates] == [name]


def test_what_cannot_be_checked_and_has_no_name_is_told() -> None:
    text = f"{TASK}## Quality Gates\n\n- `ruff check` is clean\n- the docs are read\n- the whole suite passes\n"
    assert [gate.name for gate in read_plan(text).gates] == ["the whole suite passes"]
    line = TASK.count("\n") + 3
    assert [problem for problem in problems_except_fields(text) if "gate" in problem] == [
        (
            f'b.md:{line}: warning: 2 items below "Quality Gates" are not read as gates, the first is '
            '"`ruff check` is clean": name each, as `- **Gate 1**: …` (unread-gate)'
        )
    ]


def test_a_gate_that_says_nothing_is_told() -> None:
    text = f"{TASK}## Gate 1\n\n## Other\n\ntext\n"
    assert read_plan(text).gates == ()
    line = TASK.count("\n") + 1
    assert [problem for problem in problems_except_fields(text) if "gate" in problem] == [
        f'b.md:{line}: warning: "Gate 1" says nothing: write below it what must pass (unread-gate)'
    ]


@pytest.mark.parametrize(
    "heading",
    [
        "Gate Status",
        "Checkpoint strategy",
        "How gates work",
        "Gateway",
        "Gate review notes",
        "Aggregate 1",
        "Gates passed",
    ],
)
def test_a_heading_with_another_subject_is_no_gate(heading: str) -> None:
    text = f"{TASK}## {heading}\n\n- the whole suite passes\n"
    assert read_plan(text).gates == ()
    assert [problem for problem in problems_except_fields(text) if "gate" in problem] == []


def test_a_task_is_no_gate_and_a_section_with_tasks_is_none() -> None:
    text = f"### 1. [ ] Gate 1\n{FIELDS}\n### 2. [ ] Checkpoint: look\n{FIELDS}"
    assert read_plan(text).gates == ()
    phases = "## Phase 1: One\n\n- [x] 1.1 Write\n\n### Server gate\n\n- [ ] 1.2 Run the whole suite\n"
    assert read_plan(phases).gates == ()
