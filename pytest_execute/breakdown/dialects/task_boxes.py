"""BMAD's lists: `- [x] **Task 1: Title** (AC: 1, 2)` with boxes below, some of them `Subtask 1.1`."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re

from pytest_execute.breakdown.dialects.common import drop_substeps, find_boxed_items, is_outside_tasks
from pytest_execute.breakdown.ids import ID
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.task_starts import TaskStart

_FORM = re.compile(
    rf"(?:\*\*)?(?:task|任务|タスク|작업)\s*#?(?P<id>{ID})(?:\s*[:：.)—–-]+|(?=\*\*)|(?=\s+\())\s*(?P<title>\S)",
    re.IGNORECASE,
)


def find(outline: Outline) -> list[TaskStart]:
    """The boxed items with the word and an id."""
    heads = drop_substeps(outline, find_boxed_items(outline, _FORM))
    return [head for head in heads if not is_outside_tasks(outline, head.at, head.id)] or heads
