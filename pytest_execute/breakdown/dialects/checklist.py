"""Numbered boxes with numbered substeps, also where a formatter has joined or renumbered them.

1. [x] **Fetch the mails** [3 hours]
   1.1. [x] Open the connection
2. [ ] **Sort the mails** 2.1. [ ] By date
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import structs

from pytest_execute.breakdown.dialects.common import REQUIREMENT, DialectProblem, is_outside_tasks
from pytest_execute.breakdown.outline import Outline, task_extent
from pytest_execute.breakdown.task_starts import LEADING_BOX, TaskStart, start_from_item
from pytest_execute.core.late_pattern import late_pattern

# matches "1.2. [x]" anywhere and "[ ] 1.2" at the beginning; the group is the task's number
_SUBSTEP = late_pattern(r"(?<![\w.`])(\d+)\.\d+(?:\.\d+)*\.?\s+\[[ xX~!-]\]|^\[[ xX~!-]\]\*?\s+(\d+)\.\d+\b")


def find(outline: Outline) -> list[TaskStart]:
    """Return the items of ordered lists with a box, on the first level and outside lists of criteria.

    A formatter renumbers a list but not the numbers in its texts: the number of a task is that of its substeps.
    """
    starts = _counted_up(_numbered_boxes(outline), outline)
    renumbered = [structs.replace(start, id=_number_of_substeps(outline, start) or start.id) for start in starts]
    return renumbered if len({start.id for start in renumbered}) == len(renumbered) else starts


def find_problems(outline: Outline, tasks: list[TaskStart]) -> Iterator[DialectProblem]:
    """Yield the tasks whose number in the list is not that of their substeps."""
    for start in tasks:
        number = outline.blocks[start.index].marker.rstrip(".)")
        if _number_of_substeps(outline, start) == start.id != number:
            message = (
                f"task {start.id} has the number {number} in its list: correct it, a formatter may have changed it"
            )
            yield DialectProblem(start.line, "renumbered", message, is_warning=True)


def _numbered_boxes(outline: Outline) -> list[TaskStart]:
    starts = []
    for index, block in enumerate(outline.blocks):
        is_numbered = block.kind == "item" and block.depth == 1 and block.marker[0].isdigit()
        box = LEADING_BOX.match(block.text) if is_numbered else None
        if box and not REQUIREMENT.match(block.text[box.end() :].lstrip("* ")) and not is_outside_tasks(outline, index):
            starts.append(start_from_item(block, index, block.marker.rstrip(".)"), box.end(), box["box"]))
    return starts


def _counted_up(starts: list[TaskStart], outline: Outline) -> list[TaskStart]:
    """Return the tasks counted up where a formatter has written one number before all items of a list."""
    counted: list[TaskStart] = []
    for start in starts:
        last = counted[-1] if counted else None
        is_repeated = last is not None and _is_same_number_in_list(outline, last, start)
        counted.append(structs.replace(start, id=str(int(last.id) + 1)) if last and is_repeated else start)
    return counted


def _is_same_number_in_list(outline: Outline, last: TaskStart, start: TaskStart) -> bool:
    """Return True for two items of one list with the same number."""
    is_same = outline.blocks[last.index].marker == outline.blocks[start.index].marker
    return is_same and task_extent(outline.blocks, last.index, start.index).stop == start.index


def _number_of_substeps(outline: Outline, start: TaskStart) -> str | None:
    """Return the number with which all substeps of a task begin, if it is the same."""
    numbers: set[str] = set()
    for index in (start.index, *task_extent(outline.blocks, start.index, len(outline.blocks))):
        numbers.update(found[1] or found[2] for found in _SUBSTEP.finditer(outline.blocks[index].text))
    return numbers.pop() if len(numbers) == 1 else None
