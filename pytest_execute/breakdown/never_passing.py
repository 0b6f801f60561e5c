"""Tasks that can never pass, whatever is done: found before the work begins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatch

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
