"""Serves jobs from standard input: each is run in a fork of this process."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_execute.engine.child import process_tree
    from pytest_execute.engine.child.messages import JobMessage
else:
    import _execute_process_tree as process_tree


def read_line() -> bytes:
    """Return the first line of standard input, and leave what comes after it."""
    line = b""
    while not line.endswith(b"\n") and (byte := os.read(0, 1)):
        line += byte
    return line


def empty_input() -> None:
    """Make standard input empty from now on."""
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)


class JobServer:
    """Server that runs one job after the other. It ends with all that runs when the engine closes standard input."""

    def __init__(self, send: Callable[[Any], None]) -> None:
        self.send = send
        self.job_process = 0

    def serve(self) -> JobMessage:
        """Return each job in a fork made for it; in this process never return."""
        child_ended = self._wake_on_child_end()
        text = b""
        process_tree.adopt_orphans()
        while True:
            ready = select.select([0, child_ended], [], [])[0]
            if 0 in ready:
                piece = os.read(0, 1 << 16)
                text += piece
                if not piece:
                    self._end()
            if child_ended in ready:
                os.read(child_ended, 1 << 16)
            if self.job_process and os.waitpid(self.job_process, os.WNOHANG)[0]:
                self._finish_job()
            if not self.job_process and b"\n" in text:
                line, _, text = text.partition(b"\n")
                if not self._fork():
                    job: JobMessage = json.loads(line)
                    return job
                self._send_if_read({"process_group": self.job_process})

    @staticmethod
    def _wake_on_child_end() -> int:
        """Return a descriptor that can be read when a child has ended; the signal needs a Python handler for that."""
        read_end, write_end = os.pipe()
        os.set_blocking(write_end, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(write_end, warn_on_full_buffer=False)
        return read_end

    def _fork(self) -> int:
        """Fork a process for a job, in a process group of its own. Return 0 in that process."""
        self.job_process = os.fork()
        if not self.job_process:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            os.setpgid(0, 0)
            empty_input()
        else:
            with contextlib.suppress(OSError):
                os.setpgid(self.job_process, self.job_process)  # the child does so too, maybe later
        return self.job_process

    def _finish_job(self) -> None:
        process_tree.kill_group(self.job_process)
        process_tree.kill_children()
        self.job_process = 0
        self._send_if_read({"finished": True})

    def _end(self) -> None:
        if self.job_process:
            process_tree.kill_group(self.job_process)
        process_tree.kill_children()
        os._exit(0)

    def _send_if_read(self, message: Any) -> None:
        """Send a message. If the engine is gone, standard input is about to end, and with it this process."""
        with contextlib.suppress(BrokenPipeError):
            self.send(message)
