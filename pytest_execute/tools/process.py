"""Start processes for this package; on Linux some end with it.

Modules of `engine/child` start processes by themselves: they run in a child process, outside of this package's imports.
"""

from __future__ import annotations

import contextlib
import functools
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
"""Option of Linux's prctl(2), from <linux/prctl.h>: the signal that a process gets when its parent ends."""


def run(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> subprocess.CompletedProcess[bytes]:
    """Run a command to its end and keep its output. Raises OSError where it cannot be started."""
    return subprocess.run(command, cwd=cwd, env=env, input=stdin, capture_output=True, check=False)


def last_line(done: subprocess.CompletedProcess[bytes]) -> str:
    """Return the last line of a command's errors, or else of its output."""
    return ((done.stderr or done.stdout).decode(errors="replace").strip().splitlines() or [""])[-1]


def follow(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    output: IO[str] | None = None,
    errors: IO[str] | None = None,
) -> int:
    """Run a command and return its exit status.

    It writes to the terminal, or to the files `output` and `errors`. On Linux the command ends with this process, also
    where this process is killed. After an interruption it ends in order, and then KeyboardInterrupt is raised.

    The command starts with SIGINT blocked: it calls `accept_signals` as soon as it can be interrupted.
    """
    from_terminal = is_in_foreground()
    child = subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdout=output,
        stderr=errors,
        preexec_fn=functools.partial(_begin_child, from_terminal) if hasattr(os, "fork") else None,  # noqa: PLW1509
    )
    interruptions = 0
    while True:
        try:
            status = child.wait()
        except KeyboardInterrupt:
            interruptions += 1
            if interruptions > 2:
                child.kill()
            elif not from_terminal:
                child.send_signal(signal.SIGINT)
        else:
            break
    if interruptions:
        raise KeyboardInterrupt
    return status


def _begin_child(from_terminal: bool) -> None:
    """Prepare a command to be interrupted once: by the terminal, or else by this process, whoever is interrupted."""
    end_with_parent()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    if not from_terminal:
        os.setpgid(0, 0)


@contextlib.contextmanager
def uninterrupted() -> Iterator[None]:
    """Ignore interruptions for a moment, as what is done then must not be left half done."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    handler = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)


def is_in_foreground() -> bool:
    """Return whether a terminal sends its interruptions to this process, and so to those that it starts."""
    try:
        with open("/dev/tty", "rb", buffering=0) as terminal:  # noqa: PTH123 - not a file
            return os.tcgetpgrp(terminal.fileno()) == os.getpgrp()
    except OSError:
        return False


def accept_signals() -> None:
    """Let signals come, and let the system keep how processes end, whatever the one that started this did."""
    if hasattr(signal, "SIGCHLD") and signal.getsignal(signal.SIGCHLD) is signal.SIG_IGN:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_SETMASK, ())


def run_silently(command: Sequence[str], *, cwd: Path, env: Mapping[str, str], seconds: float) -> int | None:
    """Run a command without input and output; return its exit status, None where it did not end within so many seconds.

    All processes that it started end with it; on Linux it ends with this process.
    """
    preexec = end_with_parent if hasattr(os, "fork") else None
    child = subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=preexec,  # noqa: PLW1509 - as in `follow`: it takes no lock
    )
    try:
        return child.wait(seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL) if hasattr(os, "killpg") else child.kill()
        child.wait()


def end_with_parent() -> None:
    """Ask Linux to kill this process when its parent ends; do nothing on other systems."""
    import ctypes

    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def start(
    command: Sequence[str],
    *,
    cwd: Path,
    env: Mapping[str, str],
    pass_fds: Sequence[int] = (),
    keep_output: bool = False,
) -> subprocess.Popen[bytes]:
    """Start a command in its own process group, with a pipe to write to. Its output is dropped by default."""
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE if keep_output else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=pass_fds,
        start_new_session=True,
    )
