"""A process that has pytest loaded and forks itself for each order; see `forks/child.py`."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from pytest_execute.forks.setting import unsteered
from pytest_execute.tools import process

STARTING = 60.0
"""Seconds that pytest may take to start, before the first order begins."""
CHILD = Path(__file__).with_name("child.py")
Record = dict[str, Any]
Stuck = Literal["timeout", "crash", "spoilt", "lost"]
"""How an order did not come to its end: in the import of its test files, or at a test that changed the tree; or what runs it is gone."""


class Server:
    """Obeys one order after the other in the same place, until one hangs or the process is gone: then it ends itself with all that it started."""

    def __init__(self, place: Mapping[str, Any]) -> None:
        ours, theirs = os.pipe()
        command = [sys.executable, str(CHILD), str(theirs)]
        self.process = process.start(command, cwd=CHILD.parent, env=unsteered(), pass_fds=[theirs])
        os.close(theirs)
        self.lines = open(ours, "rb", buffering=0)  # noqa: PTH123, SIM115 - a descriptor, closed in `end`
        self.group = 0
        self._write(place)

    def obey(self, order: Mapping[str, Any], patience: float) -> tuple[list[Record], Stuck | None]:
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
            if not select.select([self.lines], [], [], patience if self.group else patience + STARTING)[0]:
                raise TimeoutError
            piece = self.lines.read(1 << 16)
            if not piece:
                return
            *whole, text = (text + piece).split(b"\n")
            yield from map(msgspec.json.decode, whole)

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


def _stuck(said: Sequence[Record], how: Stuck) -> Stuck | None:
    """How an order got stuck that has said this and then no more: `how`, if no test had begun."""
    if any("end" in record for record in said):
        return None
    if any("spoilt" in record for record in said):
        return "spoilt"
    return "lost" if any("collected" in record or "fault" in record for record in said) else how
