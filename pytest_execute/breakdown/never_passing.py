"""Tasks that can never pass, whatever is done: found before the work begins."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch

from msgspec import structs

from pytest_execute.core.code_files import is_code
from pytest_execute.core.errors import Problem
from pytest_execute.core.layout import Layout
from pytest_execute.core.plan import Plan, Task


def never_passing(plan: Plan, layout: Layout, test_files: Sequence[str] | None) -> Iterator[Problem]:
    """Yield an error for each task that cannot pass. `test_files` are the names that pytest collects, if known."""
    for task in plan.tasks:
        if task.no_tests is not None:
            yield from _without_tests(plan, task, layout)
        elif test_files is not None:
            yield from _not_collected(plan, task, test_files)


def tasks_without_tests(plan: Plan) -> tuple[Task, ...]:
    """Return the tasks that name neither tests nor a reason, in a plan that does so for most: there, they are left out.

    Where most tasks name none, the plan may be of another kind, or its tests may be marked with their tasks.
    """
    silent = tuple(task for task in plan.tasks if not task.tests and task.no_tests is None and not task.behaviour)
    return silent if len(silent) * 2 < len(plan.tasks) else ()


def as_errors(problems: Iterable[Problem], tasks: Iterable[Task]) -> Iterator[Problem]:
    """Yield the problems, with the warnings about the tests of some tasks as errors."""
    by_line = {task.line: task for task in tasks}
    for problem in problems:
        task = by_line.get(problem.line) if problem.code == "no-tests" else None
        if task is not None:
            remedy = f'name them, write `none (reason)`, or mark a test with task("{task.id}")'
            message = f"task {task.id} names no tests, and so cannot pass: {remedy}"
            problem = structs.replace(problem, message=message, severity="error")
        yield problem


def _without_tests(plan: Plan, task: Task, layout: Layout) -> Iterator[Problem]:
    if not task.no_tests:
        message = f"task {task.id} has no tests, and no reason why: name some, or write `none (reason)`"
        yield Problem("no-reason", message, plan.path, task.line)
    if not task.files:
        message = f"task {task.id} has neither tests nor files, so nothing can be judged"
        yield Problem("no-files", f"{message}: list what it writes in its Files field", plan.path, task.line)
    for ref in task.files:
        if is_code(layout.prefix + ref.path, layout):
            message = f"task {task.id} has no tests, and its Files name code, {ref.path}"
            yield Problem("untested-code", f"{message}: name tests, or take it out of Files", plan.path, ref.line)


def _not_collected(plan: Plan, task: Task, test_files: Sequence[str]) -> Iterator[Problem]:
    for ref in task.tests:
        file = ref.target.partition("::")[0]
        if file.endswith(".py") and not any(fnmatch(file.rpartition("/")[2], pattern) for pattern in test_files):
            message = f"pytest does not collect {file}, which task {task.id} names in Tests"
            yield Problem("not-collected", f"{message}: name it {' or '.join(test_files)}", plan.path, ref.line)
