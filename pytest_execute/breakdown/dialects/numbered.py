"""Headings with a number; they are tasks only if most of them have a field below, or their section says "tasks".

### 1. Model
#### 1.1 Page
"""

from __future__ import annotations

import re

from pytest_execute.breakdown.dialects.common import (
    HAS_FIELD,
    drop_substeps,
    is_majority,
    is_outside_tasks,
    task_likeness,
)
from pytest_execute.breakdown.ids import NUMBER
from pytest_execute.breakdown.outline import Outline, cached_per_outline
from pytest_execute.breakdown.task_starts import LEADING_BOX, TaskStart, start_from_heading
from pytest_execute.breakdown.vocabulary import is_untasked
from pytest_execute.core.late_pattern import late_pattern

# matches "1. Model", "2.1 — Page", "🚧 3) Mails"
_NUMBER_AND_TITLE = late_pattern(rf"(?:[^\w\s]+\s+)?(?P<id>{NUMBER})(?:[.):：]|\s*[—–-])?\s+(?P<title>\S.*)")
# matches "Key Findings", "Deliverables"; their numbers are no tasks
_RESULTS_SECTION = late_pattern(
    r"^\W*(?:key\s+)?(?:deliverables|findings|discoveries|recommendations|results)\W*$", re.IGNORECASE
)
# matches "Next tasks", "Steps", "Todo"
_TASKS_SECTION = late_pattern(r"\b(?:tasks|steps|task list|todo)\b", re.IGNORECASE)


def find(outline: Outline) -> list[TaskStart]:
    """Return the numbered headings of the outermost level with fields, or else of a section that says "tasks"."""
    levels = _levels(outline)
    for level in sorted(levels):
        if is_majority(task_likeness(outline, start.index) >= HAS_FIELD for start in levels[level]):
            return drop_substeps(outline, levels[level])
    for level in sorted(levels):
        starts = levels[level]
        if _are_in_tasks_section(outline, starts):
            section = outline.heading_above[starts[0].index]
            return [start for start in starts if outline.heading_above[start.index] == section]
    return []


def find_over_boxes(outline: Outline) -> list[TaskStart]:
    """Return the numbered headings of the outermost level on which most have boxes below; criteria are left out."""
    for _, starts in sorted(_levels(outline).items()):
        starts = [start for start in starts if start.box is None and not _is_criterion(outline, start)]
        if len(starts) > 1 and is_majority(task_likeness(outline, start.index) for start in starts):
            return starts
    return []


def find_dotted_over_boxes(outline: Outline) -> list[TaskStart]:
    """Return such headings if their numbers have a dot, as `### 1.1 Title`: a whole number is rather a section's."""
    starts = find_over_boxes(outline)
    return starts if all("." in start.id for start in starts) else []


def _is_criterion(outline: Outline, start: TaskStart) -> bool:
    return is_outside_tasks(outline, start.index) or is_untasked(start.title)


@cached_per_outline
def _levels(outline: Outline) -> dict[int, list[TaskStart]]:
    """Return the numbered headings by their level."""
    levels: dict[int, list[TaskStart]] = {}
    for index in outline.headings:
        block = outline.blocks[index]
        task = _NUMBER_AND_TITLE.fullmatch(block.one_line.replace("**", ""))
        if task is None or index == outline.title or _is_result(outline, index):
            continue
        if LEADING_BOX.match(task["title"]):
            continue  # a heading with an id and a box is a form of its own
        number = block.one_line[: task.end("id") + 1]
        if "." in number or ")" in number or not task["title"][0].islower():  # "3 ways to do it" is no task
            levels.setdefault(block.depth, []).append(start_from_heading(block, index, task["id"], task["title"]))
    return levels


def _is_result(outline: Outline, index: int) -> bool:
    """Return True for a heading in a section of results."""
    above = (outline.blocks[heading] for heading in outline.headings_above(index) if heading != outline.title)
    return any(_RESULTS_SECTION.search(heading.text) for heading in above)


def _are_in_tasks_section(outline: Outline, starts: list[TaskStart]) -> bool:
    """Return True if these are all headings of a section that says "tasks", with the numbers from 1."""
    section = outline.heading_above[starts[0].index]
    if section < 0 or section == outline.title or not _TASKS_SECTION.search(outline.blocks[section].text):
        return False
    headings = {index for index in outline.headings if outline.heading_above[index] == section}
    numbers = [str(number) for number in range(1, len(headings) + 1)]
    return len(headings) > 1 and [start.id for start in starts if start.index in headings] == numbers
