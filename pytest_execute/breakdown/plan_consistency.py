"""Checks of a whole plan: cycles, open work below done tasks, one-sided Blocks fields, missing fields, wrong totals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pytest_execute.breakdown.fields import ValuePart
from pytest_execute.breakdown.file_references import unread_files
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.resolve import Resolver
from pytest_execute.breakdown.tasks import ParsedTask
from pytest_execute.breakdown.vocabulary import DONE_MARKS, NO_DEPENDENCY, STREAM_WORDS, is_done_status
from pytest_execute.core import graph
from pytest_execute.core.effort import hours
from pytest_execute.core.late_pattern import late_pattern
from pytest_execute.core.plan import Plan, Stream, Task

# matches "Total tasks: 12", "Total number of tasks: 12", "all 12 tasks", "Completed tasks: 3/12", "總計：12 個任務"
_TOTAL = late_pattern(
    r"\btotal(?:\s+(?:number\s+of\s+)?|\s+implementation\s+)tasks\W{1,8}(\d{1,9})(?!\d|\s*sub)"
    r"|\ball\s+(\d{1,9})\s+(?:numbered\s+"
    r"|implementation\s+)?tasks\b|\btasks(?:\s+(?:completed?|done))?\**\s*:\**\s*\d{1,9}\s*(?:/|of)\s*(\d{1,9})(?!\d)"
    r"|\btotal\s+(?:de|des)\s+(?:tâches|tareas|tarefas)\W{1,8}(\d{1,9})(?!\d)"
    r"|\b(?:insgesamt|gesamt)\W{1,8}(\d{1,9})\s+aufgaben|(?:总计|總計|合计|合計|共)\W{0,8}(\d{1,9})\s*(?:个|個)?(?:任务|任務|タスク)",
    re.IGNORECASE,
)
# a part of each alternative, in any case: it is found faster
_TOTAL_CUE = late_pattern(r"otal|ll |asks|esamt|[计計]|共")
# matches "Phase 1 (setup): " before a total, which then counts one phase only
_STREAM_BEFORE_TOTAL = late_pattern(rf"\b{STREAM_WORDS}\s+#?\w+\W*(?:\([^()]*\)\W*)?$", re.IGNORECASE)

_MAX_LISTED = 5


def check_plan(plan: Plan, tasks: Sequence[ParsedTask], resolver: Resolver, problems: Problems) -> None:
    """Report all that is wrong with the plan as a whole."""
    _report_cycles(plan, problems)
    _report_one_sided_blocks(plan, tasks, resolver, problems)
    done = {task.id for task in plan.tasks if task.done}
    for task, parsed in zip(plan.tasks, tasks, strict=True):
        _report_missing_fields(task, parsed, problems)
        _report_other_status(task, parsed, problems)
        _report_other_id(task, problems)
        if not task.done and (sign := next((sign for sign in DONE_MARKS if sign in task.title), None)):
            message = f"task {task.id} is read as open, though its title has {sign}: write [x] if it is done"
            problems.warn(task.line, "unknown-mark", message)
        if task.done:
            _report_open_work(task, parsed, done, problems)
        _report_repeated_substeps(task, problems)
        for step in parsed.foreign_substeps:
            message = f"substep {step.id} is below task {task.id}: correct the number that a formatter may have changed"
            problems.warn(step.line, "foreign-substep", message)


def _report_missing_fields(task: Task, parsed: ParsedTask, problems: Problems) -> None:
    for field in parsed.misspelt:
        message = f'"{field.label}" is no field of a task, and is not read (did you mean {field.field}?)'
        problems.warn(field.line, "unknown-field", message)
    if not task.objective and not parsed.has_text and not parsed.fields.named("acceptance"):
        problems.warn(task.line, "no-objective", f"task {task.id} has no objective and no acceptance criteria")
    if not task.tests and task.no_tests is None and not task.behaviour:
        problems.warn(task.line, "no-tests", f"task {task.id} names no test and no behaviour")
    _report_unread_files(task, parsed, problems)
    if task.effort and hours(task.effort) is None and not NO_DEPENDENCY.fullmatch(task.effort):
        line = next((field.line for field in parsed.fields.named("effort")), task.line)
        message = (
            f"the effort of task {task.id}, {task.effort!r}, is not understood: write it as `2 hours` or `1-2 days`"
        )
        problems.warn(line, "unknown-effort", message)


def _report_unread_files(task: Task, parsed: ParsedTask, problems: Problems) -> None:
    """Warn of unread paths in the Files field, or without one in the title of a task of one line."""
    parts = parsed.fields.parts("files")
    place = "Files"
    if not parts and parsed.is_one_line:
        parts, place = [ValuePart(task.title, task.line)], "title"
    for name, line in unread_files(parts):
        if place == "title" and (" " in name or "..." in name):
            continue  # a command, or a word about a path
        message = f"`{name}` in the {place} of task {task.id} is not understood: write one path, without wildcards"
        problems.warn(line, "unknown-file", message)


def _report_repeated_substeps(task: Task, problems: Problems) -> None:
    first: dict[str, int] = {}
    for step in task.substeps:
        line = first.setdefault(step.id, step.line)
        if step.id and line != step.line:
            message = f"substep {step.id} is already on line {line}: give one of them another id"
            problems.warn(step.line, "duplicate-substep", message)


def _report_other_status(task: Task, parsed: ParsedTask, problems: Problems) -> None:
    """Warn of a Status field that contradicts the task's box, which counts."""
    status = next(iter(parsed.fields.named("status")), None)
    if status is not None and status.value and is_done_status(status.value) != task.done:
        ticked = "is ticked" if task.done else "is not ticked"
        message = f'task {task.id} {ticked}, but its Status is "{status.value}": correct one of them'
        problems.warn(status.line, "other-status", message)


def _report_other_id(task: Task, problems: Problems) -> None:
    """Warn of another id behind that of a task: "1.2 to 1.5 Write", "1.2 & 1.3 Write"."""
    prefix = re.match(r"(?:.*[^\d])?(?=\d+[a-z]?$)", task.id)
    if prefix and prefix[0] and re.match(rf"{_JOIN}#?{re.escape(prefix[0])}\d+\b(?!\.\d)", task.title):
        message = f'task {task.id} has another id behind its own, "{task.title[:20]}", which is not read: divide them'
        problems.warn(task.line, "passed-over", message)


# matches "to ", "und ", "& " between two ids
_JOIN = r"(?:(?:to|through|bis|and|und|y|et|à|e|a|&|\+|/|,|-|–)\s*)?"


def _report_open_work(task: Task, parsed: ParsedTask, done: set[str], problems: Problems) -> None:
    """Warn of a done task with an open substep or an open dependency."""
    for step in task.substeps:
        if not step.done and step.id and step.line not in parsed.optional_lines:
            message = f"task {task.id} is done, but its substep {step.id} is open: tick it, or untick the task"
            problems.warn(step.line, "open-substep", message)
    for other in task.depends:
        if other not in done:
            message = (
                f"task {task.id} is done, but its dependency, task {other}, is open: tick it, or untick task {task.id}"
            )
            problems.warn(task.line, "open-dependency", message)


def _report_one_sided_blocks(plan: Plan, tasks: Sequence[ParsedTask], resolver: Resolver, problems: Problems) -> None:
    """Warn of a task in a Blocks field that does not depend on the field's task, not even through others."""
    edges = plan.edges()
    for parsed in tasks:
        task = parsed.task.id
        lines: dict[int, list[str]] = {}
        for other, line in resolver.blocked_tasks(parsed).items():
            if task not in edges[other] and task not in graph.closure([other], edges):
                lines.setdefault(line, []).append(other)
        for line, others in lines.items():
            verb, fields = ("does", "its") if len(others) == 1 else ("do", "their")
            message = (
                f"task {task} blocks {_shortened(others)}, which {verb} not depend on it: add task {task} to "
                f"{fields} Dependencies"
            )
            problems.warn(line, "one-sided-block", message)


def _shortened(names: Sequence[str]) -> str:
    """Return the first names of a list, with the number of the others."""
    more = f" and {len(names) - _MAX_LISTED} more" if len(names) > _MAX_LISTED else ""
    return ", ".join(names[:_MAX_LISTED]) + more


def check_stated_totals(outline: Outline, plan: Plan, problems: Problems) -> None:
    """Warn of a number of tasks in the text that is neither that of the tasks, nor of the substeps, nor of both."""
    steps = sum(len(task.substeps) for task in plan.tasks)
    counts = {len(plan.tasks), steps, len(plan.tasks) + steps}
    totals = list(_stated_totals(outline))
    if any(stated in counts for stated, _ in totals):
        return  # others are those of a part: "MVP: 12 tasks in total"
    for stated, line in totals:
        message = (
            f"the text says {stated} tasks, but {len(plan.tasks)} were read: correct the number or the tasks' form"
        )
        problems.warn(line, "other-total", message)


def _stated_totals(outline: Outline) -> Iterator[tuple[int, int]]:
    """Yield the numbers of tasks in the text that are not those of a stream, with their lines."""
    for block in outline.blocks:
        if _TOTAL_CUE.search(block.text):
            text = block.one_line
            for found in _TOTAL.finditer(text):
                if not _STREAM_BEFORE_TOTAL.search(text[: found.start()]):
                    yield int(found[found.lastindex or 0]), block.line


def _report_cycles(plan: Plan, problems: Problems) -> None:
    """Report one error for each set of tasks that wait for each other, with the path."""
    lines = {task.id: task.line for task in plan.tasks}
    for path in graph.cycles(_cycle_graph(plan)):
        nodes = [(node[0], node[1:]) for node in path]
        steps = [f"stream {name}" if kind == "s" else name for kind, name in nodes if kind != "i"]
        tasks = [name for kind, name in nodes if kind == "t"]
        if steps[0] != steps[-1]:
            steps.append(steps[0])
        line = lines[tasks[0]] if tasks else 1
        problems.report(line, "cycle", f"these tasks wait for each other: {' -> '.join(steps)}; remove a dependency")


def _cycle_graph(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Return the dependencies as `{node: nodes it waits for}`; nodes for streams keep the graph small.

    | node | waits for |
    | --- | --- |
    | `t` + task | the tasks it depends on, and the `i` node of its stream |
    | `i` + stream (into it) | the tasks the stream depends on, and the `s` nodes of the streams it comes after |
    | `s` + stream (all of it) | all of its tasks |
    """
    streams: dict[str | None, Stream] = {stream.id: stream for stream in plan.streams}
    members: dict[str, list[str]] = {stream.id: [] for stream in plan.streams}
    nodes: dict[str, tuple[str, ...]] = {}
    for task in plan.tasks:
        stream_node = (f"i{task.stream}",) if task.stream in streams else ()
        nodes[f"t{task.id}"] = (*(f"t{other}" for other in task.depends), *stream_node)
        if task.stream is not None:
            members[task.stream].append(f"t{task.id}")
    for stream in plan.streams:
        depends = (f"t{task}" for task in stream.depends)
        nodes[f"i{stream.id}"] = (*depends, *(f"s{other}" for other in stream.after))
        nodes[f"s{stream.id}"] = tuple(members[stream.id])
    return nodes
