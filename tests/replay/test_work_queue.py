"""Queue of tests that wait for trees, and jobs that share it."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

import pytest

from pytest_execute.replay.work_queue import WorkQueue, first_files, run_jobs
from tests.polling import LONGEST


def test_the_lowest_tree_is_taken_first_with_all_tests_that_wait_for_it() -> None:
    queue = WorkQueue[int](workers=2)
    queue.add(3, ["a::x"])
    queue.add(1, ["b::x"])
    queue.add(3, ["b::y"])
    assert [queue.take(), queue.take()] == [(1, ["b::x"]), (3, ["a::x", "b::y"])]


def test_the_only_tree_is_shared_by_files() -> None:
    queue = WorkQueue[int](workers=2)
    queue.add(0, ["a::1", "a::2", "a::3", "b::1", "c::1"])
    assert [queue.take(), queue.take()] == [(0, ["a::1", "a::2", "a::3"]), (0, ["b::1", "c::1"])]


def each(test: str) -> float:
    return 1.0


def test_a_share_has_whole_files() -> None:
    assert first_files(["a::1", "b::1", "a::2", "c::1"], 2, each) == ["a::1", "a::2"]
    assert first_files(["a::1", "b::1"], 2, each) == ["a::1", "b::1"]
    assert first_files(["a::1"], 0.1, each) == ["a::1"]


def test_a_share_is_measured_in_seconds_with_the_costliest_file_first() -> None:
    costs = {"a::1": 1.0, "b::1": 1.0, "c::1": 6.0, "d::1": 1.0, "e::1": 1.0}
    assert first_files([*costs], 5, costs.__getitem__) == ["c::1"]
    assert first_files(["a::1", "b::1", "d::1", "e::1"], 2, costs.__getitem__) == ["a::1", "b::1"]
    assert first_files([*costs], 8, costs.__getitem__) == ["a::1", "b::1", "c::1"]


def test_in_a_queue_that_grows_a_tree_is_not_shared_while_others_wait() -> None:
    for grows, first in ((True, ["a::1", "b::1", "c::1"]), (False, ["a::1", "b::1"])):
        queue = WorkQueue[int](workers=2, grows=grows)
        queue.add(0, ["a::1", "b::1", "c::1"])
        queue.add(1, ["a::1"])
        assert queue.take() == (0, first)


def test_a_worker_without_tests_waits_for_those_that_others_add() -> None:
    queue = WorkQueue[int](workers=2)
    queue.add(0, ["a::x"])
    assert queue.take() == (0, ["a::x"])
    found: list[object] = []
    other = threading.Thread(target=lambda: found.append(queue.take()))
    other.start()
    queue.add(5, ["a::x"])
    queue.done()
    other.join(LONGEST)
    assert found == [(5, ["a::x"])]
    queue.done()
    assert queue.take() is None


def test_tests_that_are_found_meanwhile_are_shared_too() -> None:
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


def test_a_finder_that_fails_does_not_keep_workers_queue() -> None:
    def find() -> list[tuple[str, str]]:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        run_jobs([([("now", "a::x")], print), (find, print)], 2, each)
