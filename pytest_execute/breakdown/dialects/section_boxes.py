"""Boxes without ids in sections with one: the boxes below `## 2. Page` are the tasks 2.1, 2.2, and so on.

## 1. Model

- [x] Write the tests
- [ ] Write the model
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from pytest_execute.breakdown.dialects.common import DialectProblem, is_majority, is_outside_tasks, section_id
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.task_sections import find_boxes
from pytest_execute.breakdown.task_starts import LEADING_BOX, TaskStart, start_from_item


def find(outline: Outline) -> list[TaskStart]:
    """Return the boxes of the first level, if all of them are in sections with an id and none is a criterion there."""
    boxes = [index for index in find_boxes(outline, ()) if outline.blocks[index].depth == 1]
    sections = [section_id(outline, index) for index in boxes]
    criteria = [is_outside_tasks(outline, index) for index in boxes]
    if len(boxes) < 2 or any(criteria) or not all(sections) or not _are_most_sections(outline, set(sections)):
        return []
    counted: Counter[str] = Counter()
    starts = []
    for index, name in zip(boxes, sections, strict=True):
        counted[name] += 1
        box = LEADING_BOX.match(outline.blocks[index].text)
        if box is not None:
            starts.append(
                start_from_item(outline.blocks[index], index, f"{name}.{counted[name]}", box.end(), box["box"])
            )
    return starts


def _are_most_sections(outline: Outline, names: set[str]) -> bool:
    """Return True if most of the sections with an id are among these: otherwise the plan is written elsewhere."""
    ids = (section_id(outline, heading + 1) for heading in outline.headings if heading + 1 < len(outline.blocks))
    return is_majority(name in names for name in ids if name)


def find_problems(outline: Outline, tasks: list[TaskStart]) -> Iterator[DialectProblem]:
    """Yield one warning: such ids change with each box that is added above."""
    message = (
        f"{len(tasks)} tasks have no id, and are counted in their sections, {tasks[0].id} to {tasks[-1].id}: write the "
        "ids, for a box that is added above another one changes them"
    )
    yield DialectProblem(tasks[0].line, "counted-id", message, is_warning=True)
