"""`pytest-execute check`: report the problems of a breakdown and the shape of its plan."""

from __future__ import annotations

import argparse
from pathlib import Path

from pytest_execute import breakdown
from pytest_execute.breakdown import ParsedBreakdown
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.reports import breakdown as report
from pytest_execute.workflow import policy

DOCUMENT_REMEDIES = {"research.md": "write down what was found out", "plan.md": "write down what shall be built"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "what", nargs="?", metavar="TOPIC|FILE", help="a topic, or a Markdown file (default: every topic)"
    )
    parser.add_argument("--json", action="store_true", help="print what was read as JSON")


def run(options: argparse.Namespace) -> int:
    root = Path.cwd()
    if options.what is None and not options.json:
        status, text = check_all(root, policy(root).notes)
    elif options.what is None:
        raise ExecuteError(Problem("usage", "--json answers on one topic or file: name it"))
    else:
        notes = "notes" if options.what.endswith(".md") else policy(root).notes
        status, text = check(options.what, root=root, notes=notes, as_json=options.json)
    print(text.rstrip("\n"))
    return status


def check(argument: str, *, root: Path, notes: str, as_json: bool) -> tuple[int, str]:
    """Exit status (0 or 2) and text for one topic, or for one file where `argument` names a Markdown file."""
    documents = None
    try:
        if argument.endswith(".md"):
            reading = breakdown.read_file(root / argument, Path(argument).stem, argument)
        else:
            reading = breakdown.read_topic(root, notes, argument)
            documents = breakdown.written_documents(root, notes, argument)
    except ExecuteError as error:
        reading = ParsedBreakdown(None, error.problems)
    if documents is not None:
        reading = ParsedBreakdown(
            reading.plan, (*reading.problems, *_documents(root, f"{notes}/{argument}", documents))
        )
    text = report.as_json(reading) if as_json else report.render(reading, documents)
    return (2 if reading.errors else 0), text


def check_all(root: Path, notes: str) -> tuple[int, str]:
    """The same for every topic that there is, one text after the other."""
    topics = breakdown.find_topics(root / notes)
    if not topics:
        hint = "no topic there: start one with `pytest-execute init NAME`"
        return 2, str(Problem("no-topic", hint, Path(notes).as_posix()))
    answers = [check(topic, root=root, notes=notes, as_json=False) for topic in topics]
    return max(status for status, _ in answers), "\n\n".join(text.rstrip("\n") for _, text in answers)


def _documents(root: Path, folder: str, documents: dict[str, bool]) -> list[Problem]:
    """What is wrong with the documents beside the breakdown."""
    problems = []
    for name, says_something in documents.items():
        path = f"{folder}/{name}"
        if not (root / path).is_file():
            problems.append(Problem("no-document", f"no such file: {DOCUMENT_REMEDIES[name]}", path))
        elif not says_something:
            problems.append(Problem("empty-document", f"only headings: {DOCUMENT_REMEDIES[name]}", path))
    return problems
