"""Messages on file descriptors, one JSON object per line; see `messages.py`."""

from __future__ import annotations

import json
import os
import select
from collections.abc import Iterator
from typing import Any


def write_message(descriptor: int, message: Any) -> None:
    """Write one line."""
    os.write(descriptor, json.dumps(message).encode() + b"\n")


def reserve_output(descriptor: int) -> int:
    """Return the descriptor to write messages to; standard output, which tests print on, is duplicated and silenced."""
    if descriptor != 1:
        return descriptor
    reserved, null = os.dup(descriptor), os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, descriptor)
    return reserved


class MessageReader:
    """Reader of the messages that another process writes to a pipe."""

    def __init__(self, pipe: int) -> None:
        self.pipe, self.text, self.is_closed = pipe, b"", False

    def read(self, timeout: float) -> list[Any] | None:
        """Return messages that arrived; None if none does within `timeout` seconds, or if the pipe is closed."""
        if self.is_closed or not select.select([self.pipe], [], [], timeout)[0]:
            return None
        piece = os.read(self.pipe, 1 << 16)
        if not piece:
            self.is_closed = True
            return None
        *lines, self.text = (self.text + piece).split(b"\n")
        return [json.loads(line) for line in lines]

    def read_rest(self) -> Iterator[Any]:
        """Yield messages that have arrived already."""
        while (messages := self.read(0)) is not None:
            yield from messages
