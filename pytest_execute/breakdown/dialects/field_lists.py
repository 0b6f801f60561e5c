"""Items of a list without boxes, with fields below.

1. **Model**                      - **Task 1**: Model
   - Files: `src/model.py`          - Files: `src/model.py`
"""

from __future__ import annotations

import re

from pytest_execute.breakdown.dialects.common import drop_inner_items, is_majority, is_outside_tasks
from pytest_execute.breakdown.field_labels import TASK_FIELDS
from pytest_execute.breakdown.fields import read_fields
from pytest_execute.breakdown.ids import CODE, ID
from pytest_execute.breakdown.outline import Outline, task_extent
from pytest_execute.breakdown.task_starts import LEADING_BOX, TaskStart, start_from_item
from pytest_execute.core.late_pattern import late_pattern

# matches "**Task 1**: Model", "T01 — Model"
_NAMED_ITEM = late_pattern(
    rf"(?:\*\*)?(?:(?:task|任务|タスク|작업)\s*#?(?P<id>{ID})|(?P<code>{CODE}))\s*(?:[:：.—–-]+\s*(?:\*\*)?"
    rf"|\*\*\s*[:：—–-]*)\s*(?P<title>\S)",
    re.IGNORECASE,
)


def find(outline: Outline) -> list[TaskStart]:
    """Return the items on the first level, if most of them have a field below."""
    for candidates in (_named_items(outline), _numbered_items(outline)):
        items = drop_inner_items(outline, candidates)
        starts = [start for start in items if not is_outside_tasks(outline, start.index, start.id)]
        if len(starts) > 1 and is_majority(_has_field(outline, start) for start in starts):
            return starts
    return []


def find_named(outline: Outline) -> list[TaskStart]:
    """Return the items with a word and an id in bold, even without fields, if there are two."""
    items = drop_inner_items(outline, _named_items(outline))
    starts = [start for start in items if outline.blocks[start.index].text.startswith("**")]
    starts = [start for start in starts if not is_outside_tasks(outline, start.index, start.id)]
    return starts if len(starts) > 1 else []


def _named_items(outline: Outline) -> list[TaskStart]:
    starts = []
    for index, block in enumerate(outline.blocks):
        task = _NAMED_ITEM.match(block.text) if block.kind == "item" and block.depth == 1 else None
        if task and not LEADING_BOX.match(block.text):
            starts.append(start_from_item(block, index, task["id"] or task["code"], task.start("title")))
    return starts


def _numbered_items(outline: Outline) -> list[TaskStart]:
    return [
        start_from_item(block, index, block.marker.rstrip(".)"), 0)
        for index, block in enumerate(outline.blocks)
        if block.kind == "item" and block.depth == 1 and block.marker[0].isdigit() and block.text.startswith("**")
    ]


def _has_field(outline: Outline, start: TaskStart) -> bool:
    below = task_extent(outline.blocks, start.index, len(outline.blocks))
    behind_title = [start.text_behind_title] if start.text_behind_title else []
    fields = read_fields([*behind_title, *(outline.blocks[index] for index in below)])
    return any(field.name in TASK_FIELDS for field in fields)
