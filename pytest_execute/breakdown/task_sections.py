"""Sections whose heading says only that tasks follow, such as `## Tasks / Subtasks`."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_execute.breakdown.ids import normalize_number
from pytest_execute.breakdown.outline import Outline, cached_per_outline
from pytest_execute.breakdown.task_starts import LEADING_BOX, TaskStart
from pytest_execute.breakdown.vocabulary import TASKS_HEADING


@cached_per_outline
def find_task_sections(outline: Outline) -> list[range]:
    """Return the indexes of the blocks below each heading such as `## Tasks`."""
    headings = (index for index in outline.headings if index != outline.title)
    return [outline.section(index) for index in headings if TASKS_HEADING.fullmatch(outline.blocks[index].one_line)]


def find_boxes(outline: Outline, sections: Sequence[range]) -> list[int]:
    """Return the items with a box in these sections, or in the whole document if there is none."""
    indexes = (index for section in sections for index in section) if sections else range(len(outline.blocks))
    blocks = outline.blocks
    return [index for index in indexes if blocks[index].kind == "item" and LEADING_BOX.match(blocks[index].text)]


def starts_in_task_sections(outline: Outline, starts: Sequence[TaskStart]) -> list[TaskStart]:
    """Return the starts without those that repeat a task of such a section outside of it.

    If all starts are outside, and the sections have boxes, the sections hold the tasks in another form: return nothing.
    A section inside a task belongs to that task and does not count.
    """
    own = {start.index for start in starts}
    sections = [
        section for section in find_task_sections(outline) if own.isdisjoint(outline.headings_above(section.start - 1))
    ]
    within = [start for start in starts if any(start.index in section for section in sections)]
    if within:
        ids = {normalize_number(start.id) for start in within}
        return [start for start in starts if start in within or normalize_number(start.id) not in ids]
    return [] if sections and len(find_boxes(outline, sections)) > 1 else list(starts)
