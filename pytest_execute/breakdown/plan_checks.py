"""What is wrong with a plan as a whole: cycles, done work that is not, tasks that say too little."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from pytest_execute.breakdown.ids import GROUP_WORDS
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.resolve import Resolver
from pytest_execute.breakdown.tasks import Draft
from pytest_execute.breakdown.vocabulary import NONE
from pytest_execute.core import graph
from pytest_execute.core.effort import hours
from pytest_execute.core.plan import Plan, Stream, Task

_TOTAL = re.compile(
    r"\btotal(?:\s+(?:number\s+of\s+)?|\s+implementation\s+)tasks\W{1,8}(\d+)(?!\s*sub)|\ball\s+(\d+)\s+(?:numbered\s+|implementation\s+)?tasks\b",
    re.IGNORECASE,
)
_PART = re.compile(rf"\b{GROUP_WORDS}\s+#?\w+\W*(?:\([^()]*\)\W*)?$", re.IGNORECASE)
"""The words before a number of tasks that is one phase's only."""


def check(plan: Plan, drafts: Sequence[Draft], linker: Resolver, desk: Problems) -> None:
    """Tell all that is wrong with the plan as a whole."""
    _cycles(plan, desk)
    _blocks(plan, drafts, linker, desk)
    done = {task.id for task in plan.tasks if task.done}
    for task, draft in zip(plan.tasks, drafts, strict=True):
        _substance(task, draft, desk)
        if task.done:
            _open(task, draft, done, desk)
        for step in draft.foreign:
            message = f"substep {step.id} stands under task {task.id}: was the list renumbered by a formatter?"
            desk.warn(step.line, "foreign-substep", message)


def _substance(task: Task, draft: Draft, desk: Problems) -> None:
    if not task.objective and not draft.told and not draft.of("acceptance"):
        desk.warn(task.line, "no-objective", f"task {task.id} has no objective and no acceptance criteria")
    if not task.tests and not task.behaviour:
        desk.warn(task.line, "no-tests", f"task {task.id} names no test and no behaviour")
    if task.effort and hours(task.effort) is None and not NONE.fullmatch(task.effort):
        line = next((field.line for field in draft.of("effort")), task.line)
        remedy = "write it as `2 hours` or `1-2 days`"
        desk.warn(line, "unknown-effort", f"the effort of task {task.id}, {task.effort!r}, is not understood: {remedy}")


def _open(task: Task, draft: Draft, done: set[str], desk: Problems) -> None:
    """A done task with something below or before it that is not."""
    for step in task.substeps:
        if not step.done and step.id and step.line not in draft.optional:
            message = f"task {task.id} is done, but its substep {step.id} is open"
            desk.warn(step.line, "open-substep", message)
    for other in task.depends:
        if other not in done:
            message = f"task {task.id} is done, but {other}, which it depends on, is open"
            desk.warn(task.line, "open-dependency", message)


def _blocks(plan: Plan, drafts: Sequence[Draft], linker: Resolver, desk: Problems) -> None:
    """A task that says it blocks others, which do not wait for it, not even by way of others."""
    edges = plan.edges()
    for draft in drafts:
        lines: dict[int, list[str]] = {}
        for other, line in linker.blocked(draft).items():
            if draft.task.id not in edges[other] and draft.task.id not in graph.closure([other], edges):
                lines.setdefault(line, []).append(other)
        for line, others in lines.items():
            verb = "does" if len(others) == 1 else "do"
            message = f"task {draft.task.id} says that it blocks {_listed(others)}, which {verb} not depend on it"
            desk.warn(line, "one-sided-block", message)


def _listed(names: Sequence[str]) -> str:
    """The first names of a list, and how many more there are."""
    more = f" and {len(names) - 5} more" if len(names) > 5 else ""
    return ", ".join(names[:5]) + more


def total(texts: Iterable[tuple[int, str]], plan: Plan, desk: Problems) -> None:
    """A number of tasks that the text states and the plan does not have, not even with its substeps or in one phase."""
    steps = sum(len(task.substeps) for task in plan.tasks)
    counts = {len(plan.tasks), steps, len(plan.tasks) + steps}
    for line, text in texts:
        for found in _TOTAL.finditer(text):
            stated = int(found[1] or found[2])
            if stated not in counts and not _PART.search(text[: found.start()]):
                desk.warn(line, "other-total", f"{stated} tasks are stated here, {len(plan.tasks)} were read")


def _cycles(plan: Plan, desk: Problems) -> None:
    """One error per knot; streams are nodes of their own, so that the graph stays small."""
    lines = {task.id: task.line for task in plan.tasks}
    for path in graph.cycles(_nodes(plan)):
        steps = [f"stream {name}" if kind == "s" else name for kind, name in map(_split, path) if kind != "i"]
        tasks = [name for kind, name in map(_split, path) if kind == "t"]
        if steps[0] != steps[-1]:
            steps.append(steps[0])
        line = lines[tasks[0]] if tasks else 1
        desk.tell(line, "cycle", f"these tasks wait for each other: {' -> '.join(steps)}")


def _split(node: str) -> tuple[str, str]:
    return node[0], node[1:]


def _nodes(plan: Plan) -> dict[str, tuple[str, ...]]:
    """Tasks `t…` wait for what their stream waits for `i…`, that for other streams `s…`, those for all of their tasks."""
    streams: dict[str | None, Stream] = {stream.id: stream for stream in plan.streams}
    members: dict[str, list[str]] = {stream.id: [] for stream in plan.streams}
    nodes: dict[str, tuple[str, ...]] = {}
    for task in plan.tasks:
        waits = (f"i{task.stream}",) if task.stream in streams else ()
        nodes[f"t{task.id}"] = (*(f"t{other}" for other in task.depends), *waits)
        if task.stream is not None:
            members[task.stream].append(f"t{task.id}")
    for stream in plan.streams:
        depends = (f"t{task}" for task in stream.depends)
        nodes[f"i{stream.id}"] = (*depends, *(f"s{other}" for other in stream.after))
        nodes[f"s{stream.id}"] = tuple(members[stream.id])
    return nodes
