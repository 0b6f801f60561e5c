"""Boxes without an id among tasks that are boxes: they are not read, and that is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pytest_execute.breakdown.dialects.common import is_outside_tasks, labels_above
from pytest_execute.breakdown.ids import ID
from pytest_execute.breakdown.outline import Outline, task_extent
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.task_starts import LEADING_BOX, TaskStart, split_title
from pytest_execute.breakdown.vocabulary import TASK_WORDS, field_name

_NAMED = re.compile(rf"\W*(?:{TASK_WORDS}\s+#?)?{ID}", re.IGNORECASE)


def report_missing_ids(outline: Outline, heads: Sequence[TaskStart], desk: Problems) -> None:
    """A warning per section that has some, or one error where right beside the tasks they are more than those."""
    sections: dict[int, list[int]] = {}
    for at in _boxes(outline, heads):
        sections.setdefault(outline.above[at], []).append(at)
    beside = {_place(outline, outline.above[head.at]) for head in heads}
    near = [at for over, listed in sections.items() if _place(outline, over) in beside for at in listed]
    if len(near) > len(heads):
        message = (
            f"{len(near)} boxes without an id, beside {len(heads)} task{'s' if len(heads) > 1 else ''} that "
            f"ha{'ve' if len(heads) > 1 else 's'} one: give each an id, or write what is no task without a box"
        )
        desk.tell(outline.blocks[near[0]].line, "no-id", message)
        return
    for listed in sections.values():
        many = len(listed) > 1
        first = split_title(LEADING_BOX.sub("", outline.blocks[listed[0]].text, count=1))[0]
        message = (
            f"{len(listed)} box{'es' if many else ''} without an id, which {'are' if many else 'is'} not read as "
            f"{'tasks' if many else 'a task'}: {first[:60]}"
        )
        desk.warn(outline.blocks[listed[0]].line, "passed-over", message)


def _place(outline: Outline, heading: int) -> tuple[int, int]:
    """The heading over a heading, and its level: what those that stand beside it have in common."""
    return (outline.above[heading], outline.blocks[heading].depth) if heading >= 0 else (-1, 0)


def _boxes(outline: Outline, heads: Sequence[TaskStart]) -> Iterator[int]:
    """The boxes on the level of the tasks, below headings of the level that holds them, criteria left out."""
    if any(outline.blocks[head.at].kind != "item" for head in heads):
        return
    covered = {at for head in heads for at in (head.at, *task_extent(outline.blocks, head.at, len(outline.blocks)))}
    depth = max(outline.blocks[head.at].depth for head in heads)
    levels = {_place(outline, outline.above[head.at])[1] for head in heads}
    for at, block in enumerate(outline.blocks):
        box = (
            LEADING_BOX.match(block.text)
            if block.kind == "item" and block.depth <= depth and at not in covered
            else None
        )
        if box is None or _NAMED.match(block.text, box.end()) or _place(outline, outline.above[at])[1] not in levels:
            continue
        if not is_outside_tasks(outline, at) and not any(map(field_name, labels_above(outline, at))):
            yield at
