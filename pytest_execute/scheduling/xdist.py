"""Scheduler for pytest-xdist over a `TaskQueue`."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pytest_execute.scheduling.batches import BatchSender, BatchSource
from pytest_execute.scheduling.task_queue import Blocked
from pytest_execute.scheduling.worker_state import Clock, WorkerState

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController


class SchedulerEvents(NamedTuple):
    """Functions that the scheduler calls.

    `create_source` makes the queue once every worker has collected the same nodeids. `report_blocked` reports a blocked
    test. `report_other_tests` reports a worker that collected other tests than the first one, after which nothing more
    runs.
    """

    create_source: Callable[[Sequence[str]], BatchSource]
    report_blocked: Callable[[Blocked], None]
    report_other_tests: Callable[[WorkerController, Sequence[str], Sequence[str]], None]


class ExecuteScheduling:
    """Implementation of xdist's `Scheduling` protocol (xdist 3.8, `xdist/scheduler/protocol.py`)."""

    config: object = None  # pytest-rerunfailures 16 reads it in `pytest_handlecrashitem`

    def __init__(self, worker_count: int, events: SchedulerEvents, clock: Clock = time.monotonic) -> None:
        self.worker_count, self.events, self.clock = worker_count, events, clock
        self.workers: dict[WorkerController, WorkerState] = {}
        self.tests: list[str] | None = None
        self.batches: BatchSender | None = None
        self.not_passed: set[int] = set()
        self.is_broken = False

    # Properties of the protocol

    @property
    def nodes(self) -> list[WorkerController]:
        return list(self.workers)

    @property
    def collection_is_completed(self) -> bool:
        return self.batches is not None or sum(s.is_ready for s in self.workers.values()) >= self.worker_count

    @property
    def tests_finished(self) -> bool:
        has_none = (
            self.tests is not None and not self.tests
        )  # such as where the command line names one that is not there
        return self.is_broken or has_none or (self.batches is not None and not self.batches.queue.remaining)

    @property
    def has_pending(self) -> bool:
        return self.batches is not None and bool(self.batches.queue.remaining)

    # Start and end of workers

    def add_node(self, node: WorkerController) -> None:
        self.workers[node] = WorkerState(clock=self.clock)

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """Allow tests to be sent to `node`, if it collected the same tests as the others; a replacement may differ."""
        if self.tests is None:
            self.tests = list(collection)
        if self.tests == list(collection):
            self.workers[node].is_ready = True
        else:
            self.is_broken = True
            self.events.report_other_tests(node, self.tests, collection)

    def schedule(self) -> None:
        if self.is_broken or not self.tests:
            return
        if self.batches is None:
            self.batches = BatchSender(self.events.create_source(self.tests), self.workers)
        self.batches.send()

    def remove_node(self, node: WorkerController) -> str | None:
        """Remove a worker that has ended; return the nodeid that it died in, if any, and requeue its other tests."""
        state = self.workers.pop(node)
        if self.batches is None or self.tests is None:
            return None
        self.batches.queue.remove_worker(node)
        crashed = state.crashed_test(node.shutting_down)
        for test in state.tests:
            if test != crashed:
                self.batches.queue.give_back(test)
        if crashed is not None:
            self._finish(self.batches, crashed, passed=False)
        self.batches.send()
        return None if crashed is None else self.tests[crashed]

    # Start and end of tests

    def is_batch_end(self, item: int) -> bool:
        """Return True if a worker's item with this index ends a batch, and is no test."""
        return self.tests is not None and item >= len(self.tests)

    def mark_not_passed(self, test: int) -> None:
        """Record that a report of `test` says that it did not pass, which xdist does not tell its scheduler."""
        self.not_passed.add(test)

    def mark_call_passed(self, node: WorkerController, test: int) -> None:
        """Send the next test to a worker while it tears down a test whose call has passed."""
        state = self.workers.get(node)
        if state is None or self.batches is None or self.batches.queue.completes_gate(test):
            return
        if state.finish_call(test):
            self.batches.send()

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        if self.workers[node].finish_item(item_index) and self.batches is not None:
            self.batches.record_duration(duration)
            self._finish(self.batches, item_index, item_index not in self.not_passed)
            self.batches.send()

    def mark_test_pending(self, item: str) -> None:
        """Run a test again that has crashed its worker: pytest-rerunfailures calls this."""
        assert self.batches is not None
        assert self.tests is not None
        self.batches.queue.run_again(self.tests.index(item))
        self.batches.send()

    def remove_pending_tests_from_node(self, node: WorkerController, indices: Sequence[int]) -> None:
        raise NotImplementedError("a test is never taken away from its worker")

    def _finish(self, batches: BatchSender, test: int, passed: bool) -> None:
        for blocked in batches.queue.finish(test, passed):
            self.events.report_blocked(blocked)
