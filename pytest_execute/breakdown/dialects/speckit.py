"""spec-kit's lists, and all boxes with a code: `- [x] T001 [P] [US1] Title path`, `- [ ] **T1**: Title`."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re

from pytest_execute.breakdown.dialects.common import REQUIREMENT, find_boxed_items
from pytest_execute.breakdown.ids import CODE
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.task_starts import TaskStart

_FORM = re.compile(
    rf"(?:\*\*)?[\[`]?(?P<id>{CODE})[\]`]?(?:\*\*)?(?:\s*[:：.—–-]+(?:\*\*)?)?\s+(?:\[(?:P|US\d+|S\d+)\]\s*)*(?P<title>\S)"
)


def find(outline: Outline) -> list[TaskStart]:
    """The boxed items with a code, two at least, requirements left out."""
    heads = [head for head in find_boxed_items(outline, _FORM) if not REQUIREMENT.match(head.id)]
    return heads if len(heads) > 1 else []
