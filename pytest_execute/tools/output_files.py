"""Files that the user requests: written whole at the end of a run, or not at all; devices and pipes get the bytes."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pytest_execute.core.errors import ExecuteError, Problem

OWN_FORMAT = b'"pytest-execute/'
"""Beginning of the name of a format of this program, which all its JSON files begin with."""
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""Errors after which another attempt would lose the old content too."""


def why_unwritable(path: Path) -> str:
    """Return the reason why a file cannot be written, or ""; nothing is changed."""
    existing = next(each for each in (path, *path.parents) if each.exists())
    if path.is_dir():
        return "is a directory"
    if existing != path and not existing.is_dir():
        return f"is below a file, {existing.name}"
    return "" if os.access(existing, os.W_OK) else "is not writable"


def remove_earlier(paths: Iterable[Path]) -> None:
    """Remove reports of an earlier run, so that nobody takes them for those of this run if it has none."""
    for path in paths:
        with contextlib.suppress(OSError):
            if path.is_file() and _standard_stream(path) is None and OWN_FORMAT in path.read_bytes()[:200]:
                path.unlink()


def write(path: Path, content: bytes) -> None:
    """Write a file in one step, also over another one. Raises ExecuteError where it cannot be written."""
    with _told(path):
        if path.exists() and (not path.is_file() or _standard_stream(path) is not None):
            _append(path, content)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            _replace(path.resolve(), content)


def append(path: Path, content: bytes) -> None:
    """Append to a file, which is made if needed. Raises ExecuteError where it cannot be written."""
    with _told(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        _append(path, content)


def write_all(top: Path, files: Mapping[str, bytes]) -> None:
    """Write files below `top`, all of them or none. Raises ExecuteError with each that cannot be written."""
    paths = {name: top / name for name in files}
    reasons = {name: why_unwritable(path) for name, path in paths.items()}
    problems = [
        Problem("unwritable", f"{reason}: nothing was written", name) for name, reason in reasons.items() if reason
    ]
    if problems:
        raise ExecuteError(*problems)
    before = {path: path.read_bytes() if path.exists() else None for path in paths.values()}
    directories = {parent for path in before for parent in path.parents if not parent.exists()}
    try:
        for name, content in files.items():
            write(paths[name], content)
    except BaseException:
        _undo(before, directories)
        raise


def _undo(before: Mapping[Path, bytes | None], directories: Iterable[Path]) -> None:
    """Give files their former contents, and remove those that were not there, and their directories."""
    for path, content in before.items():
        with contextlib.suppress(OSError):
            if content is None:
                path.unlink(missing_ok=True)
            elif path.read_bytes() != content:
                path.write_bytes(content)
    for directory in sorted(directories, reverse=True):  # those inside come first
        with contextlib.suppress(OSError):
            directory.rmdir()


@contextlib.contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ExecuteError(Problem("unwritable", f"cannot be written: {error.strerror}", str(path))) from None


def _replace(path: Path, content: bytes) -> None:
    """Write beside the file and move it there; in its place where its directory takes no other file."""
    try:
        _move_over(path, content)
    except OSError as error:
        if error.errno in FULL or not path.exists():
            raise
        path.write_bytes(content)


def _move_over(path: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=".pytest-execute-", dir=path.parent)
    try:
        with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
            file.write(content)
        Path(name).chmod(_mode(path))
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _mode(path: Path) -> int:
    """Return the permissions of a file, or those of a new one."""
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    return 0o666 & ~umask()


def umask() -> int:
    """Return the permissions that new files of this process do not get; the system tells them only in exchange."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _append(path: Path, content: bytes) -> None:
    """Append in place. A pipe that nobody has opened is an error; a reader that has ended wanted no more."""
    stream = _standard_stream(path)
    if stream is not None:  # opened anew it would begin at its start
        sys.stdout.flush()
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK
    descriptor = os.dup(stream) if stream is not None else os.open(path, flags, 0o666)
    os.set_blocking(descriptor, True)
    with contextlib.suppress(BrokenPipeError), open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
        file.write(content)


def _standard_stream(path: Path) -> int | None:
    """Return the descriptor of standard output or standard error that is the same file."""
    for descriptor in (1, 2):
        with contextlib.suppress(OSError):
            if os.path.samestat(path.stat(), os.fstat(descriptor)):
                return descriptor
    return None
