"""The dialects, strongest first: each finds the heads of the tasks in its own shape, and is one line in the table."""

from __future__ import annotations

from collections.abc import Callable

from msgspec import Struct

from pytest_execute.breakdown.dialects import canonical, checklist
from pytest_execute.breakdown.heads import Head
from pytest_execute.breakdown.outline import Outline


class Dialect(Struct, frozen=True):
    """A way to write tasks down. `find` gives the heads of all tasks in this shape."""

    name: str
    find: Callable[[Outline], list[Head]]


TABLE: tuple[Dialect, ...] = (
    Dialect("canonical", canonical.find),
    Dialect("checklist", checklist.find),
)
