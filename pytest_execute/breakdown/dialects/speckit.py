"""Boxes with a code, as spec-kit writes them.

- [x] T001 [P] [US1] Create the project in src/app/
- [ ] **T1**: Write the model
"""

from __future__ import annotations

from pytest_execute.breakdown.dialects.common import REQUIREMENT, find_boxed_items
from pytest_execute.breakdown.ids import CODE
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.task_starts import TaskStart
from pytest_execute.core.late_pattern import late_pattern

# matches "T001 [P] [US1] Create", "**T1**: Write", "`ARCH-01` Bound it" behind a box
_CODE_AND_TITLE = late_pattern(
    rf"(?:\*\*)?[\[`]?(?P<id>{CODE})[\]`]?(?:\*\*)?(?:\s*[:：.—–-]+(?:\*\*)?)?\s+(?:\[(?:P|US\d+"
    rf"|S\d+)\]\s*)*(?P<title>\S)"
)


def find(outline: Outline) -> list[TaskStart]:
    """Return the items with a box and a code, if there are two; requirements are left out."""
    starts = [start for start in find_boxed_items(outline, _CODE_AND_TITLE) if not REQUIREMENT.match(start.id)]
    return starts if len(starts) > 1 else []
