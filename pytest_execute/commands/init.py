"""`pytest-execute init`: write the three documents of a new topic and the table of the policy."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from pytest_execute import breakdown
from pytest_execute.breakdown.template import starting_texts
from pytest_execute.commands.arguments import add_topic
from pytest_execute.commands.pytest_run import project_directory
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.policy import policy_table
from pytest_execute.core.verdict import CANNOT_JUDGE, PASSED
from pytest_execute.tools.checkout_top import checkout_top
from pytest_execute.workflow import Project, find_project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_topic(parser, "topic", metavar="TOPIC")


def run(options: argparse.Namespace) -> int:
    project = find_project(Path.cwd(), options.notes)
    status, text = init(_home(project), project.notes, options.topic)
    print(text, file=sys.stderr if status else sys.stdout)
    return status


def _home(project: Project) -> Path:
    """Return the home of a project; without topics and a policy that is the nearest directory with settings."""
    is_new = project.home == Path.cwd().resolve() and not (project.home / project.notes).is_dir()
    top = checkout_top(project.home)
    return project_directory(project.home, top) if is_new and top is not None else project.home


def init(root: Path, notes: str, topic: str) -> tuple[int, str]:
    """Write the documents and the policy's table where they are missing; return the status and a line per file."""
    try:
        breakdown.check_topic_name(notes, topic)
        directory = f"{Path(notes).as_posix()}/{topic}"
        lines = [_write(root, f"{directory}/{name}", text) for name, text in starting_texts(topic).items()]
    except ExecuteError as error:
        return CANNOT_JUDGE, str(error)
    except OSError as error:
        return CANNOT_JUDGE, str(Problem("unwritable", f"cannot be written: {error.strerror}", str(error.filename)))
    status, last_line = _add_table(root / "pyproject.toml", notes)
    return status, "\n".join([*lines, last_line])


def _write(root: Path, path: str, text: str) -> str:
    """Write a document unless it exists, and return a line for the user."""
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    try:
        with (root / path).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        return f"kept {path}"
    return f"wrote {path}"


def _add_table(file: Path, notes: str) -> tuple[int, str]:
    """Add the policy's table to pyproject.toml unless it exists; return the exit status and a line for the user."""
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        has_table = policy_table(text, file.name) is not None
    except (ExecuteError, UnicodeDecodeError):
        return CANNOT_JUDGE, str(
            Problem("bad-toml", "not valid TOML: correct it, then run `pytest-execute init` again", file.name)
        )
    if has_table:
        return PASSED, f"kept [tool.pytest-execute] in {file.name}"
    beginning = f"{text.rstrip()}\n\n" if text.strip() else ""
    file.write_text(f"{beginning}[tool.pytest-execute]\nnotes = {json.dumps(notes)}\n", encoding="utf-8")
    return PASSED, f"added [tool.pytest-execute] to {file.name}"
