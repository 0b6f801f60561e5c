"""Notes in the line of a task."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import pytest

from .plans import only_task, read_plan


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


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("none (documentation only)", "documentation only"),
        ("None — configuration only.", "configuration only"),
        ("N/A: CI alone", "CI alone"),
        ("no tests (only `README.md`, see docs)", "only `README.md`, see docs"),
        ("No tests needed, as it is prose", "as it is prose"),
        ("not applicable; prose", "prose"),
        ("なし（文書のみ）", "文書のみ"),
        ("none because nothing runs", "because nothing runs"),
        ("None", ""),
        ("none.", ""),
        ("-", ""),
        ("n/a", ""),
        ("None required", ""),
        ("none ()", ""),
        ("none (`tests/test_a.py` tests it)", None),
        ("No network is needed: use the fake server", None),
        ("nonesuch", None),
        ("`tests/test_a.py`", None),
    ],
)
def test_a_field_may_say_that_there_are_no_tests_and_why(value: str, reason: str | None) -> None:
    assert only_task(f"### 1. [ ] Write it\n\ntext\n- **Tests**: {value}\n").no_tests == reason


def test_a_list_below_the_label_may_say_so_too() -> None:
    assert only_task("### 1. [ ] A\n\ntext\n- **Tests**:\n  - none (prose)\n").no_tests == "prose"
    assert only_task("### 1. [ ] A\n\ntext\n").no_tests is None
