"""`pytest-execute init`: write the three documents of a new topic and the table of the policy."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from pytest_execute import breakdown
from pytest_execute.breakdown.template import starting_texts
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.policy import policy_table
from pytest_execute.workflow import policy


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", metavar="TOPIC")


def run(options: argparse.Namespace) -> int:
    root = Path.cwd()
    status, text = init(root, policy(root).notes, options.topic)
    print(text, file=sys.stderr if status else sys.stdout)
    return status


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
        there = policy_table(text, file.name) is not None
    except (ExecuteError, UnicodeDecodeError):
        return 2, str(Problem("bad-toml", "not valid TOML: mend it, then run this again", file.name))
    if there:
        return 0, f"kept [tool.pytest-execute] in {file.name}"
    begin = f"{text.rstrip()}\n\n" if text.strip() else ""
    file.write_text(f"{begin}[tool.pytest-execute]\nnotes = {json.dumps(notes)}\n", encoding="utf-8")
    return 0, f"added [tool.pytest-execute] to {file.name}"
