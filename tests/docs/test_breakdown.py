"""Page on breakdowns: its examples are read as it says, and it names every label and every problem."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import pytest_execute
from pytest_execute.breakdown import read_text
from pytest_execute.breakdown.field_labels import LABELS
from pytest_execute.core.plan import Task
from tests.docs.shown import BLOCK, TOP, first_cells

PAGE = "docs/reference/breakdown.md"
EXAMPLES = [
    (found["name"], found["text"])
    for found in BLOCK.finditer((TOP / PAGE).read_text(encoding="utf-8"))
    if found["kind"] == "markdown"
]
REPORTING_CALLS = {"report", "warn", "add_error", "DialectProblem", "Problem"}


def shown(task: Task) -> str:
    """Return a task as the comments write it: its id, + where it is done, and its dependencies."""
    return f"{task.id}{'+' if task.done else ''}{'<' + ','.join(task.depends) if task.depends else ''}"


@pytest.mark.parametrize(("expected", "text"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_an_example_is_read_as_the_comment_above_it_says(expected: str, text: str) -> None:
    reading = read_text(text, "t", "b.md")
    assert [str(problem) for problem in reading.errors] == []
    assert reading.plan is not None
    streams = [
        f"{stream.id}{'<' + ','.join((*stream.after, *stream.depends)) if stream.after or stream.depends else ''}"
        for stream in reading.plan.streams
    ]
    gates = [gate.name for gate in reading.plan.gates]
    parts = [" ".join(map(shown, reading.plan.tasks)), ", ".join(streams), ", ".join(gates)]
    assert "; ".join(part for part in parts if part) == expected


def test_every_label_is_there() -> None:
    text = (TOP / PAGE).read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", text, re.MULTILINE))
    documented = {field: tuple(rows[field].split(", ")) for field in LABELS}
    assert documented == LABELS


def codes() -> set[str]:
    """Return the codes of all problems in the source of the reader and its files, of `check` and of `init`."""
    package = Path(pytest_execute.__file__).parent
    files = [
        *(package / "breakdown").rglob("*.py"),
        *(package / "commands" / f"{name}.py" for name in ("check", "init")),
        *(package / "tools" / f"{name}.py" for name in ("documents", "output_files")),
    ]
    calls = (
        node
        for file in files
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in REPORTING_CALLS
    )
    words = (arg.value for call in calls for arg in call.args if isinstance(arg, ast.Constant))
    found = {word for word in words if isinstance(word, str) and re.fullmatch(r"[a-z]+(?:-[a-z0-9]+)*", word)}
    return found - {"error", "warning", "depends"}


def test_every_problem_is_there() -> None:
    assert {cell for cell in first_cells(PAGE) if cell not in LABELS} == codes()
