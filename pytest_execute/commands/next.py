"""`pytest-execute next`: list the tasks that can start now."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from pytest_execute import breakdown
from pytest_execute.core.plan import Plan, Task
from pytest_execute.core.verdict import PASSED
from pytest_execute.workflow import project_policy

JSON_FIELDS = ("id", "title", "stream", "effort", "agent", "line")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", metavar="TOPIC")


def run(options: argparse.Namespace) -> int:
    root = Path.cwd()
    tasks = ready(breakdown.load_plan(root, project_policy(root).notes, options.topic))
    print(_as_json(tasks) if options.json else _as_text(tasks, options.topic))
    return PASSED


def ready(plan: Plan) -> list[Task]:
    """Return the open tasks that depend on no other open task, in the order of the plan."""
    done = {task.id for task in plan.tasks if task.done}
    dependencies = plan.edges()
    return [task for task in plan.tasks if task.id not in done and done.issuperset(dependencies[task.id])]


def _as_json(tasks: Sequence[Task]) -> str:
    return json.dumps({"tasks": [{name: getattr(task, name) for name in JSON_FIELDS} for task in tasks]}, indent=2)


def _as_text(tasks: Sequence[Task], topic: str) -> str:
    if not tasks:
        return f"every task is ticked: `pytest-execute gate {topic}` judges them"
    return "\n".join(f"{task.id}  {task.title}{_details(task)}" for task in tasks)


def _details(task: Task) -> str:
    """Return the task's stream, effort and agent in parentheses, as far as the plan names them."""
    stream = f"stream {task.stream}" if task.stream else ""
    details = ", ".join(filter(None, [stream, task.effort, task.agent]))
    return f"  ({details})" if details else ""
