"""`pytest-execute close`: judge a topic at HEAD, and record there that it passed."""

from __future__ import annotations

import argparse
import importlib.metadata
import sys
from pathlib import Path

from pytest_execute.commands import gate
from pytest_execute.commands.arguments import add_topic
from pytest_execute.core.closing import FILE_NAME, write_closing
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.verdict import PASSED
from pytest_execute.tools import output_files
from pytest_execute.tools.git import Git
from pytest_execute.workflow import find_project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Arguments after `--` are handed to pytest."
    add_topic(parser, "topic", metavar="TOPIC")
    parser.add_argument("--base", metavar="REV", help="judge the commits after REV (default: those of the topic)")


def run(options: argparse.Namespace) -> int:
    """Write the record where the gate passes at HEAD, whatever the work tree holds."""
    repository = Git.find(Path.cwd())
    commit = repository.find_commit("HEAD")
    if commit is None:
        raise ExecuteError(Problem("no-commit", "the repository has no commit yet: commit something first"))
    project = find_project(Path.cwd(), options.notes, repository.work_tree)
    whole_topic = {"staged": False, "scope": "all", "stream": [], "task": [], "report": None, "summary": None}
    status = gate.judge(argparse.Namespace(**vars(options), **whole_topic, json=False), repository, commit)
    if status != PASSED:
        print(f"{options.topic} is not closed, as it did not pass at {commit[:7]}", file=sys.stderr)
        return status
    name = f"{project.notes}/{options.topic}/{FILE_NAME}"
    version = importlib.metadata.version("pytest-execute")
    output_files.write(project.home / name, write_closing(commit, version).encode())
    print(f"{options.topic} is closed at {commit[:7]}: commit {name}")
    return PASSED
