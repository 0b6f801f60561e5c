"""Short texts read as plans."""

from __future__ import annotations

from pytest_execute.breakdown import read_text
from pytest_execute.core.plan import Plan

FIELDS = "- **Tests**: `tests/test_x.py`\n"


def read(text: str) -> Plan:
    """The plan in a text without errors."""
    reading = read_text(text, "t", "b.md")
    assert [str(problem) for problem in reading.errors] == []
    assert reading.plan is not None
    return reading.plan
