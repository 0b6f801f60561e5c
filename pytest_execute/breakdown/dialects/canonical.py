"""The canonical form, and the origin's: a heading with an id and a box, `### 1. [x] Title [2 hours]`."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re

from pytest_execute.breakdown.ids import ID
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.task_starts import BOX, TaskStart, start_from_heading
from pytest_execute.breakdown.vocabulary import TASK_WORDS

_ID_FIRST = re.compile(
    rf"(?:{TASK_WORDS}\s+)?(?P<id>{ID})\s*[.):—–-]?\s*{BOX}\s*(?P<title>\S.*)", re.DOTALL | re.IGNORECASE
)
_BOX_FIRST = re.compile(
    rf"{BOX}\s*(?:\*\*)?(?:{TASK_WORDS}\s+)?(?P<id>{ID})\s*[.):—–-]?\s+(?P<title>\S.*)", re.DOTALL | re.IGNORECASE
)


def find(outline: Outline) -> list[TaskStart]:
    """The headings with an id and a box."""
    heads = []
    for at in outline.headings:
        block = outline.blocks[at]
        if "[" not in block.text:
            continue
        found = _ID_FIRST.fullmatch(block.text) or _BOX_FIRST.fullmatch(block.text)
        if found:
            heads.append(start_from_heading(block, at, found["id"], found["title"], found["box"]))
    return heads
