"""What the system does for us: processes that end with their parent, limits, and lines to who waits for them.

Loaded by its path in the processes that run tests.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Record = dict[str, Any]

DIES_WITH_PARENT, TAKES_OVER = 1, 36  # PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER of Linux
PRCTL = getattr(ctypes.CDLL(None), "prctl", None) if os.name == "posix" else None


def write(out: int, record: Record) -> None:
    """Write one line."""
    os.write(out, json.dumps(record).encode() + b"\n")


def own_output(out: int) -> int:
    """The descriptor to write lines to: for standard output, on which tests print, one that stands in for it."""
    if out != 1:
        return out
    ours, null = os.dup(out), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, out)
    return ours


def die_with_parent() -> None:
    """Ask the system to end this process when the one that started it ends, however it ends."""
    if PRCTL is not None:
        PRCTL(DIES_WITH_PARENT, signal.SIGKILL)


def take_over() -> None:
    """Ask the system to make what processes below this one leave behind children of this one."""
    if PRCTL is not None:
        PRCTL(TAKES_OVER, 1)


def own_group() -> None:
    """Put this process into a group of its own, where there are groups."""
    with contextlib.suppress(OSError, AttributeError):
        os.setpgid(0, 0)


def limit_memory(size: int) -> None:
    """What this process may write to; address space that is only reserved is free, as some libraries reserve a lot of it."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))


def computed(pid: int) -> float:
    """The seconds that a process has computed, those it started left out; 0 where the system does not tell."""
    with contextlib.suppress(OSError, AttributeError, OverflowError):
        return time.clock_gettime((~pid << 3) | 2)  # as MAKE_PROCESS_CPUCLOCK of Linux has it
    return 0.0


def limit(child: int, most: float, computing: float) -> Callable[[], float | None]:
    """Tells the seconds that `child` has passed or computed from now on, once they are too many."""
    began, before = time.monotonic(), computed(child)

    def took() -> float | None:
        passed, used = time.monotonic() - began, computed(child) - before
        return passed if passed >= most else used if used >= computing else None

    return took


def kill(group: int) -> None:
    """End a group; where there are none, its leader with all that it started and that is still below it."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(group, signal.SIGKILL)
    else:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(group)], capture_output=True, check=False)


def end(child: int) -> None:
    """End a child that leads a group, with its group."""
    kill(child)
    with contextlib.suppress(ChildProcessError):
        os.waitpid(child, 0)


def ended(child: int) -> bool:
    try:
        if not hasattr(os, "waitid"):  # macOS before Python 3.13
            return os.waitpid(child, os.WNOHANG)[0] == child
        return os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    except ChildProcessError:
        return True


def children() -> list[int]:
    """The processes that this one started, or took over, as far as the system tells."""
    with contextlib.suppress(OSError):
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    return []


def end_all(but: set[int]) -> None:
    """End all processes below this one, but for those in `but`: what ends leaves its own to us."""
    while found := [pid for pid in children() if pid not in but]:
        for pid in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)
