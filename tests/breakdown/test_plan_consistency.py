"""Problems of a whole plan."""

# Breakdowns hold dashes and full-width signs, and so does this file.

from __future__ import annotations

import pytest

from .plans import (
    problems_except_fields,
    problems_except_tests,
)


def test_a_wrong_total_and_a_one_sided_block_are_reported() -> None:
    text = "Total tasks: 3\n\n### 1. [ ] A\ntext\n- **Blocks**: 2\n\n### 2. [ ] B\ntext\n"
    assert problems_except_tests(text) == [
        "b.md:1: warning: the text says 3 tasks, but 2 were read: correct the number or the tasks' form (other-total)",
        (
            "b.md:5: warning: task 1 blocks 2, which does not depend on it: add task 1 to its Dependencies "
            "(one-sided-block)"
        ),
    ]


def test_a_blocked_task_may_wait_through_other_tasks() -> None:
    chain = "".join(f"### {n}. [ ] T\ntext\n- **Dependencies**: {n - 1 or 'None'}\n\n" for n in range(1, 9))
    assert problems_except_tests("### 9. [ ] U\ntext\n- **Blocks**: 1, 5\n\n" + chain.replace("None", "9")) == []
    assert problems_except_tests("### 9. [ ] U\ntext\n- **Blocks**: All other tasks\n\n" + chain) == [
        (
            "b.md:3: warning: task 9 blocks 1, 2, 3, 4, 5 and 3 more, which do not depend on it: add task 9 to their "
            "Dependencies (one-sided-block)"
        )
    ]


@pytest.mark.parametrize(
    "total",
    [
        "Total tasks: 3",
        "Total Tasks: 2 in 1 phase",
        "Total tasks: 5",
        "Phase 1: all 2 tasks are independent",
        "Total Tasks: 9 sub-tasks",
    ],
)
def test_totals_of_other_things_are_not_reported(total: str) -> None:
    text = (
        f"{total}\n\n## Phase 1: A\n\n- [ ] 1. One\n  - [ ] 1.1 a\n  - [ ] 1.2 b\n  - [ ] 1.3 c\n"
        "- [ ] 2. Two\n\n## Phase 2: B\n\n"
    )
    assert problems_except_fields(text.replace("\n## Phase 2: B\n", "")) == []
