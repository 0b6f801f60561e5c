"""Headings that begin with a code, such as these.

### T01 Model
### INFRA-1: Server
### A01 — Page
"""

from __future__ import annotations

import re

from pytest_execute.breakdown.dialects.common import (
    REQUIREMENT,
    drop_substeps,
    is_majority,
    is_outside_tasks,
    task_likeness,
)
from pytest_execute.breakdown.ids import CODE
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.task_starts import TaskStart, start_from_heading
from pytest_execute.core.late_pattern import late_pattern

# matches "T01 Model", "`INFRA-1`: Server", "🚧 A01 — Page"
_CODE_AND_TITLE = late_pattern(rf"(?:[^\w\s]+\s+)?[\[`]?(?P<id>{CODE})[\]`]?(?:\s*[:：.)—–-]+\s*|\s+)(?P<title>\S.*)")
# matches "Local Task Breakdown", "Backlog"
_TITLE_OF_TASKS = late_pattern(r"\b(?:tasks|task[- ](?:list|breakdown|plan)|breakdown|backlog)\b", re.IGNORECASE)


def find(outline: Outline) -> list[TaskStart]:
    """Return the headings with a code, if most have a field or a box below, or the document's title says "tasks"."""
    starts = []
    for index in outline.headings:
        block = outline.blocks[index]
        task = _CODE_AND_TITLE.fullmatch(block.one_line.replace("**", "")) if index != outline.title else None
        if task and not REQUIREMENT.match(task["id"]) and not is_outside_tasks(outline, index, task["id"]):
            starts.append(start_from_heading(block, index, task["id"], task["title"]))
    starts = _without_groups(outline, drop_substeps(outline, starts))
    have_fields = is_majority(task_likeness(outline, start.index) for start in starts)
    return starts if have_fields or _is_list_of_tasks(outline, starts) else []


def _is_list_of_tasks(outline: Outline, starts: list[TaskStart]) -> bool:
    """Return True for three or more codes with few prefixes in a document whose title says "tasks"."""
    says_tasks = outline.title is not None and _TITLE_OF_TASKS.search(outline.blocks[outline.title].text)
    prefixes = {re.sub(r"\d.*", "", start.id) for start in starts}
    return bool(says_tasks) and len(starts) > 2 and len(prefixes) * 2 <= len(starts)


def _without_groups(outline: Outline, starts: list[TaskStart]) -> list[TaskStart]:
    """Return the starts without those on a level whose headings are groups of the others."""
    above = {index for start in starts for index in outline.headings_above(start.index)}
    group_levels = {outline.blocks[start.index].depth for start in starts if start.index in above}
    groups = [start for start in starts if outline.blocks[start.index].depth in group_levels]
    if not groups or not is_majority(start.index in above for start in groups):
        return starts
    return [start for start in starts if start not in groups]
