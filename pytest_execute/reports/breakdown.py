"""`pytest-execute check`: the problems of a breakdown and the shape of its plan, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Protocol

from pytest_execute.core import graph
from pytest_execute.core.closing import describe_closing
from pytest_execute.core.effort import hours_by_task
from pytest_execute.core.errors import Problem
from pytest_execute.core.plan import FileRef, Plan, Stream, Task
from pytest_execute.reports import figures, json_text


class LineMeanings(Protocol):
    """Lines of a breakdown with their meanings."""

    @property
    def lines(self) -> tuple[str, ...]:
        """Lines of the file."""

    def meaning(self, line: int) -> str:
        """Return what a line was read as, or an empty text."""


class PlanReading(Protocol):
    """Plan and problems of a breakdown that was read; no plan where it is too broken."""

    @property
    def plan(self) -> Plan | None:
        """Plan that was read, or None."""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Problems in the order of their lines."""

    @property
    def account(self) -> LineMeanings:
        """Meanings of the lines."""


def render(reading: PlanReading, documents: Mapping[str, bool] | None, closed: str | None = None) -> str:
    """Return the problems, the gravest first, those that are alike on one line; where none is an error, the shape.

    `documents` maps the topic's other documents to whether they have text; None where there is no topic. `closed` is
    the commit that a closed topic is judged at.
    """
    lines = list(_folded(reading.problems))
    if reading.plan is not None and not any(problem.severity == "error" for problem in reading.problems):
        unread = [problem.line for problem in reading.problems if problem.code == "prose-dependency"]
        lines += _shape(reading.plan, unread)
        if documents is not None:
            lines.append(
                f"prerequisites: {', '.join(name for name, has_text in documents.items() if has_text) or 'none'}"
            )
        if closed is not None:
            lines.append(describe_closing(reading.plan.topic, closed))
    return "\n".join(lines)


_MILD = ("no-tests", "no-objective", "open-substep", "unknown-effort", "unread-field", "hidden-task")
"""Codes of warnings that come last: nothing of the plan is lost by them, and there may be many."""
_FEW = 3
"""Problems of one code that are shown one by one; of more, the first is shown with the lines of the others."""
_MOST_LINES = 12


def _folded(problems: Iterable[Problem]) -> Iterator[str]:
    """Yield a line for each problem, errors first; many warnings of one code give one line with all their lines."""
    by_code: dict[tuple[bool, bool, str, str], list[Problem]] = {}
    for problem in sorted(problems, key=_gravity):
        is_warning = problem.severity == "warning"
        key = (is_warning, problem.code in _MILD, problem.path, problem.code if is_warning else "")
        by_code.setdefault(key, []).append(problem)
    for (is_warning, *_), alike in by_code.items():
        shown = alike[:1] if is_warning and len(alike) > _FEW else alike
        yield from (_with_others(problem, alike[len(shown) :]) for problem in shown)


def _gravity(problem: Problem) -> tuple[bool, bool]:
    return problem.severity == "warning", problem.code in _MILD


def _with_others(problem: Problem, others: Sequence[Problem]) -> str:
    if not others:
        return str(problem)
    lines = [str(other.line) for other in others]
    shown = ", ".join([*lines[:_MOST_LINES], *(["…"] if len(lines) > _MOST_LINES else [])])
    more = figures.count(len(others), "other line")
    return f"{str(problem).removesuffix(f' ({problem.code})')}; the same on {more}: {shown} ({problem.code})"


def explain(reading: PlanReading) -> str:
    """Return the file line by line, each with what it was read as, or with its problem."""
    problems = {problem.line: problem for problem in sorted(reading.problems, key=_gravity, reverse=True)}
    rows = [(number, _meaning(reading, number, problems), line) for number, line in enumerate(reading.account.lines, 1)]
    wide = min(_WIDEST, max((len(meaning) for _, meaning, _ in rows), default=0))
    return "\n".join(f"{number:>5}  {meaning:{wide}}  {line}".rstrip() for number, meaning, line in rows)


_WIDEST = 36


def _meaning(reading: PlanReading, line: int, problems: Mapping[int, Problem]) -> str:
    problem = problems.get(line)
    mark = f"{problem.severity} {problem.code}" if problem is not None else ""
    return ", ".join(filter(None, (mark, reading.account.meaning(line))))


def _shape(plan: Plan, unread: Sequence[int]) -> Iterator[str]:
    """Describe streams, tasks, critical path, parallelism and gates, with efforts as the scheduler counts them.

    Path and parallelism are those of the open tasks. `unread` are the lines that may state an order and were not read.
    """
    all_edges, known = plan.edges(), hours_by_task(plan.tasks)
    unit = "hour" if known else "task"
    all_weights = graph.fill_weights(known, dict.fromkeys(all_edges, 1.0))
    is_open = {task.id for task in plan.tasks if not task.done}
    edges = {task: tuple(filter(is_open.__contains__, waits)) for task, waits in all_edges.items() if task in is_open}
    weights = {task: weight for task, weight in all_weights.items() if task in is_open}
    path = graph.critical_path(edges, weights) if edges else []
    streams = f" in {figures.count(len(plan.streams), 'stream')}" if plan.streams else ""
    yield from [plan.title] if plan.title else []
    yield from _streams(plan)
    yield f"{figures.count(len(plan.tasks), 'task')}{streams}, {len(plan.tasks) - len(is_open)} done"
    if path:
        yield f"critical path: {' -> '.join(_ends(path))} ({figures.count(sum(weights[task] for task in path), unit)})"
    yield from _unknown_efforts([weights[task] for task in edges if task not in known]) if known else ()
    if unread:
        yield f"tasks at once: unknown, for line {', '.join(map(str, unread[:5]))} may state an order that was not read"
    elif edges:
        yield f"at most {figures.count(_parallel(edges, weights), 'task')} at once"
    yield figures.count(len(plan.gates), "gate")


def _ends(path: list[str]) -> list[str]:
    """Return the path, or its first and last tasks where it would not fit on a line."""
    return path if len(path) <= 24 else [*path[:10], "…", *path[-2:]]


def _streams(plan: Plan) -> list[str]:
    """Return one aligned line per stream."""
    names = [f"stream {stream.id}" if stream.id != stream.title else "stream" for stream in plan.streams]
    wide = max(map(len, names), default=0)
    titled = max((len(stream.title) for stream in plan.streams), default=0)
    return [
        f"  {name:{wide}}  {stream.title:{titled}}  {_stream(plan, stream)}"
        for name, stream in zip(names, plan.streams, strict=True)
    ]


def _stream(plan: Plan, stream: Stream) -> str:
    tasks = plan.tasks_of(stream.id)
    waits = [*(f"stream {other}" for other in stream.after), *(f"task {task}" for task in stream.depends)]
    after = f", after {', '.join(waits)}" if waits else ""
    return f"{figures.count(len(tasks), 'task')}, {sum(task.done for task in tasks)} done{after}"


def _unknown_efforts(weights: Sequence[float]) -> Iterator[str]:
    """Say how many tasks give no effort, and the hours that each counts as; nothing where all give one."""
    if weights:
        subject = "1 task gives no effort: it" if len(weights) == 1 else f"{len(weights)} tasks give no effort: each"
        yield f"{subject} counts as the median of the others, {figures.count(weights[0], 'hour')}"


def _parallel(edges: graph.Edges, weights: Mapping[str, float]) -> int:
    """Return how many tasks run at once at most, if each starts as soon as it can."""
    ends: dict[str, float] = {}
    events: list[tuple[float, int]] = []
    for task in graph.order(edges):
        start = max((ends[other] for other in edges[task] if other in ends), default=0.0)
        ends[task] = start + weights[task]
        events += [(start, 1), (ends[task], -1)]
    running = most = 0
    for _, change in sorted(events):
        running += change
        most = max(most, running)
    return most


def as_json(reading: PlanReading, closed: str | None = None) -> str:
    """Return tasks, streams, gates and problems as one JSON object; of a broken plan all that could be read.

    `closed` is the commit that a closed topic is judged at.
    """
    plan = reading.plan or Plan(topic="", path="")
    answer = {
        "closed": closed,
        "tasks": [_task(task) for task in plan.tasks],
        "streams": [
            {"id": stream.id, "title": stream.title, "depends": stream.depends, "after": stream.after}
            for stream in plan.streams
        ],
        "gates": [
            {
                "name": gate.name,
                "text": gate.text,
                "after": gate.after,
                "depends": gate.depends,
                "tests": [test.target for test in gate.tests],
                "suite": gate.suite,
                "line": gate.line,
            }
            for gate in plan.gates
        ],
        "problems": [
            {"severity": p.severity, "code": p.code, "path": p.path, "line": p.line, "message": p.message}
            for p in reading.problems
        ],
    }
    return json_text.encode(answer).rstrip("\n")


def task_fields(task: Task) -> dict[str, object]:
    """Return what `check` and `next` have of a task in JSON."""
    return {
        "id": task.id,
        "title": task.title,
        "stream": task.stream,
        "effort": task.effort,
        "line": task.line,
        "files": [file_text(ref) for ref in task.files],
        "tests": [test.target for test in task.tests],
    }


def _task(task: Task) -> dict[str, object]:
    return {
        **task_fields(task),
        "done": task.done,
        "state": "done" if task.done else task.state,
        "depends": task.depends,
        "objective": task.objective,
        "behaviour": task.behaviour,
        "specifications": [{"kind": each.kind, "text": each.text, "line": each.line} for each in task.specifications],
        "agent": task.agent,
        "commit": task.commit,
        "substeps": [{"id": step.id, "title": step.title, "done": step.done} for step in task.substeps],
    }


def file_text(ref: FileRef) -> str:
    """Return a file reference as it is written.

    >>> file_text(FileRef("a.py", 1, 3, 9)), file_text(FileRef("a.py", 1, 3, 3))
    ('a.py:3-9', 'a.py:3')
    """
    if ref.first is None:
        return ref.path
    return f"{ref.path}:{ref.first}" if ref.last in (None, ref.first) else f"{ref.path}:{ref.first}-{ref.last}"
