"""Values of a Dependencies field."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import pytest

from .plans import (
    dependencies,
    read_plan,
    task_text,
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("None", ""),
        ("None (can run parallel with 2)", ""),
        ("– (first)", ""),
        ("N/A - can start at once", ""),
        ("1", "1"),
        ("#1, #2", "1 2"),
        ("Task 1 complete", "1"),
        ("Tasks 1, 2 & 3", "1 2 3"),
        ("1-3", "1 2 3"),
        ("1 through 3", "1 2 3"),
        ("Tasks 2–3 (all of them, 4 too)", "2 3"),
        ("T1; T03", "1 3"),
        ("[1, 2]", "1 2"),
        ("All previous tasks", "1 2 3 4"),
        ("Stream A", "1 2"),
        ("all Stream A tasks, 3", "3 1 2"),
        ("A1, B3", "1 3"),
        ("Step 1 (`x` + y), Task 2 (z).", "1 2"),
        ("**Task 1**", "1"),
        ("Task 1 must be completed first", "1"),
        ("1.1", "1"),
    ],
)
def test_a_dependencies_field_names_tasks(value: str, expected: str) -> None:
    text = (
        "## Stream A: X\n\n### 1. [ ] A\n- [ ] 1.1 a\n\n### 2. [ ] B\n\n## Stream B: Y\n\n### 3. [ ] C\n\n"
        "### 4. [ ] D\n\n"
        f"### 5. [ ] E\n- **Dependencies**: {value}\n"
    )
    assert " ".join(read_plan(text).tasks[-1].depends) == expected


def test_all_and_a_verb_in_a_field() -> None:
    text = (
        task_text("### 1. [ ] A")
        + task_text("### 2. [ ] B", "Requires 1 to be complete")
        + task_text("### 3. [ ] C", "all")
    )
    assert dependencies(read_plan(text)) == {"1": "", "2": "1", "3": "1 2"}
