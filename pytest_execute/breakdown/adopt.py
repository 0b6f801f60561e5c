"""Foreign plans in the canonical form: what was read as such, and what was not as questions.

A question is a comment, `<!-- question: … -->`. `check` reports it as an error until somebody answers and removes it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import structs

from pytest_execute.breakdown.reader import ParsedBreakdown, read_text
from pytest_execute.breakdown.template import render
from pytest_execute.core.errors import Problem
from pytest_execute.core.plan import Plan, Task

_NO_QUESTIONS = frozenset(
    (
        "no-tests", "no-objective", "open-substep", "open-dependency", "one-sided-block", "repeated-line",
        "renumbered", "struck-through", "other-total",
    )
)  # fmt: skip
"""Codes of warnings about the plan itself: they are reported for the canonical form, too."""


def adopted(reading: ParsedBreakdown, plan: Plan, source: str) -> str:
    """Return a plan in the canonical form, with a question for each problem; `source` is the name of its file."""
    text = render(plan)
    problems = [problem for problem in reading.problems if problem.code not in _NO_QUESTIONS]
    questions = [*_about_problems(problems, reading.account.lines, source), *_about_writing(plan, text)]
    return "\n".join([text, *(f"<!-- question: {_without_end(question)} -->" for question in questions), ""])


def _about_problems(problems: Sequence[Problem], lines: Sequence[str], source: str) -> Iterator[str]:
    for problem in problems:
        written = lines[problem.line - 1].strip() if 0 < problem.line <= len(lines) else ""
        yield f'line {problem.line} of {source}, "{written[:100]}": {problem.message}'


def _about_writing(plan: Plan, text: str) -> Iterator[str]:
    """Yield a question for each task that the canonical form does not give back as it was read."""
    again = read_text(text, plan.topic, plan.path).plan
    written = {task.id: task for task in again.tasks} if again is not None else {}
    for task in plan.tasks:
        different = _different_fields(task, written.get(task.id))
        if different:
            yield f"task {task.id} was read, but cannot be written exactly: complete its {', '.join(different)}"


def _different_fields(task: Task, other: Task | None) -> list[str]:
    if other is None:
        return ["heading"]
    pairs = zip(_without_lines(task).items(), _without_lines(other).values(), strict=True)
    return [name for (name, value), written in pairs if value != written]


def _without_lines(task: Task) -> dict[str, object]:
    """Return the fields of a task without line numbers."""

    def cleared(value: object) -> object:
        if isinstance(value, tuple):
            return tuple(structs.replace(each, line=0) if hasattr(each, "line") else each for each in value)
        return value

    return {name: cleared(value) for name, value in structs.asdict(task).items() if name != "line"}


def _without_end(text: str) -> str:
    return re.sub(r"--+>?", "-", " ".join(text.split()))
