"""Processes below this one: they end with it, and can be ended together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
from collections.abc import Collection
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
"""Constants of Linux's prctl(2); `os` has no prctl (as of Python 3.14)."""
PRCTL = getattr(ctypes.CDLL(None), "prctl", None) if os.name == "posix" else None


def end_with_parent() -> None:
    """Have the system kill this process when its parent ends. Only Linux does."""
    if PRCTL is not None:
        PRCTL(PR_SET_PDEATHSIG, signal.SIGKILL)


def adopt_orphans() -> None:
    """Have orphaned descendants become children of this process. Only Linux does."""
    if PRCTL is not None:
        PRCTL(PR_SET_CHILD_SUBREAPER, 1)


def lead_group() -> None:
    """Make this process the leader of a new process group, if the system has groups."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpgid(0, 0)


def kill_group(leader: int) -> None:
    """Kill a process group; on Windows, which has none, the leader with its descendants."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)
    else:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(leader)], capture_output=True, check=False)


def end_group(child: int) -> None:
    """Kill the group that a child leads, and wait for the child."""
    kill_group(child)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, 0)


def has_ended(child: int) -> bool:
    """Return whether a child has ended. Where the system can, it stays a zombie, so that its id is not used again."""
    try:
        if not hasattr(os, "waitid"):  # CPython has no os.waitid on macOS before 3.13
            return os.waitpid(child, os.WNOHANG)[0] == child
        return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def child_pids() -> list[int]:
    """Return the children of this process, adopted ones included. Only Linux lists them."""
    with contextlib.suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    return []


def kill_children(*, except_for: Collection[int] = ()) -> None:
    """Kill all children, and the descendants that this process adopts when their parents end."""
    while pids := [pid for pid in child_pids() if pid not in except_for]:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
