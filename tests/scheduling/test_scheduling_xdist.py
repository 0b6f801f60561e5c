"""The scheduler with nodes that only record: what is sent to whom, and when."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest

from pytest_execute.scheduling.task_queue import Blocked, TaskQueue
from pytest_execute.scheduling.xdist import Batches, ExecuteScheduling


@dataclass(eq=False)
class Node:
    """A worker as the scheduler sees it. `sent` holds the batches."""

    id: str
    sent: list[list[int]] = field(default_factory=list)
    shutting_down: bool = False
    closed: bool = False

    @property
    def gateway(self) -> SimpleNamespace:
        return SimpleNamespace(id=self.id)

    def send_runtest_some(self, indices: list[int]) -> None:
        if self.closed:
            raise OSError("cannot send")
        self.sent.append(indices)

    def take(self) -> list[int]:
        """What was sent since the last time."""
        sent, self.sent = [i for batch in self.sent for i in batch], []
        return sent


class Bench:
    """A scheduler over `tests` with two workers that have collected; item 100 + n is the sentinel of test n."""

    def __init__(self, needs, tests, seconds=None, start=2):
        self.nodes = [Node(f"gw{i}") for i in range(2)]
        self.now = 0.0
        self.told: list[Blocked] = []
        self.refused: list[str] = []
        self.ids = [f"test_{i}" for i in range(len(tests))]
        batches = Batches(TaskQueue(needs, tests, seconds), [100 + i for i in range(len(tests))])
        self.sched = ExecuteScheduling(2, lambda ids: batches, self.told.append, self.refuse, lambda: self.now)
        for node in self.nodes[:start]:
            self.join(node)

    def refuse(self, node, ours, theirs):
        self.refused.append(node.id)

    def join(self, node, ids=None):
        self.sched.add_node(node)
        self.sched.add_node_collection(node, ids or self.ids)
        if self.sched.collection_is_completed:
            self.sched.schedule()

    def done(self, node, *items, duration=0.001):
        for item in items:
            self.sched.mark_test_complete(node, item, duration)


def test_every_batch_ends_with_a_sentinel_and_unknown_tests_go_one_by_one():
    bench = Bench({}, [[], [], []])

    assert [node.take() for node in bench.nodes] == [[0, 100], [1, 101]]
    bench.done(bench.nodes[1], 1)
    assert [node.take() for node in bench.nodes] == [[], [2, 102]]


def test_known_tests_go_in_batches_of_sixty_milliseconds():
    bench = Bench({}, [[]] * 40, dict.fromkeys(range(40), 0.02))
    first, second = bench.nodes

    assert [first.take(), second.take()] == [[0, 1, 2, 102], [3, 4, 5, 105]]
    bench.done(first, 0)
    assert first.take() == []  # forty milliseconds are left
    bench.done(first, 1)
    assert first.take() == [6, 7, 107]


def test_a_few_known_tests_are_shared():
    bench = Bench({}, [[]] * 3, dict.fromkeys(range(3), 0.001))

    assert [node.take() for node in bench.nodes] == [[0, 1, 101], [2, 102]]


def test_a_worker_waits_until_something_can_start():
    bench = Bench({"a": [], "b": ["a"]}, [["a"], ["b"], ["b"]])
    first, second = bench.nodes

    assert [first.take(), second.take()] == [[0, 100], []]
    bench.done(first, 0)
    assert [first.take(), second.take()] == [[1, 101], [2, 102]]
    bench.done(first, 100, 1)
    assert not bench.sched.tests_finished
    bench.done(second, 2)
    assert bench.sched.tests_finished


def test_a_worker_gets_its_next_test_when_the_call_of_the_last_one_has_passed():
    bench = Bench({}, [[]] * 4, {0: 1.0, 1: 0.9, 2: 0.8})
    first, second = bench.nodes
    assert [first.take(), second.take()] == [[0, 100], [1, 101]]

    bench.sched.mark_called(first, 0)
    assert [first.take(), second.take()] == [[2, 102], []]
    bench.sched.mark_called(first, 0)
    bench.done(first, 0)
    assert first.take() == []
    bench.sched.mark_called(second, 1)
    assert second.take() == [3, 103]


def test_who_may_let_a_more_urgent_one_start_gets_nothing_before_that_is_known():
    bench = Bench({"a": [], "b": ["a"]}, [["a"], [], ["b"], [], []], {0: 1.0, 1: 0.9, 2: 0.5, 3: 0.2, 4: 0.2})
    first, second = bench.nodes
    assert [first.take(), second.take()] == [[0, 100], [1, 101]]

    bench.sched.mark_called(first, 0)
    assert first.take() == []
    bench.done(first, 0)
    assert first.take() == [2, 102]


def test_where_tearing_down_takes_long_nothing_is_sent_behind_it():
    bench = Bench({}, [[]] * 5, dict.fromkeys(range(5), 1.0))
    first, _ = bench.nodes
    bench.sched.mark_called(first, 0)
    assert first.take() == [0, 100, 2, 102]
    bench.now = 0.5
    bench.done(first, 0)

    bench.sched.mark_called(first, 2)
    assert first.take() == []


def test_a_worker_that_dies_after_a_call_gives_back_what_was_sent_behind_it():
    bench = Bench({}, [[]] * 3)
    first, second = bench.nodes
    bench.sched.mark_called(first, 0)
    assert bench.sched.remove_node(first) == "test_0"
    bench.done(second, 1)

    assert second.take() == [1, 101, 2, 102]


def test_a_bad_report_blocks_what_follows():
    bench = Bench({"a": [], "b": ["a"]}, [["a"], ["b"]])
    bench.sched.mark_bad(0)
    bench.done(bench.nodes[0], 0)

    assert bench.told == [Blocked(1, "b", "a")]
    assert bench.sched.tests_finished


def test_nothing_starts_before_all_have_collected():
    bench = Bench({}, [[], []], start=1)

    assert (bench.nodes[0].take(), bench.sched.collection_is_completed, bench.sched.tests_finished) == (
        [],
        False,
        False,
    )
    bench.join(bench.nodes[1])
    assert [node.take() for node in bench.nodes] == [[0, 100], [1, 101]]


def test_other_tests_in_one_worker_stop_everything():
    bench = Bench({}, [[], []], start=1)
    bench.join(bench.nodes[1], ["test_1", "test_0"])

    assert bench.refused == ["gw1"]
    assert bench.sched.tests_finished
    assert [node.take() for node in bench.nodes] == [[], []]


def test_a_crash_fails_the_running_test_and_gives_the_others_back():
    bench = Bench({"a": [], "b": ["a"]}, [["a"], ["a"], ["a"], ["a"], ["b"]], dict.fromkeys(range(5), 0.02))
    first, second = bench.nodes
    assert [first.take(), second.take()] == [[0, 1, 101], [2, 3, 103]]

    assert bench.sched.remove_node(first) == "test_0"
    bench.done(second, 2, 3, 103)
    assert second.take() == [1, 101]
    bench.done(second, 1)
    assert bench.told == [Blocked(4, "b", "a")]


def test_a_test_that_crashed_can_be_run_again():
    bench = Bench({"a": [], "b": ["a"]}, [["a"], ["b"]])
    first, second = bench.nodes
    bench.sched.remove_node(first)
    bench.sched.mark_test_pending("test_0")

    assert not bench.sched.tests_finished
    assert second.take() == [0, 100]
    bench.done(second, 0)
    assert bench.sched.tests_finished
    assert bench.told == [Blocked(1, "b", "a")]


def test_a_replacement_is_fed_when_its_collection_is_known_and_equal():
    bench = Bench({}, [[]] * 3)
    first, second = bench.nodes
    second.closed = True
    assert bench.sched.remove_node(first) == "test_0"
    clone = Node("gw2")
    bench.sched.add_node(clone)
    bench.done(second, 1)
    assert clone.take() == []
    bench.sched.add_node_collection(clone, bench.ids)
    bench.sched.schedule()
    assert clone.take() == [2, 102]


def test_a_worker_that_holds_a_sentinel_dies_of_no_test():
    bench = Bench({"a": [], "b": ["a"]}, [["a"], ["a"], ["b"]])
    bench.done(bench.nodes[1], 1)

    assert bench.sched.remove_node(bench.nodes[1]) is None


@pytest.mark.parametrize("stopping", [False, True])
def test_a_worker_that_dies_in_a_sentinel_dies_of_the_test_before(stopping):
    bench = Bench({}, [[]] * (2 if stopping else 3))
    first = bench.nodes[0]
    bench.done(first, 0)
    first.shutting_down = stopping

    assert bench.sched.remove_node(first) == "test_0"


def test_a_test_that_could_not_be_sent_goes_to_another_worker():
    bench = Bench({"a": [], "b": ["a"]}, [["a"], ["b"]])
    first, second = bench.nodes
    first.closed = True
    bench.done(first, 0)

    assert second.take() == [1, 101]
    assert bench.sched.remove_node(first) is None


def test_a_worker_that_ends_normally_leaves_nothing():
    bench = Bench({}, [[], []])
    for node, test in zip(bench.nodes, (0, 1), strict=True):
        bench.done(node, test, 100 + test)
        node.shutting_down = True

    assert [bench.sched.remove_node(node) for node in bench.nodes] == [None, None]
    assert bench.sched.nodes == []


def test_no_tests_at_all_is_the_end():
    assert Bench({}, []).sched.tests_finished
