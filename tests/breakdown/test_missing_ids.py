"""Boxes without an id beside tasks."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

from .plans import (
    problems_except_fields,
)


def test_boxes_without_an_id_beside_tasks_are_reported() -> None:
    text = (
        "## A\n\n- [ ] T1 One\n  - [ ] its own\n- [ ] T2 Two\n- [ ] three\n\n## B\n\n- [ ] T4 Four\n\n"
        "## Checklist\n\n- [ ] seen\n"
    )
    assert problems_except_fields(text) == [
        'b.md:6: warning: this box is not read as a task: "three" (passed-over)',
        'b.md:14: warning: this box is not read as a task: "seen" (passed-over)',
    ]
    text = "## A\n\n- [x] **W1 One**\n- [x] **W2 Two**\n\n## B\n\n- [x] three\n- [ ] four\n\n## C\n\n- [ ] five\n"
    assert problems_except_fields(text)[0] == (
        "b.md:8: error: 3 boxes without an id, beside 2 tasks with one: give each an id, or remove the boxes of "
        "what is no task (no-id)"
    )
