"""Notes in the line of a task."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

from .plans import (
    read_plan,
)


def test_dependencies_in_the_line_of_a_task() -> None:
    text = (
        "- [ ] **T1** One\n- [ ] **T2** Two — depends on T1\n- [ ] **T3**: Three (depends: T1, T2)\n"
        "- [ ] T4 Four, blocked by T3\n"
    )
    assert [task.depends for task in read_plan(text).tasks] == [(), ("T1",), ("T1", "T2"), ("T3",)]


def test_notes_in_parentheses_behind_a_title() -> None:
    text = (
        "- [ ] 1. Begin (agent: Database Setup)\n  - [ ] 1.1 a\n- [ ] 2. Go on (est: 2 hours)\n"
        "- [ ] 3. End (deps: 1, 2)\n"
    )
    plan = read_plan(text)
    assert [(task.agent, task.effort, task.depends) for task in plan.tasks] == [
        ("Database Setup", "", ()),
        ("", "2 hours", ()),
        ("", "", ("1", "2")),
    ]
