"""Error for boxes without an id beside tasks that are boxes, where most boxes have none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pytest_execute.breakdown.dialects.common import is_outside_tasks, labels_above
from pytest_execute.breakdown.field_labels import field_name
from pytest_execute.breakdown.ids import ID
from pytest_execute.breakdown.outline import Outline, task_extent
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.task_starts import LEADING_BOX, TaskStart
from pytest_execute.breakdown.vocabulary import TASK_WORDS

# matches "Task 1", "**T2", "1.1" behind a box
_ID_BEHIND_BOX = re.compile(rf"\W*(?:{TASK_WORDS}\s+#?)?{ID}", re.IGNORECASE)


def report_missing_ids(outline: Outline, starts: Sequence[TaskStart], problems: Problems) -> None:
    """Report one error if the boxes without an id beside the tasks outnumber them."""
    sections: dict[int, list[int]] = {}
    for index in _boxes_without_id(outline, starts):
        sections.setdefault(outline.heading_above[index], []).append(index)
    task_places = {_place(outline, outline.heading_above[start.index]) for start in starts}
    beside = [
        index for heading, boxes in sections.items() if _place(outline, heading) in task_places for index in boxes
    ]
    if len(beside) > len(starts):
        message = (
            f"{len(beside)} boxes without an id, beside {len(starts)} task{'s' if len(starts) > 1 else ''} with one: "
            "give each an id, or remove the boxes of what is no task"
        )
        problems.report(outline.blocks[beside[0]].line, "no-id", message)


def _place(outline: Outline, heading: int) -> tuple[int, int]:
    """Return the heading above a heading, and its level: equal for headings beside each other."""
    return (outline.heading_above[heading], outline.blocks[heading].depth) if heading >= 0 else (-1, 0)


def _boxes_without_id(outline: Outline, starts: Sequence[TaskStart]) -> Iterator[int]:
    """Yield the boxes without an id on the tasks' depth of lists and level of headings; criteria are left out."""
    blocks = outline.blocks
    if any(blocks[start.index].kind != "item" for start in starts):
        return
    in_tasks = {index for s in starts for index in (s.index, *task_extent(blocks, s.index, len(blocks)))}
    depth = max(blocks[start.index].depth for start in starts)
    levels = {_place(outline, outline.heading_above[start.index])[1] for start in starts}
    for index, block in enumerate(blocks):
        is_candidate = block.kind == "item" and block.depth <= depth and index not in in_tasks
        box = LEADING_BOX.match(block.text) if is_candidate else None
        if box is None or _ID_BEHIND_BOX.match(block.text, box.end()):
            continue
        if _place(outline, outline.heading_above[index])[1] not in levels or is_outside_tasks(outline, index):
            continue
        if not any(map(field_name, labels_above(outline, index))):
            yield index
