"""`pytest-execute gate`: judge a topic in a child process that runs pytest."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path

from pytest_execute.commands.arguments import add_topic
from pytest_execute.commands.pytest_run import (
    RunLocation,
    cache_directory,
    create_empty,
    exit_status,
    project_directory,
    run_pytest,
    writable_path,
)
from pytest_execute.commands.staged_tree import committed_tree, staged_tree
from pytest_execute.core.closing import describe_closing
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.tools.git import Git
from pytest_execute.tools.scratch import scratch
from pytest_execute.workflow import find_project, judged_commit


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "Arguments after `--` are handed to pytest."
    add_topic(parser, "topic", metavar="TOPIC")
    judged = parser.add_mutually_exclusive_group()
    judged.add_argument("--staged", action="store_true", help="judge the staged files instead of the work tree")
    judged.add_argument("--at", metavar="REV", help="judge the commit REV (default for a closed topic: its commit)")
    parser.add_argument("--base", metavar="REV", help="judge the commits after REV (default: those of the topic)")
    parser.add_argument(
        "--scope", choices=("all", "claimed"), help="claimed (default with --staged): only ticked tasks count"
    )
    parser.add_argument("--report", metavar="PATH", help="write the JSON report to PATH")
    parser.add_argument("--summary", metavar="PATH", help="append a Markdown summary to PATH")


def run(options: argparse.Namespace) -> int:
    repository = Git.find(Path.cwd())
    return judge(options, repository, _commit(repository, options))


def _commit(repository: Git, options: argparse.Namespace) -> str | None:
    """Return the commit to judge: the one that the user names, or the one of a closed topic; None for neither."""
    if options.at is not None:
        commit = repository.find_commit(options.at)
        if commit is None:
            raise ExecuteError(Problem("unknown-commit", f"no commit is called {options.at!r}: fetch it"))
        return commit
    project = find_project(Path.cwd(), options.notes, repository.work_tree)
    commit = judged_commit(repository, project, options.topic)
    if commit is not None:
        print(describe_closing(options.topic, commit), file=sys.stderr)
    return commit


def judge(options: argparse.Namespace, repository: Git, commit: str | None) -> int:
    """Judge a topic in a child process, in the tree of a commit if there is one, and return the exit status.

    Output files are opened first, so that no run is in vain.
    """
    summary_file = writable_path(options.summary) if options.summary else None
    project = project_directory(Path.cwd().resolve(), repository.work_tree.resolve())
    cache = cache_directory(project)
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(scratch(cache))
        staged = options.staged and commit is None
        if commit is not None:
            location = stack.enter_context(committed_tree(repository, project, cache, commit))
        else:
            location = stack.enter_context(staged_tree(repository, project, cache)) if staged else RunLocation(project)
        report = create_empty(writable_path(options.report) if options.report else directory / "report")
        summary = create_empty(directory / "summary")
        pytest_options = [
            f"--execute-topic={options.topic}",
            f"--execute-scope={options.scope or ('claimed' if staged else 'all')}",
            f"--execute-report={report}",
            f"--execute-summary={summary}",
            *location.options,
            *([f"--execute-output={summary_file}"] if summary_file is not None else []),
            *([f"--execute-notes={options.notes}"] if options.notes else []),
            *(f"--execute-stream={name}" for name in options.stream),
            *(f"--execute-task={name}" for name in options.task),
            *([f"--execute-base={options.base}"] if options.base else []),
            *options.pytest,
        ]
        pytest_status = run_pytest(pytest_options, location, sys.stderr if options.json else None)
        if summary_file is not None:
            with summary_file.open("a", encoding="utf-8") as file:
                file.write(summary.read_text(encoding="utf-8"))
        return exit_status(report, pytest_status, as_json=options.json)
