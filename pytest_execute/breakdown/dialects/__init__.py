"""Dialects: forms in which people and agents write tasks, the strongest first.

Each module finds the starts of the tasks in one form, and is one line in `DIALECTS`.
"""

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
    section_boxes,
    speckit,
    table,
    task_boxes,
    task_headings,
)
from pytest_execute.breakdown.dialects.common import DialectProblem
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.task_starts import TaskStart


class Dialect(Struct, frozen=True):
    """One form of tasks; `name` is the form in messages.

    | field | meaning |
    | --- | --- |
    | `find` | returns the starts of all tasks in this form |
    | `may_be_sections` | its headings may be sections that hold the tasks of another form |
    | `is_certain` | nothing but tasks is written like this |
    | `is_weak` | it is no form by itself, and only reported beside another one |
    | `is_last` | it is only tried where no other form finds a task |
    | `find_problems` | yields what cannot be read for certain |
    """

    name: str
    find: Callable[[Outline], list[TaskStart]]
    may_be_sections: bool = False
    is_certain: bool = False
    is_weak: bool = False
    is_last: bool = False
    find_problems: Callable[[Outline, list[TaskStart]], Iterator[DialectProblem]] | None = None


DIALECTS: tuple[Dialect, ...] = (
    Dialect("headings with an id and a box", canonical.find, is_certain=True),
    Dialect(
        "headings with a word and an id", task_headings.find, is_certain=True, find_problems=task_headings.find_problems
    ),
    Dialect("headings with a code", code_headings.find, may_be_sections=True),
    Dialect("boxes with a word and an id", task_boxes.find),
    Dialect("boxes with a code", speckit.find),
    Dialect("headings with a number", numbered.find, may_be_sections=True),
    Dialect("boxes with a number", kiro.find, find_problems=kiro.find_problems),
    Dialect("numbered boxes", checklist.find, find_problems=checklist.find_problems),
    Dialect("list items with fields", field_lists.find),
    Dialect("rows of a table", table.find, find_problems=table.find_problems),
    Dialect("headings with another word", task_headings.find_weaker, is_weak=True),
    Dialect("headings with a number over boxes", numbered.find_over_boxes, is_weak=True),
    Dialect("list items with a word and an id", field_lists.find_named, is_last=True),
    Dialect("rows of a table without titles", table.find_untitled, is_last=True),
    Dialect("headings with a dotted number over boxes", numbered.find_dotted_over_boxes, is_last=True),
    Dialect("boxes in numbered sections", section_boxes.find, is_last=True, find_problems=section_boxes.find_problems),
)
