"""Child process that runs the tests of one job after another in one directory.

Where the system can fork, the child has pytest loaded and forks itself for each job (`engine/child/main.py`). Elsewhere
it starts pytest for each file (`engine/child/no_fork.py`). Jobs go to its standard input and replies come back;
`engine/child/messages.py` declares both.
"""

from __future__ import annotations

import os
import queue
import select
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Literal

from pytest_execute.engine.child import process_tree
from pytest_execute.engine.child.messages import JobMessage, JobReply, SetupMessage
from pytest_execute.engine.settings import child_environment
from pytest_execute.tools import json_values, process

START_SECONDS = 60.0
"""Seconds that pytest may take to start, before the first job begins."""
BLOCK = 1 << 16
"""Bytes to read at once."""
FORKING_CHILD, STARTING_CHILD = (Path(__file__).parent / "child" / f"{name}.py" for name in ("main", "no_fork"))
Aborted = Literal["timeout", "crash", "modified", "lost"]
"""Reason why a job ended too soon.

    timeout, crash    while the test files were imported
    modified          at a test that changed files of the tree
    lost              the process that runs the tests is gone
"""


class ChildProcess:
    """Process that runs jobs in one directory, until a job hangs or the process is gone.

    Everything that it started is ended then. `setup` is its first line, with everything that its jobs have in common.
    """

    def __init__(self, setup: SetupMessage) -> None:
        self.process, self.output = self._start()
        self.group = 0
        self._write(setup)

    def _start(self) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
        """Return the process, and the pipe with its replies, which `end` closes."""
        ours, theirs = os.pipe()
        command = [sys.executable, str(FORKING_CHILD), str(theirs)]
        child = process.start(command, cwd=FORKING_CHILD.parent, env=child_environment(), pass_fds=[theirs])
        os.close(theirs)
        return child, open(ours, "rb", buffering=0)  # noqa: PTH123 - Path.open takes no descriptor

    def run_job(self, job: JobMessage, timeout: float) -> tuple[list[JobReply], Aborted | None]:
        """Return all replies to `job`, and how it was aborted, None where it ran to its end."""
        replies: list[JobReply] = []
        try:
            self._write(job)
            for reply in self._replies(timeout):
                if "finished" in reply:
                    return replies, _aborted(replies, "crash")
                if "process_group" in reply:
                    self.group = reply["process_group"]
                replies.append(reply)
        except TimeoutError:
            self.end()
            return replies, _aborted(replies, "timeout")
        except BrokenPipeError:
            pass
        self.end()
        return replies, "lost"

    def _write(self, line: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json_values.encode(line) + b"\n")
        self.process.stdin.flush()

    def _replies(self, timeout: float) -> Iterator[JobReply]:
        """Yield the child's replies until it is gone. Raises TimeoutError where none has come for `timeout` seconds."""
        rest = b""
        while True:
            block = self._read(timeout if self.group else timeout + START_SECONDS)
            if not block:
                return
            *lines, rest = (rest + block).split(b"\n")
            yield from map(json_values.decode, lines)

    def _read(self, timeout: float) -> bytes:
        """Return the next bytes; none where the process is gone."""
        if not select.select([self.output], [], [], timeout)[0]:
            raise TimeoutError
        return self.output.read(BLOCK)

    def is_ended(self) -> bool:
        return self.output.closed

    def end(self) -> None:
        """End the process with everything that it started."""
        if self.is_ended():
            return
        process_tree.kill_group(self.process.pid)
        if self.group:
            process_tree.kill_group(self.group)
        self.process.communicate()
        self.output.close()


class ChildProcessWithoutFork(ChildProcess):
    """Process for systems that cannot fork: each job costs a start of pytest for each file."""

    def _start(self) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
        child = process.start(
            [sys.executable, str(STARTING_CHILD)], cwd=STARTING_CHILD.parent, env=child_environment(), keep_output=True
        )
        assert child.stdout is not None
        self.blocks = queue.SimpleQueue[bytes]()
        threading.Thread(target=self._read_all, args=[child.stdout.fileno()], daemon=True).start()
        return child, child.stdout

    def _read_all(self, descriptor: int) -> None:
        """Read the replies in a thread, as select() takes no pipes on Windows."""
        block = b"?"
        while block:
            block = os.read(descriptor, BLOCK)
            self.blocks.put(block)

    def _read(self, timeout: float) -> bytes:
        try:
            return self.blocks.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError from None


def start_child(setup: SetupMessage) -> ChildProcess:
    """Start the child process that this system can have."""
    return ChildProcess(setup) if hasattr(os, "fork") else ChildProcessWithoutFork(setup)


def _aborted(replies: Sequence[JobReply], before_tests: Aborted) -> Aborted | None:
    """Return how a job was aborted: `before_tests` where no test had begun, None where it ran to its end."""
    if any("completed" in reply for reply in replies):
        return None
    if any("modified" in reply for reply in replies):
        return "modified"
    has_begun = any("collected" in reply or "internal_error" in reply for reply in replies)
    return "lost" if has_begun else before_tests
