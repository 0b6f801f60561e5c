"""Messages arrive whole, however the pipe cuts them."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from pytest_execute.engine.child.message_pipe import MessageReader, reserve_output, write_message


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    read_end, write_end = os.pipe()
    yield read_end, write_end
    os.close(read_end)


def test_a_message_in_two_pieces_is_one_message(pipe: tuple[int, int]) -> None:
    reader = MessageReader(pipe[0])
    os.write(pipe[1], b'{"file": "a.py"}\n{"file":')
    assert reader.read(1.0) == [{"file": "a.py"}]
    os.write(pipe[1], b' "b.py"}\n')
    assert reader.read(1.0) == [{"file": "b.py"}]
    os.close(pipe[1])


def test_an_open_pipe_without_messages_is_not_closed(pipe: tuple[int, int]) -> None:
    reader = MessageReader(pipe[0])
    assert reader.read(0) is None
    assert not reader.is_closed
    os.close(pipe[1])
    assert reader.read(1.0) is None
    assert reader.is_closed


def test_the_rest_ends_when_nothing_more_has_arrived(pipe: tuple[int, int]) -> None:
    for number in range(3):
        write_message(pipe[1], {"trial": number})
    assert [message["trial"] for message in MessageReader(pipe[0]).read_rest()] == [0, 1, 2]
    os.close(pipe[1])


def test_only_standard_output_is_replaced() -> None:
    assert reserve_output(7) == 7
