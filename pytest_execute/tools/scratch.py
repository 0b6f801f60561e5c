"""Private directories of runs: removed when the run ends, or by a later run of the same user where it was killed.

They are in the system's directory for temporary files. There, a checkout that cannot be written or that is cleaned
meanwhile makes no difference, and programs that look for settings in the directories above find none of the project.
A run holds a lock on each of its directories, which the system releases with the process.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.tools import process
from pytest_execute.tools.checkout_top import checkout_top
from pytest_execute.tools.pytest_cache import make_part, part_of

try:
    import fcntl
except ImportError:  # Windows has no fcntl: directories of killed runs stay there
    fcntl = None  # type: ignore[assignment]  # a module, or None

PREFIX = "pytest-execute-run-"


@contextlib.contextmanager
def scratch(cache: Path | None = None) -> Iterator[Path]:
    """Yield a new directory for temporary files, and remove it at the end, with all that killed runs have left.

    Where the system has none, it is in pytest's cache directory. Raises ExecuteError where neither can be written.
    """
    _remove_all_of_killed_runs(cache)
    directory, lock = _make(cache)
    with lock:
        try:
            yield directory
        finally:
            remove(directory)


def remove(directory: Path) -> None:
    """Remove a directory, also where a test took away the permissions of what is in it."""
    with process.uninterrupted():
        shutil.rmtree(directory, ignore_errors=True)
        if directory.exists():
            for path, _, _ in os.walk(directory):
                with contextlib.suppress(OSError):
                    Path(path).chmod(0o700)
            shutil.rmtree(directory, ignore_errors=True)


def _make(cache: Path | None) -> tuple[Path, contextlib.ExitStack]:
    try:
        return _make_locked(_temporary_directory(or_current=cache is None))
    except OSError as error:
        reason: OSError = error
    if cache is not None:
        try:
            return _make_locked(make_part(cache))
        except OSError as error:
            reason = error
    message = f"no directory for temporary files can be written: {reason}: set TMPDIR to one that can be"
    raise ExecuteError(Problem("unwritable", message))


def _temporary_directory(*, or_current: bool = False) -> Path:
    """Return the system's directory for temporary files. Raises OSError where it has none.

    Python (3.10 to 3.14) takes the current directory then, where tests are collected.
    """
    directory = Path(tempfile.gettempdir())
    if not or_current and directory.samefile(os.curdir):
        raise FileNotFoundError(f"{directory} is the current directory")
    return directory


def _make_locked(parent: Path) -> tuple[Path, contextlib.ExitStack]:
    """Make a directory and lock it; make another one where a run that starts takes it for that of a killed one."""
    while True:
        directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)).resolve()
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(_locked(directory))
            except (BlockingIOError, FileNotFoundError):
                continue
            except OSError:  # no locks on this file system, so that no run removes what another one left
                pass
            if directory.exists():
                _hide_from_git(directory)
                return directory, stack.pop_all()


def _hide_from_git(directory: Path) -> None:
    """Have git ignore a directory that is in a work tree: what is there would be part of the work that is judged."""
    if checkout_top(directory) is not None:
        (directory / ".gitignore").write_text("*\n")


def _remove_all_of_killed_runs(cache: Path | None) -> None:
    parents = [part_of(cache)] if cache is not None else []
    with contextlib.suppress(OSError):
        parents.append(_temporary_directory(or_current=True))
    for parent in parents:
        for directory in parent.glob(f"{PREFIX}*"):
            with contextlib.suppress(OSError), _locked(directory):
                if directory.lstat().st_uid == os.geteuid():
                    remove(directory)


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Hold the lock of a directory. Raises BlockingIOError where another process does, else OSError."""
    if fcntl is None:
        raise OSError("this system has no locks")
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)
