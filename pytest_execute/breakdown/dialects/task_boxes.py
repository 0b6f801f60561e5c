"""Boxes with the word "Task" and an id, as BMAD writes them.

- [x] **Task 1: Model** (AC: 1, 2)
  - [x] Subtask 1.1: tests
"""

from __future__ import annotations

import re

from pytest_execute.breakdown.dialects.common import TASK_WORD, drop_substeps, find_boxed_items, is_outside_tasks
from pytest_execute.breakdown.ids import LONG_ID
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.task_starts import TaskStart
from pytest_execute.core.late_pattern import late_pattern

# matches "**Task 1: Model**", "Task 1 (AC: 1)", "タスク 2" behind a box
_TASK_AND_TITLE = late_pattern(
    rf"(?:\*\*)?{TASK_WORD}\s*#?(?P<id>{LONG_ID})"
    r"(?:\s*[:：.)—–-]+|(?=\*\*)|(?=\s+\())\s*(?P<title>\S)",
    re.IGNORECASE,
)


def find(outline: Outline) -> list[TaskStart]:
    """Return the items with a box, the word and an id; if all are below "Notes" and the like, all of them."""
    starts = drop_substeps(outline, find_boxed_items(outline, _TASK_AND_TITLE))
    return [start for start in starts if not is_outside_tasks(outline, start.index, start.id)] or starts
