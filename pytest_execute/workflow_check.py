"""The steps of `pytest-execute check` and `pytest-execute init`."""

from __future__ import annotations

from pathlib import Path

from pytest_execute import breakdown
from pytest_execute.breakdown import Reading
from pytest_execute.core.errors import ExecuteError, Problem
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
