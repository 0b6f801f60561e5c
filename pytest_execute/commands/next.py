"""`pytest-execute next`: list the tasks that can start now."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from msgspec import Struct

from pytest_execute import breakdown
from pytest_execute.commands.arguments import add_topic
from pytest_execute.core.closing import FILE_NAME
from pytest_execute.core.plan import Plan, Task
from pytest_execute.core.plan_parts import check_parts
from pytest_execute.core.verdict import PASSED
from pytest_execute.reports.breakdown import task_fields
from pytest_execute.workflow import closing_commit, find_project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_topic(parser, "topic", metavar="TOPIC")


def run(options: argparse.Namespace) -> int:
    project = find_project(Path.cwd(), options.notes)
    plan = breakdown.load_plan(project.home, project.notes, options.topic)
    check_parts(plan, options.stream, options.task, "--")
    closed = closing_commit(project, options.topic)
    work = sort_open_tasks(plan, set() if closed else _named(plan, options.stream, options.task))
    if options.json:
        print(json.dumps({"topic": plan.topic, "closed": closed, **_as_json(plan, work)}, indent=2))
    elif closed:
        record = f"{project.notes}/{plan.topic}/{FILE_NAME}"
        print(f"{plan.topic} was closed at {closed[:7]}: remove {record} to go on with it")
    else:
        print(_as_text(plan, work))
    return PASSED


class OpenWork(Struct, frozen=True):
    """Tasks that are not done: those that can start, those that are begun or blocked by hand, and those that wait.

    `blocked_by` maps each task to the tasks that it waits for and that are not done.
    """

    ready: tuple[Task, ...]
    begun: tuple[Task, ...]
    waiting: tuple[Task, ...]
    blocked_by: Mapping[str, tuple[str, ...]]


def _named(plan: Plan, streams: Sequence[str], tasks: Sequence[str]) -> set[str]:
    """Return the ids of the tasks in `streams` or named in `tasks`; of all tasks where nothing is named."""
    named = {plan.find(name) for name in tasks}
    everything = not streams and not tasks
    return {task.id for task in plan.tasks if everything or task.stream in streams or task.id in named}


def sort_open_tasks(plan: Plan, named: set[str]) -> OpenWork:
    """Return the open tasks among those `named`, in the order of the plan."""
    done = {task.id for task in plan.tasks if task.done}
    blocked_by = {task: tuple(other for other in before if other not in done) for task, before in plan.edges().items()}
    work = [task for task in plan.tasks if not task.done and task.id in named]
    ready = [task for task in work if task.state == "open" and not blocked_by[task.id]]
    begun = [task for task in work if task.state != "open"]
    waiting = [task for task in work if task not in ready and task not in begun]
    return OpenWork(tuple(ready), tuple(begun), tuple(waiting), blocked_by)


def _shared_files(plan: Plan, task: Task) -> dict[str, list[str]]:
    """Return `{begun task: files that both name}`."""
    files = {ref.path for ref in task.files}
    others = [other for other in plan.tasks if other.state == "begun" and not other.done and other is not task]
    shared = {other.id: sorted(files & {ref.path for ref in other.files}) for other in others}
    return {other: paths for other, paths in shared.items() if paths}


def _as_json(plan: Plan, work: OpenWork) -> dict[str, Any]:
    parts = {"tasks": work.ready, "begun": work.begun, "waiting": work.waiting}
    rows = {name: [_row(plan, task, work.blocked_by) for task in tasks] for name, tasks in parts.items()}
    return {**rows, "done": [task.id for task in plan.tasks if task.done]}


def _row(plan: Plan, task: Task, blocked_by: Mapping[str, tuple[str, ...]]) -> dict[str, Any]:
    """Return a task as JSON. `blocks` are the open tasks that wait for it, `blocked_by` those that it waits for."""
    return {
        **task_fields(task),
        "state": task.state,
        "agent": task.agent,
        "depends": plan.edges()[task.id],
        "blocked_by": blocked_by[task.id],
        "blocks": [other.id for other in plan.tasks if not other.done and task.id in blocked_by[other.id]],
        "shared_files": _shared_files(plan, task),
    }


def _as_text(plan: Plan, work: OpenWork) -> str:
    if work.ready:
        return "\n".join(f"{task.id}  {task.title}{_details(plan, task)}" for task in work.ready)
    if reasons := list(_why_none(work)):
        return f"no task can start: {', '.join(reasons)}"
    return f"every task is ticked: `pytest-execute gate {plan.topic}` judges them"


def _why_none(work: OpenWork) -> Iterator[str]:
    for task in work.begun:
        yield f"task {task.id} is {task.state}"
    for task in work.waiting:
        yield f"task {task.id} waits for {', '.join(work.blocked_by[task.id])}"


def _details(plan: Plan, task: Task) -> str:
    """Return the task's stream, effort and agent in parentheses, as far as the plan names them, and shared files."""
    stream = f"stream {task.stream}" if task.stream else ""
    shared = [
        f"shares {', '.join(paths)} with task {other}, which is begun"
        for other, paths in _shared_files(plan, task).items()
    ]
    details = ", ".join(filter(None, [stream, task.effort, task.agent, *shared]))
    return f"  ({details})" if details else ""
