"""A process that obeys orders: it has pytest loaded and forks itself for each, see `engine/child/main.py`; or it starts pytest anew, see `engine/child/no_fork.py`."""

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

import msgspec

from pytest_execute.engine.settings import clean_environment
from pytest_execute.tools import process

STARTING = 60.0
"""Seconds that pytest may take to start, before the first order begins."""
CHILD, STARTER = (Path(__file__).parent / "child" / f"{name}.py" for name in ("main", "no_fork"))
Record = dict[str, Any]
Aborted = Literal["timeout", "crash", "spoilt", "lost"]
"""How an order did not come to its end: in the import of its test files, or at a test that changed the tree; or what runs it is gone."""


class ChildProcess:
    """Obeys one order after the other in the same place, until one hangs or the process is gone: then it ends itself with all that it started."""

    def __init__(self, place: Mapping[str, Any]) -> None:
        self.process, self.lines = self._started()
        self.group = 0
        self._write(place)

    def _started(self) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
        """The process, and what it answers on, which `end` closes."""
        ours, theirs = os.pipe()
        command = [sys.executable, str(CHILD), str(theirs)]
        child = process.start(command, cwd=CHILD.parent, env=clean_environment(), pass_fds=[theirs])
        os.close(theirs)
        return child, open(ours, "rb", buffering=0)  # noqa: PTH123 - a descriptor

    def obey(self, order: Mapping[str, Any], patience: float) -> tuple[list[Record], Aborted | None]:
        """All that is said of `order`, as it is said, and how it got stuck where it did not come to its end."""
        said: list[Record] = []
        try:
            self._write(order)
            for record in self._records(patience):
                if "over" in record:
                    return said, _stuck(said, "crash")
                self.group = record.get("group", self.group)
                said.append(record)
        except TimeoutError:
            self.end()
            return said, _stuck(said, "timeout")
        except BrokenPipeError:
            pass
        self.end()
        return said, "lost"

    def _write(self, what: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(msgspec.json.encode(what) + b"\n")
        self.process.stdin.flush()

    def _records(self, patience: float) -> Iterator[Record]:
        """The child's lines until it is gone; TimeoutError where none has come for `patience` seconds."""
        text = b""
        while True:
            piece = self._piece(patience if self.group else patience + STARTING)
            if not piece:
                return
            *whole, text = (text + piece).split(b"\n")
            yield from map(msgspec.json.decode, whole)

    def _piece(self, patience: float) -> bytes:
        """What was said next; nothing where the process is gone."""
        if not select.select([self.lines], [], [], patience)[0]:
            raise TimeoutError
        return self.lines.read(1 << 16)

    def is_over(self) -> bool:
        return self.lines.closed

    def end(self) -> None:
        """End it with all that it started."""
        if self.is_over():
            return
        process.kill_group(self.process.pid)
        if self.group:
            process.kill_group(self.group)
        self.process.communicate()
        self.lines.close()


class ChildProcessWithoutFork(ChildProcess):
    """The same where the system cannot fork: each order costs a start of pytest for each file."""

    def _started(self) -> tuple[subprocess.Popen[bytes], IO[bytes]]:
        child = process.start(
            [sys.executable, str(STARTER)], cwd=STARTER.parent, env=clean_environment(), keep_output=True
        )
        assert child.stdout is not None
        self.pieces = queue.SimpleQueue[bytes]()
        threading.Thread(target=self._listen, args=[child.stdout.fileno()], daemon=True).start()
        return child, child.stdout

    def _listen(self, out: int) -> None:
        """Hear what is said in a thread: not all systems can wait for a pipe for so long and no longer."""
        piece = b"?"
        while piece:
            piece = os.read(out, 1 << 16)
            self.pieces.put(piece)

    def _piece(self, patience: float) -> bytes:
        try:
            return self.pieces.get(timeout=patience)
        except queue.Empty:
            raise TimeoutError from None


def start_child(place: Mapping[str, Any]) -> ChildProcess:
    """What obeys orders on this system."""
    return ChildProcess(place) if hasattr(os, "fork") else ChildProcessWithoutFork(place)


def _stuck(said: Sequence[Record], how: Aborted) -> Aborted | None:
    """How an order got stuck that has said this and then no more: `how`, if no test had begun."""
    if any("end" in record for record in said):
        return None
    if any("spoilt" in record for record in said):
        return "spoilt"
    return "lost" if any("collected" in record or "fault" in record for record in said) else how
