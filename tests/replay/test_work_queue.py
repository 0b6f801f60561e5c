"""Who runs what next."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest

from pytest_execute.replay.work_queue import WorkQueue, first_files, run_jobs


def test_the_lowest_tree_comes_first_with_all_that_waits_for_it() -> None:
    waiting = WorkQueue[int](workers=2)
    waiting.add(3, ["a::x"])
    waiting.add(1, ["b::x"])
    waiting.add(3, ["b::y"])
    assert [waiting.take(), waiting.take()] == [(1, ["b::x"]), (3, ["a::x", "b::y"])]


def test_the_only_tree_is_shared_out_by_files() -> None:
    waiting = WorkQueue[int](workers=2)
    waiting.add(0, ["a::1", "a::2", "a::3", "b::1", "c::1"])
    assert [waiting.take(), waiting.take()] == [(0, ["a::1", "a::2", "a::3"]), (0, ["b::1", "c::1"])]


def each(test: str) -> float:
    return 1.0


def test_parts_are_whole_files() -> None:
    assert first_files(["a::1", "b::1", "a::2", "c::1"], 2, each) == ["a::1", "a::2"]
    assert first_files(["a::1", "b::1"], 2, each) == ["a::1", "b::1"]
    assert first_files(["a::1"], 0.1, each) == ["a::1"]


def test_a_part_is_measured_by_what_its_tests_take_the_costliest_file_first() -> None:
    costs = {"a::1": 1.0, "b::1": 1.0, "c::1": 6.0, "d::1": 1.0, "e::1": 1.0}
    assert first_files([*costs], 5, costs.__getitem__) == ["c::1"]
    assert first_files(["a::1", "b::1", "d::1", "e::1"], 2, costs.__getitem__) == ["a::1", "b::1"]
    assert first_files([*costs], 8, costs.__getitem__) == ["a::1", "b::1", "c::1"]


def test_where_more_comes_a_tree_is_not_cut_while_others_wait() -> None:
    for grows, first in ((True, ["a::1", "b::1", "c::1"]), (False, ["a::1", "b::1"])):
        waiting = WorkQueue[int](workers=2, grows=grows)
        waiting.add(0, ["a::1", "b::1", "c::1"])
        waiting.add(1, ["a::1"])
        assert waiting.take() == (0, first)


def test_who_finds_nothing_waits_for_what_the_others_add() -> None:
    waiting = WorkQueue[int](workers=2)
    waiting.add(0, ["a::x"])
    assert waiting.take() == (0, ["a::x"])
    found: list[object] = []
    other = threading.Thread(target=lambda: found.append(waiting.take()))
    other.start()
    waiting.add(5, ["a::x"])
    waiting.done()
    other.join(10)
    assert found == [(5, ["a::x"])]
    waiting.done()
    assert waiting.take() is None


def test_what_is_found_out_meanwhile_is_shared_out_too() -> None:
    ran: list[tuple[str, list[str]]] = []

    def find() -> list[tuple[str, str]]:
        while not ran:
            time.sleep(0.01)
        time.sleep(0.1)  # the others have nothing to do
        return [("later", "b::x")]

    def run(tree: str, tests: Sequence[str]) -> None:
        ran.append((tree, [*tests]))

    run_jobs([([("now", "a::x")], run), (find, run)], 2, each)
    assert ran == [("now", ["a::x"]), ("later", ["b::x"])]


def test_who_cannot_find_out_keeps_nobody_waiting() -> None:
    def find() -> list[tuple[str, str]]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run_jobs([([("now", "a::x")], print), (find, print)], 2, each)
