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


@contextlib.contextmanager
def scratch(parent: Path | None) -> Iterator[Path]:
    """A new directory below `parent`, or in the system's place for temporary files."""
    if parent is not None:
        parent.mkdir(parents=True, exist_ok=True)
        _sweep(parent)
    directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)).resolve()
    with (directory / LOCK).open("wb") as lock:
        _take(lock)
        try:
            yield directory
        finally:
            remove(directory)


def remove(directory: Path) -> None:
    """Remove a directory of ours, also where a test took its permissions away."""
    shutil.rmtree(directory, ignore_errors=True)
    if directory.exists():
        for path, _, _ in os.walk(directory):
            Path(path).chmod(0o700)
        shutil.rmtree(directory, ignore_errors=True)


def _sweep(parent: Path) -> None:
    """Remove what killed runs have left: the directories that nobody holds the lock of."""
    for left in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError), (left / LOCK).open("rb") as lock:
            if _take(lock):
                remove(left)


def _take(lock: IO[bytes]) -> bool:
    """Take the lock, if nobody has it; it goes with the process."""
    if fcntl is None:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
