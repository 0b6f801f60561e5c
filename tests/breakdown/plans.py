"""Short texts read as plans."""

from __future__ import annotations

from pytest_execute.breakdown import read_text
from pytest_execute.core.plan import Plan, Task

FIELDS = "- **Tests**: `tests/test_x.py`\n"
ALL_FIELDS = f"- **Objective**: x\n{FIELDS}"


def read_plan(text: str) -> Plan:
    """Return the plan in a text without errors."""
    reading = read_text(text, "t", "b.md")
    assert [str(problem) for problem in reading.errors] == []
    assert reading.plan is not None
    return reading.plan


def only_task(text: str) -> Task:
    """Return the only task in a text."""
    tasks = read_plan(text).tasks
    assert len(tasks) == 1
    return tasks[0]


def all_problems(text: str, ignored: tuple[str, ...] = ()) -> list[str]:
    """Return the problems of a text as a user sees them."""
    return [str(problem) for problem in read_text(text, "t", "b.md").problems if problem.code not in ignored]


def problems_except_tests(text: str) -> list[str]:
    """Return the problems of a text without those of missing tests."""
    return all_problems(text, ("no-tests",))


def problems_except_fields(text: str) -> list[str]:
    """Return the problems of a text without those of missing tests and objectives."""
    return all_problems(text, ("no-tests", "no-objective"))


def task_text(heading: str, depends: str = "None") -> str:
    """Return a task with this heading and these dependencies."""
    return f"{heading}\n{FIELDS}- **Dependencies**: {depends}\n\n"


def dependencies(plan: Plan) -> dict[str, str]:
    """Return `{task: ids of its dependencies}`."""
    return {task.id: " ".join(task.depends) for task in plan.tasks}


def dependencies_of(text: str) -> dict[str, str]:
    """Return the dependencies of the tasks in a text that have any."""
    return {task: depends for task, depends in dependencies(read_plan(text)).items() if depends}


def stream_dependencies(text: str) -> dict[str, str]:
    """Return the dependencies of the streams in a text that have any, errors allowed."""
    plan = read_text(text, "t", "b.md").plan
    assert plan is not None
    return {s.id: " ".join((*s.after, *s.depends)) for s in plan.streams if s.after or s.depends}
