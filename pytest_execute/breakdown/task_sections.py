"""Sections that say that tasks stand in them: what stands elsewhere in the same words is none."""

from __future__ import annotations

from collections.abc import Sequence

from pytest_execute.breakdown.ids import normalize_number
from pytest_execute.breakdown.outline import Outline, cached_per_outline
from pytest_execute.breakdown.task_starts import LEADING_BOX, TaskStart
from pytest_execute.breakdown.vocabulary import TASKS_HEADING


@cached_per_outline
def find_task_sections(outline: Outline) -> list[range]:
    """The blocks below each heading such as `## Tasks` or `## Tasks / Subtasks`."""
    headings = (at for at in outline.headings if at != outline.title)
    return [outline.section(at) for at in headings if TASKS_HEADING.fullmatch(outline.blocks[at].joined)]


def find_boxes(outline: Outline, areas: Sequence[range]) -> list[int]:
    """The boxes in these sections, or in the whole document where there is none."""
    places = (at for area in areas for at in area) if areas else range(len(outline.blocks))
    return [at for at in places if outline.blocks[at].kind == "item" and LEADING_BOX.match(outline.blocks[at].text)]


def starts_in_task_sections(outline: Outline, heads: Sequence[TaskStart]) -> list[TaskStart]:
    """The heads without those outside of such sections that are named inside them; nothing where all are outside.

    Sections below one of the heads are that task's own, and those without boxes only tell of tasks.
    """
    own = {head.at for head in heads}
    areas = [area for area in find_task_sections(outline) if own.isdisjoint(outline.path(area.start - 1))]
    within = [head for head in heads if any(head.at in area for area in areas)]
    if within:
        named = {normalize_number(head.id) for head in within}
        return [head for head in heads if head in within or normalize_number(head.id) not in named]
    return [] if areas and len(find_boxes(outline, areas)) > 1 else list(heads)
