"""The steps of `pytest-execute check` and `pytest-execute init`."""

from __future__ import annotations

import json
from pathlib import Path

from pytest_execute import breakdown
from pytest_execute.breakdown import Reading
from pytest_execute.breakdown.template import starting_texts
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.plan import Plan, Task
from pytest_execute.core.policy import table
from pytest_execute.reports import check as report

ASKED = {"research.md": "write down what was found out", "plan.md": "write down what shall be built"}


def check(argument: str, *, root: Path, notes: str, as_json: bool) -> tuple[int, str]:
    """Exit status (0 or 2) and text for one topic, or for one file where `argument` names a Markdown file."""
    documents = None
    try:
        if argument.endswith(".md"):
            reading = breakdown.read_file(root / argument, Path(argument).stem, argument)
        else:
            reading = breakdown.read(root, notes, argument)
            documents = breakdown.documents(root, notes, argument)
    except ExecuteError as error:
        reading = Reading(None, error.problems)
    if documents is not None:
        reading = Reading(reading.plan, (*reading.problems, *_documents(root, f"{notes}/{argument}", documents)))
    text = report.as_json(reading) if as_json else report.render(reading, documents)
    return (2 if reading.errors else 0), text


def check_all(root: Path, notes: str) -> tuple[int, str]:
    """The same for every topic that there is, one text after the other."""
    topics = breakdown.topics(root / notes)
    if not topics:
        hint = "no topic there: start one with `pytest-execute init NAME`"
        return 2, str(Problem("no-topic", hint, Path(notes).as_posix()))
    answers = [check(topic, root=root, notes=notes, as_json=False) for topic in topics]
    return max(status for status, _ in answers), "\n\n".join(text.rstrip("\n") for _, text in answers)


def ready(plan: Plan) -> list[Task]:
    """The open tasks that wait for no other open task, in the order of the plan."""
    done = {task.id for task in plan.tasks if task.done}
    waits = plan.edges()
    return [task for task in plan.tasks if task.id not in done and done.issuperset(waits[task.id])]


def following(root: Path, notes: str, topic: str, *, as_json: bool) -> str:
    """What can start now, a line each or as JSON; ExecuteError where the plan cannot be read."""
    tasks = ready(breakdown.load(root, notes, topic))
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


def _documents(root: Path, folder: str, documents: dict[str, bool]) -> list[Problem]:
    """What is wrong with the documents beside the breakdown."""
    problems = []
    for name, says_something in documents.items():
        path = f"{folder}/{name}"
        if not (root / path).is_file():
            problems.append(Problem("no-document", f"no such file: {ASKED[name]}", path))
        elif not says_something:
            problems.append(Problem("empty-document", f"only headings: {ASKED[name]}", path))
    return problems


def init(root: Path, notes: str, topic: str) -> tuple[int, str]:
    """Write a topic's three documents and the policy's table where they are missing; status and what was done."""
    try:
        breakdown.check_name(notes, topic)
        folder = f"{Path(notes).as_posix()}/{topic}"
        written = [_write(root, f"{folder}/{name}", text) for name, text in starting_texts(topic).items()]
    except ExecuteError as error:
        return 2, str(error)
    except OSError as error:
        return 2, str(Problem("unwritable", f"cannot be written: {error.strerror}", str(error.filename)))
    status, told = _add_table(root / "pyproject.toml", notes)
    return status, "\n".join([*written, told])


def _write(root: Path, path: str, text: str) -> str:
    """Write one document unless it is there, and say which."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    try:
        with (root / path).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return f"kept {path}"
    return f"wrote {path}"


def _add_table(file: Path, notes: str) -> tuple[int, str]:
    """Add the policy's table to pyproject.toml unless it is there."""
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        there = table(text, file.name) is not None
    except (ExecuteError, UnicodeDecodeError):
        return 2, str(Problem("bad-toml", "not valid TOML: mend it, then run this again", file.name))
    if there:
        return 0, f"kept [tool.pytest-execute] in {file.name}"
    begin = f"{text.rstrip()}\n\n" if text.strip() else ""
    file.write_text(f"{begin}[tool.pytest-execute]\nnotes = {json.dumps(notes)}\n", encoding="utf-8")
    return 0, f"added [tool.pytest-execute] to {file.name}"
