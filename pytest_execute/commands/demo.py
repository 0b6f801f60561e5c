"""`pytest-execute demo`: write a small application with its history, and judge it."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from pytest_execute.commands.pytest_run import (
    RunLocation,
    create_empty,
    exit_status,
    judged_report,
    run_pytest,
)
from pytest_execute.demo.history import TOPIC, build
from pytest_execute.tools import pytest_cache
from pytest_execute.tools.scratch import scratch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "directory", nargs="?", metavar="DIR", help="a new or empty directory (default: a temporary one)"
    )
    parser.add_argument(
        "--flawed", action="store_true", help="write it with more tasks, ten of which have a fault that is hard to see"
    )


def run(options: argparse.Namespace) -> int:
    """Write the repository of the demo, say where it is, and judge it."""
    target = Path(options.directory or tempfile.mkdtemp(prefix="pytest-execute-demo-"))
    build(target, flawed=options.flawed)
    judge = f"--execute-topic={TOPIC}"
    if not options.json:
        print(f"$ cd {target} && pytest {judge}", flush=True)
    with scratch(target / pytest_cache.NAME) as directory:
        report = create_empty(directory / "report")
        location = RunLocation(target, environment={"PYTEST_ADDOPTS": ""})
        output = sys.stderr if options.json else None
        pytest_status = run_pytest([judge, f"--execute-report={report}"], location, output)
        text = judged_report(report, pytest_status)
    print(text if options.json else "", end="")
    return exit_status(text)
