"""Check `plan`: the task is ticked, its files and the topic's documents exist, and the policy is not weaker."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_execute.core.plan import FileRef, Task
from pytest_execute.gates.context import JudgeContext
from pytest_execute.gates.reason_codes import Finding, finding


def check_task(context: JudgeContext, task: Task) -> Iterator[Finding]:
    """Find what is not done of a task, and its files that never existed."""
    path = context.plan.path
    if not task.done:
        yield finding("not-ticked", "the task is not ticked", (path, task.line))
    for ref in task.files:
        if not context.evidence.files.get(ref.path, True):
            yield finding(
                "missing-file", f"{ref.path} is listed in Files, but exists neither now nor at base", (path, ref.line)
            )
        elif task.done and not context.is_without_tests(task) and not _is_touched(context, ref):
            message = f"{ref.path} is listed in Files, and the topic has not changed it"
            yield finding("untouched-file", message, (path, ref.line))


def _is_touched(context: JudgeContext, ref: FileRef) -> bool:
    file = context.evidence.named_files.get(ref.path)
    return file is None or file.is_changed


def check_topic(context: JudgeContext) -> Iterator[Finding]:
    """Find documents beside the breakdown that are missing or hold only headings, and weaker keys of the policy."""
    for weaker in context.evidence.weaker_keys:
        values = f"{weaker.key} is {weaker.head} in [tool.pytest-execute], and {weaker.base} at base, which counts"
        yield finding("weaker-policy", f"{values}: change it in a commit before the topic begins")
    for path, has_text in context.evidence.documents.items():
        if not has_text:
            yield finding("missing-document", f"{path} is missing, or has only headings: write it", (path, None))
