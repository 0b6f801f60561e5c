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
CALLED = frozenset([*sys.stdlib_module_names, "coverage", "markdown_it", "mdurl", "msgspec", "tomli"])
"""Packages that this one calls; an error in them is its own."""


def is_ours(error: BaseException) -> bool:
    """Return whether an error came up in this package, or in what it called, rather than in a plugin or a test."""
    for frame, _ in reversed([*traceback.walk_tb(error.__traceback__)]):
        package = str(frame.f_globals.get("__name__")).partition(".")[0]
        if package == "pytest_execute" or package not in CALLED:
            return package == "pytest_execute"
    return False


def describe(error: BaseException, file: str | Path | None = None, option: str = "--debug-file") -> str:
    """Write the traceback to `file`, by default a new temporary one, and return one line that names it and `option`."""
    trace = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    summary = f"internal error: {_summary(error)}: nothing was judged; please report it with"
    try:
        return f"{summary} {_write(trace, file)}, which has the traceback (`{option}` names another file)"
    except OSError as failure:
        return f"{summary} the file of `{option}`, as {failure.filename} cannot be written: {failure.strerror}"


def _summary(error: BaseException) -> str:
    return "".join(traceback.format_exception_only(type(error), error)).splitlines()[0].strip()[:200]


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
