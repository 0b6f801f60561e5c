"""Scheduler with recording nodes: which tests are sent to which worker, and when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from types import SimpleNamespace

import pytest
from xdist.workermanage import WorkerController

from pytest_execute.scheduling.batches import BatchSource
from pytest_execute.scheduling.task_queue import Blocked, TaskQueue, Workload
from pytest_execute.scheduling.xdist import ExecuteScheduling, SchedulerEvents


@dataclass(eq=False)
class Node(WorkerController):
    """Worker that records the batches sent to it in `sent`, and runs nothing."""

    id: str
    sent: list[list[int]] = field(default_factory=list)
    shutting_down: bool = False
    closed: bool = False

    def __post_init__(self) -> None:
        self.gateway = SimpleNamespace(id=self.id)  # type: ignore[assignment]  # the scheduler only uses its id

    def send_runtest_some(self, indices: Sequence[int]) -> None:
        if self.closed:
            raise OSError("cannot send")
        self.sent.append(list(indices))

    def take(self) -> list[int]:
        """Return the items that were sent since the last call."""
        sent, self.sent = [i for batch in self.sent for i in batch], []
        return sent


class SchedulingBench:
    """A scheduler over `tests` with two workers that have collected; item 100 + n ends a batch after test n."""

    def __init__(self, dependencies, tests, seconds=None, start=2):
        self.nodes = [Node(f"gw{i}") for i in range(2)]
        self.now = 0.0
        self.blocked: list[Blocked] = []
        self.refused: list[str] = []
        self.ids = [f"test_{i}" for i in range(len(tests))]
        source = BatchSource(
            TaskQueue(Workload(dependencies, tests, seconds or {})), [100 + i for i in range(len(tests))]
        )
        events = SchedulerEvents(lambda ids: source, self.blocked.append, self.refuse)
        self.scheduling = ExecuteScheduling(2, events, lambda: self.now)
        for node in self.nodes[:start]:
            self.add_worker(node)

    def refuse(self, node, expected, actual):
        self.refused.append(node.id)

    def add_worker(self, node, ids=None):
        self.scheduling.add_node(node)
        self.scheduling.add_node_collection(node, ids or self.ids)
        if self.scheduling.collection_is_completed:
            self.scheduling.schedule()

    def finish(self, node, *items, duration=0.001):
        for item in items:
            self.scheduling.mark_test_complete(node, item, duration)


def test_every_batch_ends_with_its_own_item_and_unknown_tests_go_one_by_one():
    bench = SchedulingBench({}, [[], [], []])

    assert [node.take() for node in bench.nodes] == [[0, 100], [1, 101]]
    bench.finish(bench.nodes[1], 1)
    assert [node.take() for node in bench.nodes] == [[], [2, 102]]


def test_known_tests_go_in_batches_of_sixty_milliseconds():
    bench = SchedulingBench({}, [[]] * 40, dict.fromkeys(range(40), 0.02))
    first, second = bench.nodes

    assert [first.take(), second.take()] == [[0, 1, 2, 102], [3, 4, 5, 105]]
    bench.finish(first, 0)
    assert first.take() == []  # forty milliseconds are left
    bench.finish(first, 1)
    assert first.take() == [6, 7, 107]


def test_a_few_known_tests_are_shared():
    bench = SchedulingBench({}, [[]] * 3, dict.fromkeys(range(3), 0.001))

    assert [node.take() for node in bench.nodes] == [[0, 1, 101], [2, 102]]


def test_a_worker_waits_until_something_can_start():
    bench = SchedulingBench({"a": [], "b": ["a"]}, [["a"], ["b"], ["b"]])
    first, second = bench.nodes

    assert [first.take(), second.take()] == [[0, 100], []]
    bench.finish(first, 0)
    assert [first.take(), second.take()] == [[1, 101], [2, 102]]
    bench.finish(first, 100, 1)
    assert not bench.scheduling.tests_finished
    bench.finish(second, 2)
    assert bench.scheduling.tests_finished


def test_a_worker_gets_its_next_test_when_the_call_of_the_last_one_has_passed():
    bench = SchedulingBench({}, [[]] * 4, {0: 1.0, 1: 0.9, 2: 0.8})
    first, second = bench.nodes
    assert [first.take(), second.take()] == [[0, 100], [1, 101]]

    bench.scheduling.mark_call_passed(first, 0)
    assert [first.take(), second.take()] == [[2, 102], []]
    bench.scheduling.mark_call_passed(first, 0)
    bench.finish(first, 0)
    assert first.take() == []
    bench.scheduling.mark_call_passed(second, 1)
    assert second.take() == [3, 103]


def test_a_test_that_completes_a_gate_sends_nothing_before_its_end():
    bench = SchedulingBench({"a": [], "b": ["a"]}, [["a"], [], ["b"], [], []], {0: 1.0, 1: 0.9, 2: 0.5, 3: 0.2, 4: 0.2})
    first, second = bench.nodes
    assert [first.take(), second.take()] == [[0, 100], [1, 101]]

    bench.scheduling.mark_call_passed(first, 0)
    assert first.take() == []
    bench.finish(first, 0)
    assert first.take() == [2, 102]


def test_after_a_slow_tear_down_nothing_is_sent_before_the_end():
    bench = SchedulingBench({}, [[]] * 5, dict.fromkeys(range(5), 1.0))
    first, _ = bench.nodes
    bench.scheduling.mark_call_passed(first, 0)
    assert first.take() == [0, 100, 2, 102]
    bench.now = 0.5
    bench.finish(first, 0)

    bench.scheduling.mark_call_passed(first, 2)
    assert first.take() == []


def test_a_worker_that_dies_after_a_call_gives_back_the_tests_sent_after_it():
    bench = SchedulingBench({}, [[]] * 3)
    first, second = bench.nodes
    bench.scheduling.mark_call_passed(first, 0)
    assert bench.scheduling.remove_node(first) == "test_0"
    bench.finish(second, 1)

    assert second.take() == [1, 101, 2, 102]


def test_a_report_that_did_not_pass_blocks_dependents():
    bench = SchedulingBench({"a": [], "b": ["a"]}, [["a"], ["b"]])
    bench.scheduling.mark_not_passed(0)
    bench.finish(bench.nodes[0], 0)

    assert bench.blocked == [Blocked(1, "b", "a")]
    assert bench.scheduling.tests_finished


def test_nothing_starts_before_all_workers_have_collected():
    bench = SchedulingBench({}, [[], []], start=1)

    assert (bench.nodes[0].take(), bench.scheduling.collection_is_completed, bench.scheduling.tests_finished) == (
        [],
        False,
        False,
    )
    bench.add_worker(bench.nodes[1])
    assert [node.take() for node in bench.nodes] == [[0, 100], [1, 101]]


def test_a_worker_with_other_tests_stops_the_run():
    bench = SchedulingBench({}, [[], []], start=1)
    bench.add_worker(bench.nodes[1], ["test_1", "test_0"])

    assert bench.refused == ["gw1"]
    assert bench.scheduling.tests_finished
    assert [node.take() for node in bench.nodes] == [[], []]


def test_a_crash_fails_the_running_test_and_gives_the_other_tests_back():
    bench = SchedulingBench({"a": [], "b": ["a"]}, [["a"], ["a"], ["a"], ["a"], ["b"]], dict.fromkeys(range(5), 0.02))
    first, second = bench.nodes
    assert [first.take(), second.take()] == [[0, 1, 101], [2, 3, 103]]

    assert bench.scheduling.remove_node(first) == "test_0"
    bench.finish(second, 2, 3, 103)
    assert second.take() == [1, 101]
    bench.finish(second, 1)
    assert bench.blocked == [Blocked(4, "b", "a")]


def test_a_test_that_crashed_can_be_run_again():
    bench = SchedulingBench({"a": [], "b": ["a"]}, [["a"], ["b"]])
    first, second = bench.nodes
    bench.scheduling.remove_node(first)
    bench.scheduling.mark_test_pending("test_0")

    assert not bench.scheduling.tests_finished
    assert second.take() == [0, 100]
    bench.finish(second, 0)
    assert bench.scheduling.tests_finished
    assert bench.blocked == [Blocked(1, "b", "a")]


def test_a_replacement_gets_tests_when_its_collection_is_known_and_equal():
    bench = SchedulingBench({}, [[]] * 3)
    first, second = bench.nodes
    second.closed = True
    assert bench.scheduling.remove_node(first) == "test_0"
    clone = Node("gw2")
    bench.scheduling.add_node(clone)
    bench.finish(second, 1)
    assert clone.take() == []
    bench.scheduling.add_node_collection(clone, bench.ids)
    bench.scheduling.schedule()
    assert clone.take() == [2, 102]


def test_a_worker_that_dies_while_it_waits_fails_no_test():
    bench = SchedulingBench({"a": [], "b": ["a"]}, [["a"], ["a"], ["b"]])
    bench.finish(bench.nodes[1], 1)

    assert bench.scheduling.remove_node(bench.nodes[1]) is None


@pytest.mark.parametrize("stopping", [False, True])
def test_a_worker_that_dies_at_the_end_of_a_batch_fails_the_test_before(stopping):
    bench = SchedulingBench({}, [[]] * (2 if stopping else 3))
    first = bench.nodes[0]
    bench.finish(first, 0)
    first.shutting_down = stopping

    assert bench.scheduling.remove_node(first) == "test_0"


def test_a_test_that_could_not_be_sent_goes_to_another_worker():
    bench = SchedulingBench({"a": [], "b": ["a"]}, [["a"], ["b"]])
    first, second = bench.nodes
    first.closed = True
    bench.finish(first, 0)

    assert second.take() == [1, 101]
    assert bench.scheduling.remove_node(first) is None


def test_a_worker_that_ends_normally_leaves_nothing():
    bench = SchedulingBench({}, [[], []])
    for node, test in zip(bench.nodes, (0, 1), strict=True):
        bench.finish(node, test, 100 + test)
        node.shutting_down = True

    assert [bench.scheduling.remove_node(node) for node in bench.nodes] == [None, None]
    assert bench.scheduling.nodes == []


def test_a_run_without_tests_is_finished():
    assert SchedulingBench({}, []).scheduling.tests_finished


def test_a_run_that_names_no_test_is_finished():
    """Workers that cannot find the named test collect nothing, and send no work."""
    events = SchedulerEvents(lambda ids: pytest.fail("there is no work"), print, print)
    scheduling = ExecuteScheduling(1, events)
    node = Node("gw0")
    scheduling.add_node(node)
    assert not scheduling.tests_finished
    scheduling.add_node_collection(node, [])
    scheduling.schedule()
    assert scheduling.tests_finished
    assert scheduling.remove_node(node) is None
