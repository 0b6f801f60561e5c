"""Canonical form: headings with an id and a box.

### 1. [x] Order model [2 hours]
### [ ] Task 2: List
"""

from __future__ import annotations

import re

from pytest_execute.breakdown.ids import LONG_ID
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.task_starts import BOX, TaskStart, start_from_heading
from pytest_execute.breakdown.vocabulary import TASK_WORDS
from pytest_execute.core.late_pattern import late_pattern

# matches "1. [x] Order model", "Task 1: [ ] Order model"
_ID_FIRST = late_pattern(
    rf"(?:{TASK_WORDS}\s+)?(?P<id>{LONG_ID}|[A-Z](?=[.):]))\s*[.):—–-]?\s*{BOX}\s*(?P<title>\S.*)",
    re.DOTALL | re.IGNORECASE,
)
# matches "[x] Task 1: Order model", "[ ] **1.** Order model"
_BOX_FIRST = late_pattern(
    rf"{BOX}\s*(?:\*\*)?(?:{TASK_WORDS}\s+)?(?P<id>{LONG_ID})\s*[.):—–-]?\s+(?P<title>\S.*)", re.DOTALL | re.IGNORECASE
)


def find(outline: Outline) -> list[TaskStart]:
    """Return the headings with an id and a box."""
    starts = []
    for index in outline.headings:
        block = outline.blocks[index]
        if "[" not in block.text:
            continue
        task = _ID_FIRST.fullmatch(block.text) or _BOX_FIRST.fullmatch(block.text)
        if task:
            starts.append(start_from_heading(block, index, task["id"], task["title"], task["box"]))
    return starts
