"""Gates by their labels, with the streams that they come after."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

import pytest

from . import samples
from .plans import (
    FIELDS,
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
