"""The queue as a scheduler of pytest-xdist: what each worker holds, when it gets more, and what its death means."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from pytest_execute.scheduling.task_queue import Blocked, TaskQueue

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

LOW, FULL = 0.03, 0.06
"""Seconds of work: a worker that has less than the first to do gets up to the second."""
QUICK = 0.02
"""Seconds in which a worker that has told of a call should have told all of its test."""
NOTHING = 1e-6
Clock = Callable[[], float]


class Batches(NamedTuple):
    """What a run hands out: tests, and after the last one of a batch its sentinel."""

    queue: TaskQueue
    sentinels: Sequence[int]


@dataclass
class Station:
    """What one worker has to do: the tests and sentinels sent to it, in order, and how long each test may take.

    `since` is when it came to the first of them, `called` when the call of the first of them had passed; `slow` says whether it
    took long from there to the end the last time.
    """

    sent: deque[int] = field(default_factory=deque)
    tests: dict[int, float] = field(default_factory=dict)
    seconds: float = 0.0
    ready: bool = False
    last: int | None = None
    since: float = 0.0
    called: float | None = None
    slow: bool = False
    clock: Clock = time.monotonic

    def add(self, test: int, seconds: float) -> None:
        """`test` goes to the worker, and may take so long."""
        if not self.tests:
            self.since = self.clock()
        self.sent.append(test)
        self.tests[test] = seconds
        self.seconds += seconds

    def done(self, item: int) -> bool:
        """The worker is through with a test (True) or a sentinel (False)."""
        self.sent.remove(item)
        self.since = self.clock()
        if item not in self.tests:
            return False
        if self.called is not None:
            self.slow, self.called = self.since - self.called > QUICK, None
        self.seconds -= self.tests.pop(item)
        self.last = item
        return True

    def call_passed(self, test: int) -> bool:
        """The worker is nearly through with a test; whether it will be at once, as far as is known."""
        if test not in self.tests or self.called is not None:
            return False
        self.called = self.clock()
        if not self.slow:
            self.seconds, self.tests[test] = self.seconds - self.tests[test], 0.0
        return not self.slow


class ExecuteScheduling:
    """xdist's `Scheduling` protocol over a `Queue`.

    `begin` makes the queue once every worker has collected the same nodeids, `tell` reports a blocked test, `refuse`
    that a worker collected others than the first one, after which nothing more is run.
    """

    config: object = None  # pytest-rerunfailures looks for it

    def __init__(
        self,
        workers: int,
        begin: Callable[[Sequence[str]], Batches],
        tell: Callable[[Blocked], None],
        refuse: Callable[[WorkerController, Sequence[str], Sequence[str]], None],
        clock: Clock = time.monotonic,
    ) -> None:
        self.workers, self.clock = workers, clock
        self.begin, self.tell, self.refuse = begin, tell, refuse
        self.stations: dict[WorkerController, Station] = {}
        self.tests: list[str] | None = None
        self.batches: Batches | None = None
        self.bad: set[int] = set()
        self.broken = False
        self._paced, self._pace = 4, 0.1  # a mean that starts high: unknown tests go one by one until it has come down

    # what xdist asks

    @property
    def nodes(self) -> list[WorkerController]:
        return list(self.stations)

    @property
    def collection_is_completed(self) -> bool:
        return self.batches is not None or sum(s.ready for s in self.stations.values()) >= self.workers

    @property
    def tests_finished(self) -> bool:
        return self.broken or (self.batches is not None and not self.batches.queue.left)

    @property
    def has_pending(self) -> bool:
        return self.batches is not None and bool(self.batches.queue.left)

    # workers come and go

    def add_node(self, node: WorkerController) -> None:
        self.stations[node] = Station(clock=self.clock)

    def add_node_collection(self, node: WorkerController, collection: Sequence[str]) -> None:
        """Only now can `node` be fed: what a replacement collects may differ from what the others did."""
        if self.tests is None:
            self.tests = list(collection)
        if self.tests == list(collection):
            self.stations[node].ready = True
        else:
            self.broken = True
            self.refuse(node, self.tests, collection)

    def schedule(self) -> None:
        if self.broken or self.tests is None:
            return
        if self.batches is None:
            self.batches = self.begin(self.tests)
        self._feed(self.batches)

    def remove_node(self, node: WorkerController) -> str | None:
        """`node` has ended: the nodeid that it died in, if any; all else that it was to do goes back into the queue."""
        station = self.stations.pop(node)
        if self.batches is None or self.tests is None:
            return None
        self.batches.queue.leave(node)
        crashed = _running(station, node.shutting_down)
        for test in station.tests:
            if test != crashed:
                self.batches.queue.give_back(test)
        if crashed is not None:
            self._finish(self.batches, crashed, passed=False)
        self._feed(self.batches)
        return None if crashed is None else self.tests[crashed]

    # tests begin and end

    def is_sentinel(self, item: int) -> bool:
        """Whether a worker's item with this index is no test."""
        return self.tests is not None and item >= len(self.tests)

    def mark_bad(self, test: int) -> None:
        """A report on `test` said that it did not pass; the protocol itself never tells."""
        self.bad.add(test)

    def mark_called(self, node: WorkerController, test: int) -> None:
        """The call of a test has passed: while its worker tears down and tells, it can get its next test."""
        station = self.stations.get(node)
        if station is None or self.batches is None or self.batches.queue.is_last(test):
            return
        if station.call_passed(test):
            self._feed(self.batches)

    def mark_test_complete(self, node: WorkerController, item_index: int, duration: float = 0) -> None:
        if self.stations[node].done(item_index) and self.batches is not None:
            self._paced += 1
            self._pace += (duration - self._pace) / self._paced
            self._finish(self.batches, item_index, item_index not in self.bad)
            self._feed(self.batches)

    def mark_test_pending(self, item: str) -> None:
        """A plugin runs a test again that has crashed its worker."""
        assert self.batches is not None
        assert self.tests is not None
        self.batches.queue.again(self.tests.index(item))
        self._feed(self.batches)

    def remove_pending_tests_from_node(self, node: WorkerController, indices: Sequence[int]) -> None:
        raise NotImplementedError("no test is ever taken away from a worker")

    def _finish(self, batches: Batches, test: int, passed: bool) -> None:
        for blocked in batches.queue.finish(test, passed):
            self.tell(blocked)

    # feeding

    def _feed(self, batches: Batches) -> None:
        """Give work to all who have little, first to those who have least, and to nobody more than an even share."""
        share = -(-batches.queue.ready // max(1, len(self.stations)))
        for node in sorted(self.stations, key=lambda node: self.stations[node].seconds):
            if not batches.queue.ready:
                return
            station = self.stations[node]
            if station.ready and not node.shutting_down and station.seconds < LOW:
                self._send(node, station, batches, share)

    def _send(self, node: WorkerController, station: Station, batches: Batches, share: int) -> None:
        batch = self._batch(node, station, batches.queue, share)
        if not batch:
            return
        sentinel = batches.sentinels[batch[-1]]
        station.sent.append(sentinel)
        try:
            node.send_runtest_some([*batch, sentinel])
        except OSError:  # it has died, and xdist will say so: none of these has begun
            self._take_back(station, batch, batches.queue)

    def _batch(self, node: WorkerController, station: Station, queue: TaskQueue, share: int) -> list[int]:
        """The next tests for one worker, at most `share`, and at least one if it is idle."""
        batch: list[int] = []
        while len(batch) < share and (test := queue.peek(node)) is not None:
            seconds = queue.seconds.get(test, self._pace)
            if station.seconds > NOTHING and station.seconds + seconds > FULL:
                break
            queue.take(node)
            station.add(test, seconds)
            batch.append(test)
        return batch

    @staticmethod
    def _take_back(station: Station, batch: Sequence[int], queue: TaskQueue) -> None:
        station.ready = False
        for item in (*batch, station.sent[-1]):
            station.sent.pop()
            station.tests.pop(item, None)
        for test in batch:
            queue.give_back(test)


def _running(station: Station, shutting_down: bool) -> int | None:
    """The test that a worker died in. Within a sentinel, it died of what the test before it had left to tear down."""
    if not station.sent:
        return None
    if station.sent[0] in station.tests:
        return station.sent[0]
    held = len(station.sent) == 1 and not shutting_down  # a sentinel begins when the worker knows what comes after it
    return None if held else station.last
