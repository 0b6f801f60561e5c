"""Reader of the documents that people write: regular files of UTF-8 within limits; anything else is an error.

| limit | bytes | lines |
| --- | --- | --- |
| `PLAN`: a breakdown, research.md, plan.md | 16 MB | 250,000 |
| `SETTINGS`: pyproject.toml, closed.toml, settings of pytest | 2 MB | 50,000 |
"""

from __future__ import annotations

import os
import stat
from pathlib import Path

from msgspec import Struct

from pytest_execute.core.errors import ExecuteError, Problem


class Limit(Struct, frozen=True):
    """Largest size of a kind of document, which messages call `kind`."""

    kind: str
    max_bytes: int
    max_lines: int


PLAN = Limit("a document of a topic", 16_000_000, 250_000)
"""Ten thousand tasks with all fields take a third of it."""
SETTINGS = Limit("a settings file", 2_000_000, 50_000)


UNKNOWN_MODE = 0
"""No file has this mode: the bits of its kind are not zero."""


def read(file: Path, path: str, limit: Limit) -> str:
    """Return the text of a file, which messages call `path`; ExecuteError where it is not UTF-8 within the limit."""
    return decode(read_bytes(file, path, limit), path)


def read_bytes(file: Path, path: str, limit: Limit) -> bytes:
    """Return the content of a file; ExecuteError where it is no regular file within the limit."""
    try:
        data = _content(file, path, limit)
    except FileNotFoundError as error:
        raise ExecuteError(Problem("no-file", "no such file", path)) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise ExecuteError(Problem("unreadable", f"cannot be read: {reason}", path)) from error
    lines = data.count(b"\n") + 1
    if lines > limit.max_lines:
        raise _too_large(f"{lines} lines", str(limit.max_lines), path, limit)
    return data


def _content(file: Path, path: str, limit: Limit) -> bytes:
    if not stat.S_ISREG(file.stat().st_mode):  # opening a pipe would wait for its writer
        raise ExecuteError(Problem("unreadable", "not a file: name a regular file", path))
    with file.open("rb") as opened:
        data = opened.read(limit.max_bytes + 1)  # the files of /proc have no size
        size = max(len(data), os.fstat(opened.fileno()).st_size)
    if size > limit.max_bytes:
        raise _too_large(f"{size // 1_000_000} MB", f"{limit.max_bytes // 1_000_000} MB", path, limit)
    return data


def _too_large(size: str, most: str, path: str, limit: Limit) -> ExecuteError:
    message = f"{size}, but {limit.kind} may have at most {most}: shorten or divide it"
    return ExecuteError(Problem("too-large", message, path))


def decode(data: bytes, path: str) -> str:
    """Return the text in UTF-8; ExecuteError with the line where it is none."""
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ExecuteError(Problem("not-utf-8", "not UTF-8: save the file as UTF-8", path, line)) from error


def exists(path: Path) -> bool:
    """Return whether something has this name, or may have it in a directory that may not be looked into.

    False for a name that nothing can have.
    """
    return _mode(path) is not None


def is_directory(path: Path) -> bool:
    """Return whether there is a directory, or may be one; False for a name that no directory can have."""
    mode = _mode(path)
    return mode is not None and (mode == UNKNOWN_MODE or stat.S_ISDIR(mode))


def _mode(path: Path) -> int | None:
    """Return the mode of what has this name, `UNKNOWN_MODE` where the system does not tell, and None for nothing."""
    try:
        return path.stat().st_mode
    except PermissionError:
        return UNKNOWN_MODE
    except (OSError, ValueError):  # for names that are too long or have a NUL
        return None
