"""The origin's checklist: `1. [x] **Title** [2 hours]` with `1.1. [x]` substeps, glued or renumbered by a formatter or not."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import structs

from pytest_execute.breakdown.dialects.common import REQUIREMENT, DialectProblem, is_outside_tasks
from pytest_execute.breakdown.outline import Outline, task_extent
from pytest_execute.breakdown.task_starts import LEADING_BOX, TaskStart, start_from_item

_SUBSTEP = re.compile(r"(?<![\w.`])(\d+)\.\d+(?:\.\d+)*\.?\s+\[[ xX~!-]\]|^\[[ xX~!-]\]\*?\s+(\d+)\.\d+\b")


def find(outline: Outline) -> list[TaskStart]:
    """The boxed items of ordered lists on the first level, outside lists of criteria.

    A formatter counts a list anew but leaves the numbers in its texts: those of the substeps are a task's number.
    """
    heads = _counted(_listed(outline), outline)
    told = [structs.replace(head, id=_told(outline, head) or head.id) for head in heads]
    return told if len({head.id for head in told}) == len(told) else heads


def find_problems(outline: Outline, tasks: list[TaskStart]) -> Iterator[DialectProblem]:
    """Tasks whose number in the list is not that of their substeps."""
    for head in tasks:
        listed = outline.blocks[head.at].marker.rstrip(".)")
        if _told(outline, head) == head.id != listed:
            message = f"task {head.id} stands here as number {listed}: was the list renumbered by a formatter?"
            yield DialectProblem(head.line, "renumbered", message, sure=True)


def _listed(outline: Outline) -> list[TaskStart]:
    heads = []
    for at, block in enumerate(outline.blocks):
        ordered = block.kind == "item" and block.depth == 1 and block.marker[0].isdigit()
        box = LEADING_BOX.match(block.text) if ordered else None
        if box and not REQUIREMENT.match(block.text[box.end() :].lstrip("* ")) and not is_outside_tasks(outline, at):
            heads.append(start_from_item(block, at, block.marker.rstrip(".)"), box.end(), box["box"]))
    return heads


def _counted(heads: list[TaskStart], outline: Outline) -> list[TaskStart]:
    """The tasks counted up where a formatter has written the same number before each of a list."""
    counted: list[TaskStart] = []
    for head in heads:
        last = counted[-1] if counted else None
        again = last is not None and _same_list(outline, last, head)
        counted.append(structs.replace(head, id=str(int(last.id) + 1)) if last and again else head)
    return counted


def _same_list(outline: Outline, last: TaskStart, head: TaskStart) -> bool:
    """Whether nothing but the first one's own text stands between two items that carry one number."""
    same = outline.blocks[last.at].marker == outline.blocks[head.at].marker
    return same and task_extent(outline.blocks, last.at, head.at).stop == head.at


def _told(outline: Outline, head: TaskStart) -> str | None:
    """The number that all of a task's substeps begin with, if it is one."""
    numbers: set[str] = set()
    for at in (head.at, *task_extent(outline.blocks, head.at, len(outline.blocks))):
        numbers.update(found[1] or found[2] for found in _SUBSTEP.finditer(outline.blocks[at].text))
    return numbers.pop() if len(numbers) == 1 else None
