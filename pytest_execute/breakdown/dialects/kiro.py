"""Boxes with a number, as Kiro, Agent OS and OpenSpec write them.

- [x] 1. Write the model           - [x] 1.1 Write the model      - [ ] **001**: Write the model
  - [x] 1.1 Write the tests        - [ ] 1.2 Write the page
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_execute.breakdown.dialects.common import (
    DialectProblem,
    find_boxed_items,
    is_criterion,
    is_outside_tasks,
    parent_task,
    section_id,
)
from pytest_execute.breakdown.ids import ID_ENDING, normalize_id
from pytest_execute.breakdown.outline import Outline, cached_per_outline
from pytest_execute.breakdown.task_starts import LEADING_BOX, TaskStart
from pytest_execute.core.late_pattern import late_pattern

# matches "1. Title", "1.1 Title", "2.1-bis Title", "**001**: Title", "`2.1`: Title", "#83 - Title", "001.md - Title"
_NUMBER_AND_TITLE = late_pattern(
    rf"(?:\*\*)?`?#?(?P<id>\d+(?:[a-z]?\.\d+)+[a-z]?{ID_ENDING}(?=[\s.):：*`])|\d+[a-z]?(?=[.):：]\s|\*\*|[.):：]\*\*|`)"
    r"|(?<=#)\d+(?=:?\s)|\d+(?=\s+[-–—]\s|\.md\b))`?(?:\.md)?[.):：]?(?:\*\*)?[:：]?(?:\s*[—–-](?=\s))?\s+(?P<title>\S)"
)
# matches "Task 1" and "**Step 2" at the beginning of an item or text
_NAMED = late_pattern(r"\**(?:task|story|step)\s+#?(\d+)\b(?!\.\d)", re.IGNORECASE)


def find(outline: Outline) -> list[TaskStart]:
    """Return the items with a box and a number that extends no other number."""
    starts = _numbered_boxes(outline)
    ids = {normalize_id(start.id): start for start in starts}
    return [start for start in starts if parent_task(outline, start, ids) is None]


@cached_per_outline
def _numbered_boxes(outline: Outline) -> list[TaskStart]:
    starts = find_boxed_items(outline, _NUMBER_AND_TITLE)
    inside = [start for start in starts if not is_outside_tasks(outline, start.index, start.id)]
    indexes = {start.index for start in inside}
    ids = {normalize_id(start.id) for start in inside}
    sections = {name.partition(".")[0] for name in ids if "." in name}

    def continues(start: TaskStart) -> bool:
        """Return True for 2.2 in a section such as "Quality gate" beside 2.1: it is a task, and no criterion."""
        name = normalize_id(start.id)
        return name.partition(".")[0] in sections and name not in ids and not is_criterion(outline, start.index)

    return [start for start in starts if start.index in indexes or continues(start)]


def find_problems(outline: Outline, tasks: list[TaskStart]) -> Iterator[DialectProblem]:
    """Yield the boxes that may be tasks or substeps.

    | code | example |
    | --- | --- |
    | `no-box` | `1.1` below an item 1 without a box |
    | `orphan-substep` | `4.2` without a task 4, where other tasks have whole numbers |
    | `unclear-level` | `12.5` beside task 12, without `12.1` |
    """
    starts = _numbered_boxes(outline)
    ids = {normalize_id(start.id): start for start in starts}
    has_dotted = any("." in normalize_id(start.id) for start in tasks)
    has_whole = any("." not in normalize_id(start.id) for start in tasks)
    lines_without_box = _lines_without_box(outline) if has_dotted else {}
    for start in starts:
        name = normalize_id(start.id)
        parent = parent_task(outline, start, ids)
        parent_line = lines_without_box.get(name.partition(".")[0], 0)
        first_substep = f"{name.rpartition('.')[0]}.1"
        whole_number = start.id.partition(".")[0]
        is_in_own_section = section_id(outline, start.index) == name.rpartition(".")[0]
        if is_in_own_section:
            continue
        if parent is None and 0 < parent_line < start.line and "." in name:
            message = (
                f"{start.id} is below item {whole_number} on line {parent_line}, which has no box: "
                f"write that item as a task, `- [ ] {whole_number}. Title`"
            )
            yield DialectProblem(start.line, "no-box", message)
        elif parent is None and has_whole and "." in name:
            message = (
                f"{start.id} looks like a substep of task {whole_number}, which is not in this file: add it, "
                f"or give {start.id} a whole number"
            )
            yield DialectProblem(start.line, "orphan-substep", message)
        elif (
            parent is not None
            and first_substep not in ids
            and not _has_step(outline, ids[parent], start, first_substep)
        ):
            message = f"{start.id} may be a task or a substep of {ids[parent].id}: indent it, or give it a whole number"
            yield DialectProblem(start.line, "unclear-level", message)


def _lines_without_box(outline: Outline) -> dict[str, int]:
    """Return `{number: line}` of the list items and texts with a task's number and without a box."""
    lines: dict[str, int] = {}
    for block in outline.blocks:
        if block.kind not in ("item", "text"):
            continue
        named = _NAMED.match(block.text)
        is_numbered_item = block.marker[:1].isdigit() and block.depth == 1
        number = named[1] if named else block.marker.rstrip(".)") if is_numbered_item else ""
        if number and not LEADING_BOX.match(block.text):
            lines.setdefault(normalize_id(number), block.line)
    return lines


def _has_step(outline: Outline, parent: TaskStart, start: TaskStart, step: str) -> bool:
    """Return True if a substep has a box between its task and `start`, which then is a substep, too."""
    between = outline.blocks[parent.index + 1 : start.index]
    return any(re.match(rf"\[.\]\*?\s+(?:\*\*)?{re.escape(step)}\b", block.text) for block in between)
