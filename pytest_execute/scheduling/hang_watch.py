"""Kill a worker whose test hangs, so that the run goes on without it.

The first row that fits decides the limit of a test:

| given limit | known duration | limit |
| ----------- | -------------- | ----- |
| 0           | any            | none |
| n seconds   | any            | n seconds |
| none        | unknown        | none |
| none        | known          | `FACTOR` times as long, at least `MINIMUM` seconds |
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_execute.scheduling.worker_state import WorkerState

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

FACTOR, MINIMUM = 30, 600.0
INTERVAL = 1.0
"""Seconds between two checks of all workers."""


@dataclass(frozen=True)
class HangLimits:
    """Rule for the limit of each test. `given` is `--execute-hang` in seconds, None where the user gave none."""

    given: float | None = None

    def limit(self, known_seconds: float | None) -> float | None:
        """Return the limit in seconds of a test that is known to take `known_seconds`; None where it has no limit.

        >>> HangLimits().limit(0.5), HangLimits().limit(60), HangLimits().limit(None)
        (600.0, 1800, None)
        >>> HangLimits(5).limit(60), HangLimits(0).limit(60)
        (5, None)
        """
        if self.given is not None:
            return self.given or None
        return None if known_seconds is None else max(MINIMUM, FACTOR * known_seconds)


@dataclass
class HangWatch:
    """Thread that kills each worker whose test exceeds its limit; for xdist such a worker has crashed."""

    limits: HangLimits
    workers: Mapping[Any, WorkerState]
    known_seconds: Mapping[int, float]
    killed: dict[int, float] = field(default_factory=dict)
    """Tests that hung, with their limits."""
    stopped: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        threading.Thread(target=self._watch, name="execute-watch", daemon=True).start()

    def _watch(self) -> None:
        while not self.stopped.wait(INTERVAL):
            for node, state in list(self.workers.items()):
                self.check(node, state, time.monotonic())

    def check(
        self, node: WorkerController, state: WorkerState, now: float, kill: Callable[..., None] | None = None
    ) -> None:
        """Kill the worker `node` if its test has run for too long at the time `now`."""
        test = running_test(state)
        limit = None if test is None else self.limits.limit(self.known_seconds.get(test))
        if test is not None and test not in self.killed and limit is not None and now - state.item_began > limit:
            self.killed[test] = limit
            (kill or _kill)(node)


def running_test(state: WorkerState) -> int | None:
    """Return the test that a worker runs; None while it holds the end of a batch, or nothing."""
    with contextlib.suppress(IndexError):  # the main thread may remove the item meanwhile
        return state.items[0] if state.items[0] in state.tests else None
    return None


def _kill(node: WorkerController) -> None:
    with contextlib.suppress(OSError):
        node.gateway._io.kill()  # execnet 2.1 has no public way to kill a worker's process
