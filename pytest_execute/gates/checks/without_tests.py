"""Check `artifacts` of a task without tests: what it wrote is there, and is no code."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_execute.core.evidence import NamedFile
from pytest_execute.core.plan import Task
from pytest_execute.gates.context import JudgeContext
from pytest_execute.gates.reason_codes import Finding, finding


def check_files(context: JudgeContext, task: Task) -> Iterator[Finding]:
    """Find the files of a task without tests that prove nothing, or need a test."""
    if not task.files:
        message = "this task has neither tests nor files: list what it writes in its Files field"
        yield finding("no-files", message, (context.plan.path, task.line))
    for path in dict.fromkeys(ref.path for ref in task.files):
        if context.evidence.files.get(path, True):  # else it is a `missing-file`
            yield from _check_file(context.evidence.named_files.get(path, NamedFile(path=path)))


def _check_file(file: NamedFile) -> Iterator[Finding]:
    place = (file.path, None)
    if file.is_empty:
        yield finding("empty-file", f"{file.path} is empty: write it", place)
    elif not file.is_changed:
        remedy = "write it, or take it out of Files"
        yield finding("unchanged-file", f"{file.path} has no change since base, but for white space: {remedy}", place)
    for link in file.broken_links:
        yield finding("broken-link", f"a link leads nowhere: {link}", place)
    for path in file.code:
        remedy = "name tests, or take it out of Files"
        yield finding("untested-code", f"{path} is code, and this task has no tests: {remedy}", (path, None))
    for path in file.code_beside:
        came = f"{path} came in one commit with {file.path}, and belongs to no other task"
        yield finding("untested-code", f"{came}: name tests, or name the file in its own task", (path, None))
