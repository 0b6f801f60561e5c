"""Numbers with nouns, commit ranges and places of reasons as text, for several reports."""

from __future__ import annotations

from pytest_execute.core.evidence import History
from pytest_execute.core.verdict import Gate, Reason

LATE = ("same-commit", "test-after")
"""Reasons for which a test that turned is refused."""


def refusals(gate: Gate) -> dict[str | None, str]:
    """Return the tests that a gate refuses as they came too late, with the reason's code."""
    reasons = (reason for check in gate.checks for reason in check.reasons)
    return {reason.test: reason.code for reason in reasons if reason.code in LATE}


def count(number: float, noun: str) -> str:
    """Return a number with its noun.

    >>> count(1, "task"), count(2.5, "hour"), count(1234, "hour")
    ('1 task', '2.5 hours', '1234 hours')
    """
    text = f"{number:.3g}" if number < 1000 else f"{number:.0f}"
    return f"{text} {noun}{'' if number == 1 else 's'}"


def commits(history: History) -> str:
    """Return the range of commits that is judged, as `base..head`."""
    return f"{history.base[:7]}..{history.head[:7]}"


def place(reason: Reason) -> str:
    """Return the file and the line of a reason, as `path:line`; "" where it has none."""
    return f"{reason.path}:{reason.line}" if reason.path and reason.line else ""
