"""Which of the dialects a file is written in."""

from __future__ import annotations

from pytest_execute.breakdown.desk import Desk
from pytest_execute.breakdown.dialects import TABLE
from pytest_execute.breakdown.heads import Head
from pytest_execute.breakdown.outline import Outline


def choose(outline: Outline, desk: Desk) -> list[Head]:
    """The heads of the tasks in the strongest dialect that has any."""
    for dialect in TABLE:
        heads = dialect.find(outline)
        if heads:
            return heads
    return []
