"""Run pytest as a child process and turn its report into an exit status."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

from pytest_execute.core.verdict import CANNOT_JUDGE, NOT_PASSED, PASSED
from pytest_execute.tools import process
from pytest_execute.tools.environment import with_git_settings

CONFIGURATION_FILES = ("pyproject.toml", "pytest.ini", "pytest.toml", "tox.ini", "setup.cfg")
JUDGED = (0, 1, 2)
"""Exit statuses of a pytest whose report counts: OK, TESTS_FAILED and INTERRUPTED of `pytest.ExitCode`.

pytest is not imported for their names: this process runs no test.
"""


class RunLocation(Struct, frozen=True):
    """Directory that pytest runs in, with further options and environment variables."""

    directory: Path
    options: tuple[str, ...] = ()
    environment: dict[str, str] = {}


def run_pytest(options: list[str], location: RunLocation, output: IO[str] | None, errors: IO[str] | None = None) -> int:
    """Run pytest as a child process and return its exit status; without `output` it prints to the terminal.

    Variables of pytest-xdist are left out: where a test starts this command, its pytest would take itself for a worker.
    So are those of git that a hook has: see `tools/environment.py`.
    """
    env = {k: v for k, v in with_git_settings(os.environ).items() if not k.startswith("PYTEST_XDIST_")}
    command = [sys.executable, "-m", "pytest", "-p", "pytest_execute.commands.own_plugins", *options]
    return process.follow(
        command, cwd=location.directory, env={**env, **location.environment}, output=output, errors=errors
    )


def judged_report(report: Path, pytest_status: int) -> str:
    """Return the report of a pytest run, or "" where nothing was judged."""
    return report.read_text(encoding="utf-8") if pytest_status in JUDGED else ""


def exit_status(report: str) -> int:
    """Return the exit status for a report; without one nothing was judged."""
    if not report:
        return CANNOT_JUDGE
    return PASSED if msgspec.json.decode(report)["verdict"] == "passed" else NOT_PASSED


def create_empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def project_directory(start: Path, top: Path) -> Path:
    """Return the nearest directory with a configuration file, from `start` up to `top`; `top` where there is none."""
    for directory in (start, *start.parents):
        if directory.is_relative_to(top) and any((directory / name).exists() for name in CONFIGURATION_FILES):
            return directory
    return top
