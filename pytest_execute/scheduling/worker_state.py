"""State of one worker, as the controller knows it: the items that were sent to it, and how long they may take."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

QUICK_TEARDOWN = 0.02
"""Seconds after a call in which a worker should have reported the end of its test."""
Clock = Callable[[], float]


@dataclass
class WorkerState:
    """Items that a worker has to run, in order: tests, and after each batch the item that ends it.

    `tests` has the expected seconds of each test among `items`, `seconds` their sum. `item_began` and `call_ended` are
    times of the first item; `is_slow_after_call` says that the last test took long from the end of its call to its end.
    """

    items: deque[int] = field(default_factory=deque)
    tests: dict[int, float] = field(default_factory=dict)
    seconds: float = 0.0
    is_ready: bool = False
    last_test: int | None = None
    item_began: float = 0.0
    call_ended: float | None = None
    is_slow_after_call: bool = False
    clock: Clock = time.monotonic

    def add_test(self, test: int, seconds: float) -> None:
        """Add a test that is sent to the worker."""
        if not self.tests:
            self.item_began = self.clock()
        self.items.append(test)
        self.tests[test] = seconds
        self.seconds += seconds

    def finish_item(self, item: int) -> bool:
        """Remove an item that the worker has run; return True if it is a test."""
        self.items.remove(item)
        self.item_began = self.clock()
        if item not in self.tests:
            return False
        if self.call_ended is not None:
            self.is_slow_after_call = self.item_began - self.call_ended > QUICK_TEARDOWN
            self.call_ended = None
        self.seconds -= self.tests.pop(item)
        self.last_test = item
        return True

    def finish_call(self, test: int) -> bool:
        """Record that the call of a test has ended; return True if its worker is expected to be free at once."""
        if test not in self.tests or self.call_ended is not None:
            return False
        self.call_ended = self.clock()
        if not self.is_slow_after_call:
            self.seconds, self.tests[test] = self.seconds - self.tests[test], 0.0
        return not self.is_slow_after_call

    def take_back_batch(self, batch: list[int]) -> None:
        """Forget the last batch, which could not be sent: the worker has died, and gets no other."""
        self.is_ready = False
        for item in (*batch, self.items[-1]):
            self.items.pop()
            self.tests.pop(item, None)

    def crashed_test(self, is_shutting_down: bool) -> int | None:
        """Return the test that the worker died in.

        If it died while it ended a batch, that is the test before: its fixtures were torn down then. The worker begins
        to end a batch only when it knows the next item, as xdist's worker (3.8) runs an item only together with the
        next one.
        """
        if not self.items:
            return None
        if self.items[0] in self.tests:
            return self.items[0]
        is_waiting = len(self.items) == 1 and not is_shutting_down
        return None if is_waiting else self.last_test
