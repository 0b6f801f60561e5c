"""A file that takes all that is written, whatever its descriptor does."""

from __future__ import annotations

import io
import os
import threading

import pytest

from pytest_execute.tools.standard_streams import OutputFile


@pytest.fixture
def pipe() -> tuple[int, int]:
    return os.pipe()


def write(descriptor: int, text: str) -> list[type[OSError]]:
    """Write and flush twice, and return the losses that were told."""
    told: list[type[OSError]] = []
    stream = io.TextIOWrapper(
        io.BufferedWriter(OutputFile(descriptor, "here", lambda _, error: told.append(type(error))))
    )
    for _ in range(2):
        stream.write(text)
        stream.flush()
    os.close(descriptor)
    return told


def test_a_loss_is_told_once() -> None:
    assert write(os.open("/dev/full", os.O_WRONLY), "text") == [OSError]


def test_a_reader_that_ends_loses_no_text_of_others(pipe: tuple[int, int]) -> None:
    os.close(pipe[0])
    assert write(pipe[1], "text") == [BrokenPipeError]


def test_a_pipe_that_does_not_block_gets_everything(pipe: tuple[int, int]) -> None:
    """A terminal or a pipe can be set so by another process that has it."""
    os.set_blocking(pipe[1], False)
    read: list[bytes] = []

    def read_all() -> None:
        with os.fdopen(pipe[0], "rb") as file:
            read.append(file.read())

    reader = threading.Thread(target=read_all)
    reader.start()
    assert write(pipe[1], "x" * 300_000) == []
    reader.join()
    assert len(read[0]) == 600_000
