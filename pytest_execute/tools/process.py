"""The only starter of processes: every child has its own group, and the group ends with it."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

DIES_WITH_PARENT = 1  # PR_SET_PDEATHSIG of Linux


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> subprocess.CompletedProcess[bytes]:
    """Run `command` to its end and keep what it wrote. Raises OSError where it cannot be started."""
    return subprocess.run(command, cwd=cwd, env=env, input=stdin, capture_output=True, check=False)


def follow(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: IO[str] | None = None) -> int:
    """Run `command` for the user to see, or with all it prints going to `output`, and give its exit status.

    Where the system can, it ends with this process, also where that is killed.
    """
    begin = end_with_parent if hasattr(os, "fork") else None
    done = subprocess.run(command, cwd=cwd, env=env, stdout=output, check=False, preexec_fn=begin)
    return done.returncode


def end_with_parent() -> None:
    """Ask the system to end this process when the one that started it ends, however it ends; only Linux can."""
    import ctypes

    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(DIES_WITH_PARENT, signal.SIGKILL)


def start(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    pass_fds: Sequence[int] = (),
    listening: bool = False,
) -> subprocess.Popen[bytes]:
    """Start `command` as the leader of a process group of its own, to be written to; what it prints is dropped, but where we are `listening`."""
    null = subprocess.DEVNULL
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if listening else null,
        stderr=null,
        pass_fds=pass_fds,
        start_new_session=True,
    )


def kill_group(leader: int) -> None:
    """End every process of the group that `leader` leads, as far as there are any; where there are no groups, all that is below it."""
    if hasattr(os, "killpg"):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)
    else:
        subprocess.run(["taskkill", "/F", "/T", "/PID", str(leader)], capture_output=True, check=False)
