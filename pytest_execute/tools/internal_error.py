"""Errors that nobody foresaw: one line for the user, and a file with the traceback for a report.

It imports the standard library alone: the rest may be what is broken.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PACKAGES = ("pytest-execute", "pytest", "pytest-xdist", "coverage", "msgspec")
"""Packages whose versions a report names."""


def describe(error: BaseException | str, file: str | Path | None = None) -> str:
    """Write the traceback to `file`, by default a new temporary one, and return one line that names it.

    `error` is a text where another process had it: its traceback, whose last line is the error.
    """
    trace = error if isinstance(error, str) else "".join(traceback.format_exception(error))
    summary = f"internal error: {_summary(error)}: nothing was judged; please report it with"
    try:
        return f"{summary} {_write(trace, file)}, which has the traceback (`--debug-file` names another file)"
    except OSError as failure:
        return f"{summary} the file of `--debug-file`, as {failure.filename} cannot be written: {failure.strerror}"


def _summary(error: BaseException | str) -> str:
    text = error if isinstance(error, str) else "".join(traceback.format_exception_only(error))
    lines = text.strip().splitlines() or ["no message"]
    return lines[-1 if isinstance(error, str) else 0].strip()[:200]


def _environment() -> str:
    """Return the versions and the command that a report needs."""
    return "\n".join([*map(_version, PACKAGES), f"Python {sys.version}", platform.platform(), repr(sys.argv)])


def _version(package: str) -> str:
    try:
        return f"{package} {version(package)}"
    except PackageNotFoundError:
        return f"{package} is not installed"


def _write(trace: str, file: str | Path | None) -> Path:
    if file is None:
        descriptor, name = tempfile.mkstemp(prefix="pytest-execute-error-", suffix=".txt")
        os.close(descriptor)
        file = name
    text = f"{_environment()}\n\n{trace}"
    Path(file).write_text(text, encoding="utf-8", errors="backslashreplace")
    return Path(file)
