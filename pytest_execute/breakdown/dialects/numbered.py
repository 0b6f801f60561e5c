"""Headings with a bare number: `### 1. Title`, `#### 1.1 Title`; tasks only where most of them hold a field."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

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
from pytest_execute.breakdown.task_starts import TaskStart, start_from_heading
from pytest_execute.breakdown.vocabulary import UNTASKED_SECTION

_NUMBERED = re.compile(rf"(?:[^\w\s]+\s+)?(?P<id>{NUMBER})(?:[.):：]|\s*[—–-])?\s+(?P<title>\S.*)")
_RESULTS = re.compile(
    r"^\W*(?:key\s+)?(?:deliverables|findings|discoveries|recommendations|results)\W*$", re.IGNORECASE
)
_TASKS = re.compile(r"\b(?:tasks|steps|task list|todo)\b", re.IGNORECASE)


def find(outline: Outline) -> list[TaskStart]:
    """The numbered headings of the level that holds the tasks."""
    return _best(outline, _levels(outline))


def find_over_boxes(outline: Outline) -> list[TaskStart]:
    """The numbered headings of the outermost level on which most of them stand over boxes, criteria left out."""
    for _, heads in sorted(_levels(outline).items()):
        heads = [head for head in heads if head.box is None and not _criteria(outline, head)]
        if len(heads) > 1 and is_majority(task_likeness(outline, head.at) for head in heads):
            return heads
    return []


def _criteria(outline: Outline, head: TaskStart) -> bool:
    return is_outside_tasks(outline, head.at) or UNTASKED_SECTION.search(head.title) is not None


@cached_per_outline
def _levels(outline: Outline) -> dict[int, list[TaskStart]]:
    """The numbered headings by their level."""
    levels: dict[int, list[TaskStart]] = {}
    title = outline.title
    for at in outline.headings:
        block = outline.blocks[at]
        found = _NUMBERED.fullmatch(block.joined.replace("**", ""))
        if (
            found
            and at != title
            and not _told_of(outline, at)
            and (
                "." in block.joined[: found.end("id") + 1]
                or ")" in block.joined[: found.end("id") + 1]
                or not found["title"][0].islower()
            )
        ):
            levels.setdefault(block.depth, []).append(start_from_heading(block, at, found["id"], found["title"]))
    return levels


def _told_of(outline: Outline, at: int) -> bool:
    """Whether a heading stands below one over results, which are counted but not done."""
    return any(_RESULTS.search(outline.blocks[over].text) for over in outline.path(at) if over != outline.title)


def _best(outline: Outline, levels: dict[int, list[TaskStart]]) -> list[TaskStart]:
    """The outermost level with fields, else that under a heading that says "tasks"."""
    for level in sorted(levels):
        if is_majority(task_likeness(outline, head.at) >= HAS_FIELD for head in levels[level]):
            return drop_substeps(outline, levels[level])
    for level in sorted(levels):
        if _told(outline, levels[level]):
            return [head for head in levels[level] if outline.above[head.at] == outline.above[levels[level][0].at]]
    return []


def _told(outline: Outline, heads: list[TaskStart]) -> bool:
    """Whether the headings are all those below one that says that they are tasks, counted from 1."""
    over = outline.above[heads[0].at]
    if over < 0 or over == outline.title or not _TASKS.search(outline.blocks[over].text):
        return False
    below = [at for at in outline.section(over) if outline.above[at] == over and outline.blocks[at].kind == "heading"]
    counted = [str(number) for number in range(1, len(below) + 1)]
    return len(below) > 1 and [head.id for head in heads if head.at in set(below)] == counted
