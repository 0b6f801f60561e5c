"""Run pytest as a child process and turn its report into an exit status."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import IO

import msgspec
from msgspec import Struct

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.verdict import CANNOT_JUDGE, NOT_PASSED, PASSED
from pytest_execute.tools import process
from pytest_execute.tools.scratch import make_cache

CONFIGURATION_FILES = ("pyproject.toml", "pytest.ini", "pytest.toml", "tox.ini", "setup.cfg")


class RunLocation(Struct, frozen=True):
    """The directory that pytest runs in, with further options and environment variables."""

    directory: Path
    options: tuple[str, ...] = ()
    environment: dict[str, str] = {}


def run_pytest(options: list[str], location: RunLocation, output: IO[str] | None) -> int:
    """Run pytest as a child, and give its status; what it prints is for people, what it found is in the report."""
    command = [sys.executable, "-m", "pytest", *options]
    # started from a test, it must not take itself for a worker of that test's run
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST_")}
    return process.follow(command, cwd=location.directory, env={**env, **location.environment}, output=output)


def exit_status(report: Path, ended: int, *, as_json: bool) -> int:
    """The exit status that the child's report stands for. Without a report, or where the child broke down, nothing was judged."""
    text = report.read_text(encoding="utf-8")
    if not text or ended not in (0, 1, 2):  # passed, not passed, stopped before all tests had run
        return CANNOT_JUDGE
    if as_json:
        print(text, end="")
    return PASSED if msgspec.json.decode(text)["verdict"] == "passed" else NOT_PASSED


def create_empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def cache_directory(project: Path) -> Path | None:
    """Our part of the cache directory that pytest has in `project`; None where it cannot be written.

    What stands there is swept by the next run where this one is killed.
    """
    cache = project / ".pytest_cache"
    ours = cache / "d" / "execute"
    try:
        make_cache(cache)
        ours.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return ours


def writable_path(name: str) -> Path:
    """The absolute path of the file called `name`, which is there and can be written."""
    path = Path(name).absolute()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.open("ab").close()
    except OSError as error:
        raise ExecuteError(Problem("unwritable", f"cannot be written: {error.strerror}", name)) from None
    return path


def project_directory(here: Path, top: Path) -> Path:
    """The nearest directory from `here` up to the top of the repository that is configured as a project; else the top."""
    candidates = [directory for directory in (here, *here.parents) if directory.is_relative_to(top)]
    return next(
        (directory for directory in candidates if any((directory / name).exists() for name in CONFIGURATION_FILES)), top
    )
