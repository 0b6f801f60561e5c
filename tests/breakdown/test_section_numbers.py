"""Section with the number of its first task: it is the task's stream."""

from __future__ import annotations

from .plans import read_plan


def test_a_section_is_the_stream_of_a_task_with_its_number_and_a_zero() -> None:
    """The number of another section says nothing: there the title is the stream."""
    plan = read_plan("# Tasks\n\n## 11. Ship\n\n- [x] 11.0 Close the door\n\n## 5. Rest\n\n- [ ] 12.0 Sleep\n")
    assert [(task.id, task.stream) for task in plan.tasks] == [("11.0", "11"), ("12.0", "5. Rest")]
