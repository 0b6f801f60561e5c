"""Errors of files that a run makes for itself: a full disk, a limit of the system, a directory that was removed."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator

from pytest_execute.core.errors import ExecuteError, Problem


def disk_problem(reason: object) -> Problem:
    """Return the problem that a run cannot use its own files, for this reason."""
    remedy = "make room, raise the limit, or set TMPDIR to another directory"
    return Problem("unwritable", f"the run cannot write or read its own files: {reason}: {remedy}")


def is_disk_error(error: Exception) -> bool:
    """Return whether an error came from a file. coverage.py, which is slow to import, wraps those of its data."""
    return isinstance(error, OSError | sqlite3.Error) or type(error).__module__ == "coverage.exceptions"


@contextlib.contextmanager
def disk_errors_reported() -> Iterator[None]:
    """Raise ExecuteError for an error that came from a file."""
    try:
        yield
    except Exception as error:
        if not is_disk_error(error):
            raise
        raise ExecuteError(disk_problem(error)) from error
