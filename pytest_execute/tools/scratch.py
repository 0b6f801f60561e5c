"""A private directory for one run, which is removed when the run ends, and by the next run where it was killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

try:
    import fcntl
except ImportError:  # no such locks there: nothing of another run is ever swept
    fcntl = None  # type: ignore[assignment]

LOCK = "lock"
PREFIX = "run-"
SUPPORT = {
    ".gitignore": "# Made by pytest-execute.\n*\n",
    "CACHEDIR.TAG": "Signature: 8a477f597d28d172789f06886806bc55\n# Made by pytest-execute, as pytest's cache directory.\n",
}
"""What stands in a cache directory: first what hides it from git, then what hides it from backups."""


def make_cache(directory: Path) -> None:
    """Make pytest's cache directory, if it is not there. pytest makes one under another name beside it, which a killed run leaves there."""
    with contextlib.suppress(FileExistsError):
        directory.mkdir(parents=True)
    if any(path.name not in SUPPORT for path in directory.iterdir()):
        return  # somebody else's, or one that is whole
    for name, text in SUPPORT.items():
        path = directory / name
        if not path.exists() or not path.stat().st_size:
            path.write_text(text)


@contextlib.contextmanager
def scratch(parent: Path | None) -> Iterator[Path]:
    """A new directory below `parent`, or in the system's place for temporary files."""
    directory, lock = _new(parent)
    with lock:
        try:
            yield directory
        finally:
            remove(directory)


def _new(parent: Path | None) -> tuple[Path, IO[bytes]]:
    """A directory and the lock on it. One run after the other comes here, so that none sweeps what is only half made."""
    if parent is None:
        return _locked(Path(tempfile.mkdtemp(prefix=PREFIX)))
    parent.mkdir(parents=True, exist_ok=True)
    with parent.with_suffix(".lock").open("wb") as door:
        _take(door, wait=True)
        for left in parent.glob(f"{PREFIX}*"):
            _sweep(left)
        return _locked(Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)))


def _locked(directory: Path) -> tuple[Path, IO[bytes]]:
    lock = (directory / LOCK).open("wb")
    _take(lock)
    return directory.resolve(), lock


def remove(directory: Path) -> None:
    """Remove a directory of ours, also where a test took its permissions away."""
    shutil.rmtree(directory, ignore_errors=True)
    if directory.exists():
        for path, _, _ in os.walk(directory):
            Path(path).chmod(0o700)
        shutil.rmtree(directory, ignore_errors=True)


def _sweep(left: Path) -> None:
    """Remove a directory that a killed run has left: nobody holds its lock any more."""
    if fcntl is not None:
        with contextlib.suppress(OSError), (left / LOCK).open("ab") as lock:
            if _take(lock):
                remove(left)


def _take(lock: IO[bytes], *, wait: bool = False) -> bool:
    """Take a lock, if nobody has it or once nobody has; it goes with the process."""
    if fcntl is not None:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except OSError:
            return False
    return True
