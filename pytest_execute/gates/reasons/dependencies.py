"""Reason codes of the check `dependencies`."""

from __future__ import annotations

from pytest_execute.gates.reasons.row import FAILED, ReasonCode

ROWS = (
    ReasonCode(
        "unmet-dependency",
        "dependencies",
        FAILED,
        "a ticked task depends on one that is not ticked",
        "do that one first, or take the tick back",
    ),
    ReasonCode(
        "dependency-…",
        "dependencies",
        ("blocked", "unproven"),
        "a task that this one depends on is `dependency-failed`, `dependency-blocked` or `dependency-unproven`",
        "fix that task",
    ),
    ReasonCode(
        "…-…",
        "dependencies",
        ("failed", "blocked", "unproven", "open"),
        "a part of the gate did not pass, such as `task-failed`, `stream-open`, `gate-failed`, `system-unproven`",
        "see the part's own reasons",
    ),
)
