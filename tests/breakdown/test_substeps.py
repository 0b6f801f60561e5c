"""Substeps below a task, also where a formatter has joined them."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

from . import samples
from .plans import (
    read_plan,
)


def test_substeps_that_a_formatter_joined_or_wrapped() -> None:
    first = read_plan(samples.CHECKLIST).tasks[0]
    assert [(step.id, step.title, step.done, step.line) for step in first.substeps] == [
        ("1.1", "Open the connection", True, 7),
        ("1.2", "Close it", False, 8),
        ("1.3", "Count them", True, 10),
    ]
    assert (first.title, first.effort, first.commit) == ("Fetch the mails", "3 hours", "feat: fetch the mails")
