"""`pytest-execute demo`: write a small application with its history, and judge it."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from pytest_execute.commands.pytest_run import RunLocation, cache_directory, create_empty, exit_status, run_pytest
from pytest_execute.tools.scratch import scratch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("directory", nargs="?", metavar="DIR", help="where (default: a new temporary directory)")
    parser.add_argument("--flawed", action="store_true", help="the same with honest-looking faults, each to be found")
    parser.add_argument("--json", action="store_true", help="print the JSON report and nothing else")


def run(options: argparse.Namespace) -> int:
    return demo(options.directory, flawed=options.flawed, as_json=options.json)


def demo(directory: str | None, *, flawed: bool, as_json: bool) -> int:
    """Write the demo's repository, judge it, and say where it is."""
    from pytest_execute.demo.history import TOPIC, build

    target = Path(directory) if directory else Path(tempfile.mkdtemp(prefix="pytest-execute-demo-"))
    build(target, flawed=flawed)
    command = f"pytest --execute-topic={TOPIC}"
    if not as_json:
        print(f"$ cd {target} && {command}", flush=True)
    with scratch(cache_directory(target)) as directory_of_run:
        location, report = (
            RunLocation(target, environment={"PYTEST_ADDOPTS": ""}),
            create_empty(directory_of_run / "report"),
        )
        status = run_pytest(
            [f"--execute-topic={TOPIC}", f"--execute-report={report}"], location, sys.stderr if as_json else None
        )
        return exit_status(report, status, as_json=as_json)
