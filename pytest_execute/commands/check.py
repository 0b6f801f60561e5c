"""`pytest-execute check`: report the problems of a breakdown and the shape of its plan."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Literal

from msgspec import structs

from pytest_execute import breakdown
from pytest_execute.breakdown import ParsedBreakdown
from pytest_execute.breakdown.line_ranges import cutting_ranges
from pytest_execute.breakdown.never_passing import as_errors, never_passing, tasks_without_tests
from pytest_execute.commands.arguments import add_topic
from pytest_execute.commands.project_layout import may_mark_tasks, project_layout
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.verdict import CANNOT_JUDGE, PASSED
from pytest_execute.reports import breakdown as report
from pytest_execute.tools.documents import PLAN, exists, read

Form = Literal["text", "explain", "json"]
"""Forms of the report: problems and shape, the file line by line before them, or one JSON object."""
REMEDIES = {"research.md": "write down what was found out", "plan.md": "write down what shall be built"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    help_text = "a topic, or a Markdown file (default: every topic)"
    add_topic(parser, "target", nargs="?", metavar="TOPIC|FILE", help=help_text)
    explain_help = "show the file line by line, with what each line was read as"
    parser.add_argument("--explain", action="store_true", help=explain_help)


def run(options: argparse.Namespace) -> int:
    if options.target is None and not options.json:
        status, text = check_all(*_topics(options.notes), explain=options.explain)
    elif options.target is None:
        raise ExecuteError(Problem("usage", "--json needs one topic or file: name it"))
    else:
        root, notes = (Path.cwd(), "notes") if _is_file(options.target) else _topics(options.notes)
        form: Form = "json" if options.json else "explain" if options.explain else "text"
        status, text = check(options.target, root=root, notes=notes, form=form)
    print(text.rstrip("\n"))
    return status


def check(target: str, *, root: Path, notes: str, form: Form) -> tuple[int, str]:
    """Return the exit status and the report for a topic, or for a Markdown file."""
    documents = closed = None
    problems: list[Problem] = []
    try:
        if _is_file(target):
            reading = breakdown.read_file(root / target, Path(target).stem, target)
        else:
            reading = breakdown.read_topic(root, notes, target)
            documents, problems = _documents(root, notes, target)
    except ExecuteError as error:
        reading = ParsedBreakdown(None, error.problems)
    if reading.plan is not None:
        problems += never_passing(reading.plan, *project_layout(root))
        problems += cutting_ranges(reading.plan, lambda path: _text_of(root / path))
    if documents is not None:
        reading = _with_untested_tasks(reading, root)
        closed, more = _closed(root, notes, target)
        problems += more
    reading = structs.replace(reading, problems=(*reading.problems, *problems))
    status = CANNOT_JUDGE if reading.errors else PASSED
    if form == "json":
        return status, report.as_json(reading, closed)
    explained = f"{report.explain(reading)}\n\n" if form == "explain" else ""
    return status, explained + report.render(reading, documents, closed)


def _with_untested_tasks(reading: ParsedBreakdown, root: Path) -> ParsedBreakdown:
    """Return a topic's reading with an error for each task without tests that can never pass."""
    tasks = tasks_without_tests(reading.plan) if reading.plan is not None else ()
    if not tasks or may_mark_tasks(root):
        return reading
    return structs.replace(reading, problems=tuple(as_errors(reading.problems, tasks)))


def check_all(root: Path, notes: str, *, explain: bool = False) -> tuple[int, str]:
    """Return the exit status and the reports for all topics, one after the other."""
    topics = breakdown.find_topics(root / notes)
    if not topics:
        hint = "no topic there: start one with `pytest-execute init NAME`"
        return CANNOT_JUDGE, str(Problem("no-topic", hint, Path(notes).as_posix()))
    form: Form = "explain" if explain else "text"
    answers = [check(topic, root=root, notes=notes, form=form) for topic in topics]
    return max(status for status, _ in answers), "\n\n".join(text.rstrip("\n") for _, text in answers)


def _text_of(file: Path) -> str | None:
    """Return the text of a file of code; None where it cannot be read."""
    try:
        return read(file, file.name, PLAN)
    except ExecuteError:
        return None


def _is_file(target: str) -> bool:
    return target.endswith(".md")


def _documents(root: Path, notes: str, topic: str) -> tuple[dict[str, bool], list[Problem]]:
    """Return which documents beside the breakdown have text, and a problem for each other one."""
    try:
        documents = breakdown.written_documents(root, notes, topic)
    except ExecuteError as error:
        return {}, list(error.problems)
    return documents, _document_problems(root, f"{notes}/{topic}", documents)


def _document_problems(root: Path, directory: str, documents: dict[str, bool]) -> list[Problem]:
    """Return a problem for each document beside the breakdown that is missing or has only headings."""
    problems = []
    for name, has_text in documents.items():
        path = f"{directory}/{name}"
        if not exists(root / path):
            problems.append(Problem("no-document", f"no such file: {REMEDIES[name]}", path))
        elif not has_text:
            problems.append(Problem("empty-document", f"only headings: {REMEDIES[name]}", path))
    return problems


def _closed(root: Path, notes: str, topic: str) -> tuple[str | None, tuple[Problem, ...]]:
    """Return the commit that a closed topic is judged at, if it is closed, and the problems of its record."""
    from pytest_execute.tools.checkout_top import checkout_top
    from pytest_execute.tools.git import Git
    from pytest_execute.workflow import Project, closing_commit, judged_commit

    project = Project(home=root, policy_home=root, notes=notes)
    try:
        if checkout_top(root.resolve()) is None:
            return closing_commit(project, topic), ()
        return judged_commit(Git.find(root), project, topic), ()
    except ExecuteError as error:
        return None, error.problems


def _topics(notes: str | None) -> tuple[Path, str]:
    """Return the home of the project and the directory of its topics there.

    A check of one file needs neither, and so does not import the workflow.
    """
    from pytest_execute.workflow import find_project

    project = find_project(Path.cwd(), notes)
    return project.home, project.notes
