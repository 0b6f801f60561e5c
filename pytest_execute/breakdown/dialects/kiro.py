"""Kiro's, Agent OS's and OpenSpec's lists: `- [x] 1. Title`, `- [x] 1.0 Title`, `- [x] **001**: Title`, with `1.1` below or as tasks."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_execute.breakdown.dialects.common import (
    DialectProblem,
    extends_section_number,
    find_boxed_items,
    is_outside_tasks,
)
from pytest_execute.breakdown.ids import normalize_id, parent_of
from pytest_execute.breakdown.outline import Outline, cached_per_outline
from pytest_execute.breakdown.task_starts import LEADING_BOX, TaskStart

_FORM = re.compile(
    r"(?:\*\*)?`?(?P<id>\d+(?:[a-z]?\.\d+)+[a-z]?(?=[\s.):：*`])|\d+[a-z]?(?=[.):：]\s|\*\*|[.):：]\*\*|`))`?"
    r"[.):：]?(?:\*\*)?[:：]?(?:\s*[—–-](?=\s))?\s+(?P<title>\S)"
)


_NAMED = re.compile(r"\**(?:task|story|step)\s+#?(\d+)\b(?!\.\d)", re.IGNORECASE)


def find(outline: Outline) -> list[TaskStart]:
    """The boxed items with a number that extends no other one's."""
    heads = _all(outline)
    ids = {normalize_id(head.id) for head in heads}
    return [head for head in heads if parent_of(head.id, ids) is None]


@cached_per_outline
def _all(outline: Outline) -> list[TaskStart]:
    return [head for head in find_boxed_items(outline, _FORM) if not is_outside_tasks(outline, head.at, head.id)]


def find_problems(outline: Outline, tasks: list[TaskStart]) -> Iterator[DialectProblem]:
    """`4.2` without a task 4 among whole numbers, `12.5` beside task 12 without `12.1`, and counted criteria."""
    heads = _all(outline)
    yield from _criteria(outline, {normalize_id(head.id) for head in heads})
    ids = {normalize_id(head.id): head for head in heads}
    bare = _unboxed(outline) if any("." in normalize_id(head.id) for head in tasks) else {}
    whole = any("." not in normalize_id(head.id) for head in tasks)
    for head in heads:
        parent = parent_of(head.id, ids)
        above = bare.get(normalize_id(head.id).partition(".")[0], 0)
        first = f"{normalize_id(head.id).rpartition('.')[0]}.1"
        if parent is None and 0 < above < head.line and "." in normalize_id(head.id):
            name = head.id.partition(".")[0]
            message = f"{head.id} stands below {name} on line {above}, which has no box: make that the task, `- [ ] {name}. Title`"
            yield DialectProblem(head.line, "no-box", message)
        elif parent is None and whole and "." in normalize_id(head.id):
            message = f"{head.id} looks like a substep of task {head.id.partition('.')[0]}, which is not here"
            yield DialectProblem(head.line, "orphan-substep", message)
        elif parent is not None and first not in ids and not _indented(outline, ids[parent], head, first):
            message = f"{head.id} may be a task or a substep of {ids[parent].id}: indent it, or give it a whole number"
            yield DialectProblem(head.line, "unclear-level", message)


def _criteria(outline: Outline, ids: set[str]) -> Iterator[DialectProblem]:
    """Boxes under criteria whose section is counted with those of the tasks."""
    for head in find_boxed_items(outline, _FORM):
        over = outline.above[head.at]
        if normalize_id(head.id) not in ids and over >= 0 and extends_section_number(head.id, outline.blocks[over]):
            title = re.sub(r"^[\W\d]+", "", outline.blocks[over].joined)
            message = f"this looks like task {head.id}, but stands under {title}: it is not read"
            yield DialectProblem(head.line, "passed-over", message, sure=True)


def _unboxed(outline: Outline) -> dict[str, int]:
    """The lines of list items and labels that have a task's number and no box."""
    found: dict[str, int] = {}
    for block in outline.blocks:
        if block.kind not in ("item", "text"):
            continue
        named = _NAMED.match(block.text)
        number = (
            named[1] if named else block.marker.rstrip(".)") if block.marker[:1].isdigit() and block.depth == 1 else ""
        )
        if number and not LEADING_BOX.match(block.text):
            found.setdefault(normalize_id(number), block.line)
    return found


def _indented(outline: Outline, parent: TaskStart, head: TaskStart, first: str) -> bool:
    """Whether the first substep stands indented below the task, so that this one goes on with its count."""
    below = outline.blocks[parent.at + 1 : head.at]
    return any(re.match(rf"\[.\]\*?\s+(?:\*\*)?{re.escape(first)}\b", block.text) for block in below)
