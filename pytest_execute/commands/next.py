"""`pytest-execute next`: list the tasks that can start now."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from pytest_execute import breakdown
from pytest_execute.core.plan import Plan, Task
from pytest_execute.core.verdict import PASSED
from pytest_execute.workflow import policy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", metavar="TOPIC")
    parser.add_argument("--json", action="store_true", help="print them as JSON")


def run(options: argparse.Namespace) -> int:
    root = Path.cwd()
    print(list_ready(root, policy(root).notes, options.topic, as_json=options.json))
    return PASSED


def ready(plan: Plan) -> list[Task]:
    """The open tasks that wait for no other open task, in the order of the plan."""
    done = {task.id for task in plan.tasks if task.done}
    waits = plan.edges()
    return [task for task in plan.tasks if task.id not in done and done.issuperset(waits[task.id])]


def list_ready(root: Path, notes: str, topic: str, *, as_json: bool) -> str:
    """What can start now, a line each or as JSON; ExecuteError where the plan cannot be read."""
    tasks = ready(breakdown.load_plan(root, notes, topic))
    if as_json:
        fields = ("id", "title", "stream", "effort", "agent", "line")
        return json.dumps({"tasks": [{name: getattr(task, name) for name in fields} for task in tasks]}, indent=2)
    if not tasks:
        return f"every task is ticked: `pytest-execute gate {topic}` judges them"
    return "\n".join(f"{task.id}  {task.title}{_about(task)}" for task in tasks)


def _about(task: Task) -> str:
    said = [f"stream {task.stream}" if task.stream else "", task.effort, task.agent]
    about = ", ".join(word for word in said if word)
    return f"  ({about})" if about else ""
