"""Gates with nothing to look at: 0 of 0 lines or functions is unknown, and not passed."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import NamedFile
from pytest_execute.core.plan import Task
from pytest_execute.gates.context import JudgeContext
from pytest_execute.gates.listing import list_names
from pytest_execute.gates.reason_codes import Finding, finding

REMEDY = "name them in a task's Files, or set `source` in [tool.pytest-execute]"


def check_looked_at(context: JudgeContext, key: str) -> Iterator[Finding]:
    """Find a gate, or "changed", for which no code was looked at, although there is some or should be.

    A change of data, lines that ran on import and the removal of code leave nothing to measure, and are no fault.
    """
    if _has_lines(context, key):
        return
    if gate_ids.is_task(key):
        task = next(task for task in context.plan.tasks if gate_ids.task(task.id) == key)
        if not _has_changed_files(context, task):
            yield finding("no-files", _task_message(context, task), (context.plan.path, task.line))
    elif gate_ids.level(key) == "stream":
        for task in context.plan.tasks_of(gate_ids.name(key)):
            if not context.is_without_tests(task):
                yield from check_looked_at(context, gate_ids.task(task.id))
    elif unknown := context.evidence.unknown_code:
        files = list_names(unknown)
        yield finding("no-files", f"nothing was measured, and nobody knows what these files are: {files}: {REMEDY}")


def _has_lines(context: JudgeContext, key: str) -> bool:
    """Return whether some line was looked at: measured, run on import, or left out."""
    measure = (context.evidence.coverage or {}).get(key)
    sets = context.evidence.line_sets.get(key)
    is_measured = measure is not None and any(
        (measure.lines, measure.branches, measure.excluded, measure.opaque, measure.unparsed)
    )
    return is_measured or (sets is not None and any(sets.lines.values()))


def _has_changed_files(context: JudgeContext, task: Task) -> bool:
    """Return whether the topic changed a file that the task names and that is no test nor unknown code: its data."""
    unknown = context.evidence.unknown_code
    files = (context.evidence.named_files.get(ref.path, NamedFile(path=ref.path)) for ref in task.files)
    return any(file.is_changed and not file.is_test and file.path not in unknown for file in files)


def _task_message(context: JudgeContext, task: Task) -> str:
    if scripts := [ref.path for ref in task.files if ref.path in context.evidence.unknown_code]:
        return f"{', '.join(scripts)} cannot be measured: move the code to a module, a file with the ending `.py`"
    if task.files:
        return "nothing that this task's Files name has changed since base, but for tests: correct its Files field"
    return "no implementation is known for this task: list its files in its Files field"
