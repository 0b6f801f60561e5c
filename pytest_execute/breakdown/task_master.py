"""Plans of task-master: a JSON file with tasks and subtasks."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from pytest_execute.breakdown.marks import is_tick, state_of
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.plan import Plan, Specification, Substep, Task


class _Item(Struct, rename="camel"):
    """Task or subtask as the file has it."""

    id: int | str
    title: str
    description: str = ""
    status: str = "pending"
    dependencies: list[int | str] = []
    test_strategy: str = ""
    subtasks: list[_Item] = []


class _Tasks(Struct):
    tasks: list[_Item]


def read_task_master(text: str, topic: str, path: str) -> Plan:
    """Return the plan in a `tasks.json`; raise ExecuteError for any other JSON."""
    try:
        items = msgspec.json.decode(text, type=_Tasks | None)
    except (msgspec.DecodeError, RecursionError):
        items = _tagged_tasks(text, path)
    tasks = tuple(map(_task, items.tasks if items is not None else ()))
    if not tasks:
        raise ExecuteError(Problem("no-task", "no task here: name a `tasks.json` of task-master", path))
    return Plan(topic=topic, path=path, title=f"{topic}: Task Breakdown", tasks=tasks)


def _tagged_tasks(text: str, path: str) -> _Tasks:
    """Return the tasks of the first tag, such as "master"."""
    try:
        return next(iter(msgspec.json.decode(text, type=dict[str, _Tasks]).values()), _Tasks([]))
    except (msgspec.DecodeError, RecursionError) as error:
        raise ExecuteError(Problem("no-task", f"no plan of task-master: {error}", path)) from error


def _task(item: _Item) -> Task:
    done = is_tick(item.status)
    checks = (Specification("test", " ".join(item.test_strategy.split()), 0),) if item.test_strategy.strip() else ()
    return Task(
        id=str(item.id),
        title=item.title,
        line=0,
        done=done,
        state="open" if done else state_of(item.status),
        objective=" ".join(item.description.split()),
        depends=tuple(map(str, item.dependencies)),
        specifications=checks,
        substeps=tuple(Substep(f"{item.id}.{step.id}", step.title, is_tick(step.status), 0) for step in item.subtasks),
    )
