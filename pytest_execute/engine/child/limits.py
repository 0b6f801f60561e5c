"""Limits of a process: memory, wall-clock time and CPU time.

| limit | value | set by | when exceeded |
| --- | --- | --- | --- |
| memory | `SetupMessage.memory` | the job's process | MemoryError in the test |
| wall-clock time | `JobLimits.wall_limits` | the process that supervises the test | the test is killed: "timeout" |
| CPU time, if the system reports it | `JobLimits.cpu_limits` | the same | the same |
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable

Clock = Callable[[], "float | None"]
"""Returns None while a process is within its limits, then the seconds that exceeded one."""


def limit_memory(size: int) -> None:
    """Limit the bytes that this process may write to, and write no core files."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))  # not RLIMIT_AS: libraries reserve much and use little


def cpu_seconds(pid: int) -> float:
    """Return the CPU time of a process without its children; 0 if the system does not report it."""
    with contextlib.suppress(OSError, AttributeError, OverflowError):
        return time.clock_gettime((~pid << 3) | 2)  # MAKE_PROCESS_CPUCLOCK(pid, CPUCLOCK_SCHED) of the Linux kernel
    return 0.0


def start_clock(pid: int, wall_limit: float, cpu_limit: float) -> Clock:
    """Return a clock of the time that a process takes from now on."""
    start, cpu_start = time.monotonic(), cpu_seconds(pid)

    def exceeded() -> float | None:
        wall, used = time.monotonic() - start, cpu_seconds(pid) - cpu_start
        return wall if wall >= wall_limit else used if used >= cpu_limit else None

    return exceeded
