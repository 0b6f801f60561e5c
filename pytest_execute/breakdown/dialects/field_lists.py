"""Lists without boxes: `1. **Title**` or `- **Task 1**: Title`, each with its fields below."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re

from pytest_execute.breakdown import fields
from pytest_execute.breakdown.dialects.common import drop_inner_items, is_majority, is_outside_tasks
from pytest_execute.breakdown.ids import CODE, ID
from pytest_execute.breakdown.outline import Outline, task_extent
from pytest_execute.breakdown.task_starts import LEADING_BOX, TaskStart, start_from_item

_NAMED = re.compile(
    rf"(?:\*\*)?(?:(?:task|任务|タスク|작업)\s*#?(?P<id>{ID})|(?P<code>{CODE}))\s*(?:[:：.—–-]+\s*(?:\*\*)?|\*\*\s*[:：—–-]*)\s*(?P<title>\S)",
    re.IGNORECASE,
)
_FIELDS = {"depends", "tests", "effort", "status", "files", "commit", "agent"}


def find(outline: Outline) -> list[TaskStart]:
    """The items on the first level, where most of them hold fields."""
    for heads in (_by_name(outline), _by_number(outline)):
        heads = [head for head in drop_inner_items(outline, heads) if not is_outside_tasks(outline, head.at, head.id)]
        if len(heads) > 1 and is_majority(_has_field(outline, head) for head in heads):
            return heads
    return []


def _by_name(outline: Outline) -> list[TaskStart]:
    heads = []
    for at, block in enumerate(outline.blocks):
        found = _NAMED.match(block.text) if block.kind == "item" and block.depth == 1 else None
        if found and not LEADING_BOX.match(block.text):
            heads.append(start_from_item(block, at, found["id"] or found["code"], found.start("title")))
    return heads


def _by_number(outline: Outline) -> list[TaskStart]:
    return [
        start_from_item(block, at, block.marker.rstrip(".)"), 0)
        for at, block in enumerate(outline.blocks)
        if block.kind == "item" and block.depth == 1 and block.marker[0].isdigit() and block.text.startswith("**")
    ]


def _has_field(outline: Outline, head: TaskStart) -> bool:
    below = task_extent(outline.blocks, head.at, len(outline.blocks))
    found = fields.read_fields([*([head.rest] if head.rest else []), *(outline.blocks[at] for at in below)])
    return any(field.name in _FIELDS for field in found)
