"""A test that hangs: how long is too long, and how its worker is ended so that the run goes on."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pytest_execute.scheduling.xdist import Station

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController

TIMES, LEAST = 30, 600.0
"""A test hangs when it has run so many times as long as it is known to take, and for so many seconds at least."""
EVERY = 1.0


@dataclass(frozen=True)
class Limits:
    """How long a test may run: `given` seconds, 0 for ever; where nothing is given, by what it is known to take."""

    given: float | None = None

    def of(self, seconds: float | None) -> float | None:
        """The limit of a test that takes `seconds` as far as is known; None where it has none.

        >>> Limits().of(0.5), Limits().of(60), Limits().of(None), Limits(5).of(60), Limits(0).of(60)
        (600.0, 1800, None, 5, None)
        """
        if self.given is not None:
            return self.given or None
        return None if seconds is None else max(LEAST, TIMES * seconds)


@dataclass
class HangWatch:
    """Ends each worker whose test runs for longer than its limit; to xdist it has crashed in that test."""

    limits: Limits
    stations: Mapping[Any, Station]
    seconds: Mapping[int, float]
    killed: dict[int, float] = field(default_factory=dict)
    """The tests that hung, with their limits."""
    over: threading.Event = field(default_factory=threading.Event)

    def start(self) -> None:
        threading.Thread(target=self._watch, name="execute-watch", daemon=True).start()

    def _watch(self) -> None:
        while not self.over.wait(EVERY):
            for node, station in list(self.stations.items()):
                self.look(node, station, time.monotonic())

    def look(
        self, node: WorkerController, station: Station, now: float, kill: Callable[..., None] | None = None
    ) -> None:
        """End the worker `node` if it hangs."""
        test = running(station)
        limit = None if test is None else self.limits.of(self.seconds.get(test))
        if test is not None and test not in self.killed and limit is not None and now - station.since > limit:
            self.killed[test] = limit
            (kill or _kill)(node)


def running(station: Station) -> int | None:
    """The test that a worker is in; None while it holds a sentinel, or nothing."""
    with contextlib.suppress(IndexError):  # another thread may have taken it away
        return station.sent[0] if station.sent[0] in station.tests else None
    return None


def _kill(node: WorkerController) -> None:
    with contextlib.suppress(OSError):
        node.gateway._io.kill()
