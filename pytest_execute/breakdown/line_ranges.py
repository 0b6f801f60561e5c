"""Line ranges in Files that begin or end inside a function: half of it would belong to the task."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from pytest_execute.core.errors import Problem
from pytest_execute.core.plan import Plan
from pytest_execute.core.python_source import parse_python


def cutting_ranges(plan: Plan, read: Callable[[str], str | None]) -> Iterator[Problem]:
    """Yield a warning for each range of an open task that cuts a function; `read` returns a file's text, or None."""
    for task in (task for task in plan.tasks if not task.done):
        for ref in task.files:
            text = read(ref.path) if ref.first is not None and ref.path.endswith(".py") else None
            name = _cut_function(text, ref.first or 0, ref.last or ref.first or 0) if text is not None else None
            if name is not None:
                place = f"lines {ref.first} to {ref.last} of {ref.path}, in the Files of task {task.id},"
                message = f"{place} are a part of the function {name}: name all its lines, or none of them"
                yield Problem("cut-function", message, plan.path, ref.line, "warning")


def _cut_function(text: str, first: int, last: int) -> str | None:
    """Return the name of the first function that has lines inside a range and outside of it."""
    try:
        tree = parse_python(text)
    except SyntaxError:
        return None
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            begin, end = node.lineno, node.end_lineno or node.lineno
            if begin <= last and end >= first and not (first <= begin and end <= last):
                return node.name
    return None
