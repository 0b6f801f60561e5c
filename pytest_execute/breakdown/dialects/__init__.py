"""The dialects, strongest first: each finds the heads of the tasks in its own shape, and is one line in the table."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from pytest_execute.breakdown.dialects import (
    canonical,
    checklist,
    code_headings,
    field_lists,
    kiro,
    numbered,
    speckit,
    table,
    task_boxes,
    task_headings,
)
from pytest_execute.breakdown.dialects.common import DialectProblem
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.task_starts import TaskStart


class Dialect(Struct, frozen=True):
    """A way to write tasks down. `find` gives the heads of all tasks in this shape.

    `sections` says that its headings may as well be sections that hold the tasks of another shape, `certain` that
    nothing else is written like them, `weak` that it is none by itself and only told beside another one; `doubts` tells
    what in it cannot be read for sure.
    """

    name: str
    find: Callable[[Outline], list[TaskStart]]
    sections: bool = False
    certain: bool = False
    weak: bool = False
    doubts: Callable[[Outline, list[TaskStart]], Iterator[DialectProblem]] | None = None


DIALECTS: tuple[Dialect, ...] = (
    Dialect("headings with an id and a box", canonical.find, certain=True),
    Dialect("headings with a word and an id", task_headings.find, certain=True),
    Dialect("headings with a code", code_headings.find, sections=True),
    Dialect("boxes with a word and an id", task_boxes.find),
    Dialect("boxes with a code", speckit.find),
    Dialect("headings with a number", numbered.find, sections=True),
    Dialect("boxes with a number", kiro.find, doubts=kiro.find_problems),
    Dialect("numbered boxes", checklist.find, doubts=checklist.find_problems),
    Dialect("list items with fields", field_lists.find),
    Dialect("rows of a table", table.find, doubts=table.find_problems),
    Dialect("headings with another word", task_headings.find_weaker, weak=True),
    Dialect("headings with a number over boxes", numbered.find_over_boxes, weak=True),
)
