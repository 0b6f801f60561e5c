"""Standard output and standard error that take whatever this program writes.

A stream may be closed, full, a pipe whose reader has ended, or in an encoding that lacks a letter. None of this is a
part of the verdict: output that is lost is reported once on standard error, and the program goes on.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import sys
from collections.abc import Callable
from typing import TextIO

from pytest_execute.core.errors import Problem

OUTPUTS = {"stdout": (1, "standard output"), "stderr": (2, "standard error")}


def protect() -> None:
    """Let no write to a standard stream fail from now on; streams that someone else has replaced stay as they are."""
    open_closed_descriptors()
    if sys.stdin is None:
        sys.stdin = open(os.devnull)  # noqa: PTH123, SIM115 - stays open
    for name, (descriptor, title) in OUTPUTS.items():
        stream = getattr(sys, name)
        if stream is None or (stream is getattr(sys, f"__{name}__") and _descriptor(stream) == descriptor):
            setattr(sys, name, _protected(stream, descriptor, title))


def open_closed_descriptors() -> None:
    """Open the null device in place of a closed standard stream: the next file would become that stream."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # gets the lowest free number, which is this one


def _descriptor(stream: TextIO) -> int | None:
    try:
        return stream.fileno()
    except (OSError, ValueError):
        return None


def _protected(stream: TextIO | None, descriptor: int, title: str) -> TextIO:
    if stream is not None:
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    output = OutputFile(descriptor, title, _tell)
    is_unbuffered = getattr(stream, "write_through", False)
    return io.TextIOWrapper(
        output if is_unbuffered else io.BufferedWriter(output),  # as CPython does
        encoding=getattr(stream, "encoding", None) or "utf-8",
        errors="backslashreplace",
        line_buffering=getattr(stream, "line_buffering", False),
        write_through=is_unbuffered,
    )


def _tell(title: str, error: OSError) -> None:
    """Say on standard error what was lost; a reader that ended, as in `| head`, wanted no more."""
    if title != OUTPUTS["stderr"][1] and not isinstance(error, BrokenPipeError):
        sys.stderr.write(f"{Problem('unwritable', f'cannot be written: {error.strerror}', title)}\n")


class OutputFile(io.FileIO):
    """Open descriptor that takes everything: it becomes the null device after an error, which `tell_loss` gets."""

    def __init__(self, descriptor: int, title: str, tell_loss: Callable[[str, OSError], None]) -> None:
        super().__init__(descriptor, "w", closefd=False)
        self._title, self._tell_loss = title, tell_loss

    def write(self, data: object) -> int:
        """Write all of `data`, also to a pipe that does not block."""
        rest = memoryview(data).cast("B")  # type: ignore[arg-type]  # any buffer
        size = len(rest)
        try:
            while rest:
                written: int | None = super().write(rest)
                if written is None:
                    select.select([], [self.fileno()], [])
                rest = rest[written or 0 :]
        except OSError as error:
            null = os.open(os.devnull, os.O_WRONLY)
            os.dup2(null, self.fileno())
            os.close(null)
            self._tell_loss(self._title, error)
        return size
