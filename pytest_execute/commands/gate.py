"""`pytest-execute gate`: judge a topic in a child process that runs pytest."""

from __future__ import annotations

import argparse
import contextlib
import sys
from pathlib import Path

from msgspec import Struct

from pytest_execute.commands.pytest_run import (
    RunLocation,
    cache_directory,
    create_empty,
    exit_status,
    project_directory,
    run_pytest,
    writable_path,
)
from pytest_execute.commands.staged_tree import staged_tree
from pytest_execute.tools.git import Git
from pytest_execute.tools.scratch import scratch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.epilog = "What follows `--` is handed to pytest."
    parser.add_argument("topic", metavar="TOPIC")
    parser.add_argument("--staged", action="store_true", help="judge what the next commit would hold")
    parser.add_argument("--base", metavar="REV", help="judge what came after REV")
    parser.add_argument(
        "--scope", choices=("all", "claimed"), help="claimed (default with --staged): only ticked tasks count"
    )
    parser.add_argument("--report", metavar="PATH", help="write the JSON report there")
    parser.add_argument("--summary", metavar="PATH", help="append a Markdown summary to PATH")
    parser.add_argument("--json", action="store_true", help="print the JSON report and nothing else")


def run(options: argparse.Namespace) -> int:
    request = GateRequest(
        topic=options.topic,
        staged=options.staged,
        base=options.base,
        scope=options.scope or ("claimed" if options.staged else "all"),
        report=options.report,
        summary=options.summary,
        as_json=options.json,
        arguments=tuple(options.pytest),
    )
    return gate(request)


class GateRequest(Struct, frozen=True, kw_only=True):
    """The options of `pytest-execute gate`. Paths are relative to the current directory."""

    topic: str
    staged: bool = False
    base: str | None = None
    scope: str = "all"
    report: str | None = None
    summary: str | None = None
    as_json: bool = False
    arguments: tuple[str, ...] = ()


def gate(request: GateRequest) -> int:
    """Judge a topic in a child process; the exit status says how it went."""
    target = writable_path(request.summary) if request.summary else None
    repository = Git.find(Path.cwd())
    here = project_directory(Path.cwd().resolve(), repository.work_tree.resolve())
    cache = cache_directory(here)
    with contextlib.ExitStack() as stack:
        directory = stack.enter_context(scratch(cache))
        location = stack.enter_context(staged_tree(repository, here, cache)) if request.staged else RunLocation(here)
        report = create_empty(writable_path(request.report) if request.report else directory / "report")
        summary = create_empty(directory / "summary")
        options = [
            f"--execute-topic={request.topic}",
            f"--execute-scope={request.scope}",
            f"--execute-report={report}",
            f"--execute-summary={summary}",
            *location.options,
            *([f"--execute-base={request.base}"] if request.base else []),
            *request.arguments,
        ]
        status = run_pytest(options, location, sys.stderr if request.as_json else None)
        if target is not None:
            with target.open("a", encoding="utf-8") as file:
                file.write(summary.read_text(encoding="utf-8"))
        return exit_status(report, status, as_json=request.as_json)
