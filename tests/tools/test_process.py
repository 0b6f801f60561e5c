"""Processes that this package starts, and its own signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_execute.tools import process

INTERRUPTED = """
import os, pathlib, signal
os.kill(os.getppid(), signal.SIGINT)  # comes back, and waits until this process can end in order
signal.sigwait({signal.SIGINT})
pathlib.Path("ended").touch()
"""


@pytest.fixture
def signals() -> Iterator[None]:
    handler, mask = signal.getsignal(signal.SIGCHLD), signal.pthread_sigmask(signal.SIG_BLOCK, ())
    yield
    signal.signal(signal.SIGCHLD, handler)
    signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def test_an_interrupted_command_ends_in_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "is_in_foreground", lambda: False)
    with pytest.raises(KeyboardInterrupt):
        process.follow([sys.executable, "-c", INTERRUPTED], cwd=tmp_path, env={})
    assert (tmp_path / "ended").exists()


@pytest.mark.usefixtures("signals")
def test_failures_of_commands_are_seen_whoever_started_this_process() -> None:
    """With SIGCHLD ignored the system forgets how a process ended, and Python (3.10 to 3.14) calls it a success."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGCHLD, signal.SIGTERM})
    assert subprocess.run(["false"], check=False).returncode == 0
    process.accept_signals()
    assert subprocess.run(["false"], check=False).returncode == 1
    assert not signal.pthread_sigmask(signal.SIG_BLOCK, ()) & {signal.SIGCHLD, signal.SIGTERM}


def test_what_must_not_be_left_half_done_is_not_interrupted() -> None:
    with process.uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):  # afterwards all is as before
        os.kill(os.getpid(), signal.SIGINT)
