"""Tests that the workers collected, as the controller receives them from one worker."""

from __future__ import annotations

import functools
import marshal
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from pytest_execute.scheduling.blocked_reports import Location
from pytest_execute.scheduling.work import ScheduledWork

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController


class CollectedItems(NamedTuple):
    """Encoded tests of a worker, their encoded locations, and for each test the number of its batch end."""

    tests: bytes
    locations: bytes
    batch_ends: list[int]


class CollectionReceiver:
    """Receiver of the tests that one worker collected. `create_work` is called once, with the encoded tests."""

    def __init__(self, create_work: Callable[[bytes], ScheduledWork]) -> None:
        self._create_work = create_work
        self._worker: WorkerController | None = None
        self._items: CollectedItems | None = None
        self.work: ScheduledWork | None = None

    def request(self, node: WorkerController) -> Any | None:
        """Return a channel that a new worker is to send its tests to; None if another worker has one."""
        if self._worker is not None:
            return None
        self._worker = node
        channel = node.gateway.newchannel()
        channel.setcallback(self._receive)
        return channel

    def _receive(self, items: tuple[bytes, bytes, list[int]]) -> None:
        # execnet calls this in a thread of its own. It comes before the worker's "collectionfinish", as both use one
        # connection.
        self._items = CollectedItems(*items)

    def worker_ended(self, node: WorkerController) -> None:
        """Let the next worker that starts send its tests, if this one has ended before it did."""
        if node is self._worker and self._items is None:
            self._worker = None

    def decode(self) -> None:
        """Create the work, if a worker has sent its tests and this has not been done yet."""
        if self.work is None and self._items is not None:
            self.work = self._create_work(self._items.tests)
            self._items = self._items._replace(tests=b"")

    @property
    def batch_ends(self) -> list[int]:
        assert self._items is not None, "no worker reported its tests"
        return self._items.batch_ends

    @functools.cached_property
    def locations(self) -> list[Location]:
        """Locations of all tests, decoded only in the few runs that need one."""
        assert self._items is not None, "no worker reported its tests"
        locations: list[Location] = marshal.loads(self._items.locations)
        return locations
