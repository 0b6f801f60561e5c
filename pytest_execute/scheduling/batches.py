"""Send tests to workers in batches.

| constant         | meaning |
| ---------------- | ------- |
| `LOW`            | a worker that has less than these seconds of work gets more |
| `FULL`           | a worker gets tests up to these seconds of work |
| `UNKNOWN_TEST`   | expected seconds of the first tests whose duration is unknown, so that they are sent one by one |
| `UNKNOWN_WEIGHT` | number of tests that this expectation counts for in the mean |
| `IDLE`           | a worker with less than these seconds of work is idle, and gets a test however long it takes |
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pytest_execute.scheduling.task_queue import TaskQueue
from pytest_execute.scheduling.worker_state import WorkerState

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

LOW, FULL = 0.03, 0.06
UNKNOWN_TEST, UNKNOWN_WEIGHT = 0.1, 4
IDLE = 1e-6


class BatchSource(NamedTuple):
    """Queue of the tests, and for each test the index of the item that ends a batch after it."""

    queue: TaskQueue
    batch_ends: Sequence[int]


class BatchSender:
    """Sender of tests to `workers`; a batch is as short as possible, so that little is lost when a test takes long."""

    def __init__(self, source: BatchSource, workers: Mapping[WorkerController, WorkerState]) -> None:
        self.queue, self.batch_ends = source
        self.workers = workers
        self._finished, self._mean_seconds = UNKNOWN_WEIGHT, UNKNOWN_TEST

    def record_duration(self, seconds: float) -> None:
        """Include a test that has ended in the mean, which unknown tests are expected to take."""
        self._finished += 1
        self._mean_seconds += (seconds - self._mean_seconds) / self._finished

    def send(self) -> None:
        """Send tests to workers with little work, to those with least first, and to none more than an even share."""
        share = -(-self.queue.ready_count // max(1, len(self.workers)))
        for node in sorted(self.workers, key=lambda node: self.workers[node].seconds):
            if not self.queue.ready_count:
                return
            state = self.workers[node]
            if state.is_ready and not node.shutting_down and state.seconds < LOW:
                self._send_to(node, state, share)

    def _send_to(self, node: WorkerController, state: WorkerState, share: int) -> None:
        batch = self._take_batch(node, state, share)
        if not batch:
            return
        batch_end = self.batch_ends[batch[-1]]
        state.items.append(batch_end)
        try:
            node.send_runtest_some([*batch, batch_end])
        except OSError:  # the worker has died, and xdist will report it: none of these tests has begun
            state.take_back_batch(batch)
            for test in batch:
                self.queue.give_back(test)

    def _take_batch(self, node: WorkerController, state: WorkerState, share: int) -> list[int]:
        """Take the next tests for one worker: at most `share`, and at least one if it is idle."""
        batch: list[int] = []
        while len(batch) < share and (test := self.queue.peek(node)) is not None:
            seconds = self.queue.seconds.get(test, self._mean_seconds)
            if state.seconds > IDLE and state.seconds + seconds > FULL:
                break
            self.queue.take(node)
            state.add_test(test, seconds)
            batch.append(test)
        return batch
