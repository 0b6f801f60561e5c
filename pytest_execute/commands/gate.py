"""`pytest-execute gate`: judge a topic in a child process that runs pytest."""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from pytest_execute.commands.arguments import add_topic
from pytest_execute.commands.pytest_run import (
    RunLocation,
    create_empty,
    exit_status,
    judged_report,
    project_directory,
    run_pytest,
)
from pytest_execute.commands.staged_tree import committed_tree, staged_tree
from pytest_execute.core.closing import describe_closing
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.tools import output_files, pytest_cache
from pytest_execute.tools.git import Git
from pytest_execute.tools.scratch import scratch
from pytest_execute.workflow import check_outputs, find_project, judged_commit


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

    Output files are looked at first, so that no run is in vain, and written at the end.
    """
    outputs = {name: Path.cwd() / path for name in ("report", "summary") if (path := getattr(options, name))}
    if outputs:
        output_files.remove_earlier(outputs.values())
        titles = {f"--{name}={getattr(options, name)}": path for name, path in outputs.items()}
        check_outputs(Path.cwd(), options.notes, titles)
    project = project_directory(Path.cwd().resolve(), repository.work_tree.resolve())
    cache = project / pytest_cache.NAME
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(scratch(cache))
        staged = options.staged and commit is None
        if commit is not None:
            location = stack.enter_context(committed_tree(repository, project, cache, commit))
        else:
            location = stack.enter_context(staged_tree(repository, project, cache)) if staged else RunLocation(project)
        report, summary = create_empty(directory / "report"), create_empty(directory / "summary")
        pytest_options = [
            f"--execute-report={report}",
            f"--execute-summary={summary}",
            f"--execute-scope={options.scope or ('claimed' if staged else 'all')}",
            *(f"--execute-output={path}" for path in outputs.values()),
            *location.options,
            *_judging_options(options),
        ]
        pytest_status = run_pytest(pytest_options, location, sys.stderr if options.json else None)
        text = judged_report(report, pytest_status)
        print(text if options.json else "", end="")
        _write(outputs, {"report": text.encode(), "summary": summary.read_bytes()})
    return exit_status(text)


def _judging_options(options: argparse.Namespace) -> Iterator[str]:
    """Yield options of pytest for those of the gate, and those that the user hands to it."""
    yield f"--execute-topic={options.topic}"
    single = {
        "notes": options.notes,
        "base": options.base,
        "debug-file": options.debug_file and Path(options.debug_file).absolute(),
    }
    yield from (f"--execute-{name}={value}" for name, value in single.items() if value)
    yield from (f"--execute-{name}={value}" for name in ("stream", "task") for value in getattr(options, name))
    yield from options.pytest


def _write(outputs: Mapping[str, Path], contents: Mapping[str, bytes]) -> None:
    """Append the summary and write the report. Raises ExecuteError without a report, as programs read it.

    A summary is for people: that it is lost is reported, and the verdict is the same.
    """
    if "summary" in outputs and contents["summary"]:
        try:
            output_files.append(outputs["summary"], contents["summary"])
        except ExecuteError as error:
            print(error, file=sys.stderr)
    if "report" in outputs and contents["report"]:
        output_files.write(outputs["report"], contents["report"])
