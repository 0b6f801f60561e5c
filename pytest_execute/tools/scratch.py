"""Private directories of a run: removed when the run ends, or by the next run where it was killed.

Each directory has a lock file that its run holds. The system releases the lock of a killed run.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from pytest_execute.tools import process

try:
    import fcntl
except ImportError:  # Windows has no fcntl: directories of killed runs stay there
    fcntl = None  # type: ignore[assignment]  # a module, or None

LOCK, OUTSIDE = "lock", "outside"
PREFIX = "run-"
SUPPORT_FILES = {
    ".gitignore": "# Made by pytest-execute.\n*\n",
    "CACHEDIR.TAG": (
        "Signature: 8a477f597d28d172789f06886806bc55\n# Made by pytest-execute, as pytest's cache directory.\n"
    ),
}
"""Files of a cache directory: the first hides it from git, the second from backups (https://bford.info/cachedir/)."""


def make_cache(directory: Path) -> None:
    """Make pytest's cache directory, if there is none.

    pytest (8.2 and later) makes it under a temporary name beside it, and a killed run leaves that in the work tree.
    """
    with contextlib.suppress(FileExistsError):
        directory.mkdir(parents=True)
    if any(path.name not in SUPPORT_FILES for path in directory.iterdir()):
        return  # made by pytest, or complete
    for name, text in SUPPORT_FILES.items():
        path = directory / name
        if not path.exists() or not path.stat().st_size:
            path.write_text(text)


@contextlib.contextmanager
def scratch(parent: Path | None) -> Iterator[Path]:
    """Yield a new directory in `parent`, or in the system's directory for temporary files, and remove it at the end."""
    directory, lock = _make(parent)
    with lock:
        try:
            yield directory
        finally:
            remove(directory)


@contextlib.contextmanager
def outside(directory: Path) -> Iterator[Path]:
    """Yield a new directory for temporary files of the system, and remove it at the end, or together with `directory`.

    It is not in the project: programs look for settings in all directories above the one that they are started in.
    """
    place = Path(tempfile.gettempdir()).resolve() / f"{PREFIX}{secrets.token_hex(8)}"
    (directory / OUTSIDE).write_text(str(place), encoding="utf-8")  # first: a run may be killed at any moment
    try:
        place.mkdir(mode=0o700)
        yield place
    finally:
        remove(place)


def _remove_outside(directory: Path) -> None:
    """Remove the directory that belongs to this one and lies outside."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        place = Path((directory / OUTSIDE).read_text(encoding="utf-8"))
        if place.parent == Path(tempfile.gettempdir()).resolve() and place.name.startswith(PREFIX):
            remove(place)


def remove(directory: Path) -> None:
    """Remove a directory, also where a test took away the permissions of what is in it."""
    with process.uninterrupted():
        shutil.rmtree(directory, ignore_errors=True)
        if directory.exists():
            for path, _, _ in os.walk(directory):
                Path(path).chmod(0o700)
            shutil.rmtree(directory, ignore_errors=True)


def _make(parent: Path | None) -> tuple[Path, IO[bytes]]:
    """Make a directory and lock it. Runs do this one by one, so that none removes another's before it is locked."""
    if parent is None:
        return _lock(Path(tempfile.mkdtemp(prefix=PREFIX)))
    parent.mkdir(parents=True, exist_ok=True)
    with parent.with_suffix(".lock").open("wb") as lock_of_parent:
        _acquire(lock_of_parent, wait=True)
        for directory in parent.glob(f"{PREFIX}*"):
            _remove_if_unlocked(directory)
        return _lock(Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)))


def _lock(directory: Path) -> tuple[Path, IO[bytes]]:
    lock = (directory / LOCK).open("wb")
    _acquire(lock)
    return directory.resolve(), lock


def _remove_if_unlocked(directory: Path) -> None:
    if fcntl is not None:
        with contextlib.suppress(OSError), (directory / LOCK).open("ab") as lock:
            if _acquire(lock):
                _remove_outside(directory)
                remove(directory)


def _acquire(lock: IO[bytes], *, wait: bool = False) -> bool:
    """Acquire a lock and return whether that was possible; the system releases it when the process ends."""
    if fcntl is not None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError:
            return False
    return True
