"""What a worker tells of a test, in one message instead of six: each of them costs both sides more than a trivial test does.

The hooks of the controller are called as ever, in the same order. A test that begins has been told before it runs, with all that
came before; so a process that dies leaves nothing untold but of the test that it dies in.
"""

from __future__ import annotations

import marshal
import time
from collections.abc import Callable
from typing import Any

import pytest

PACK = "execute_pack"
FORMAT = 4
"""Of `marshal`: any supported Python reads it, and what several events share, as a nodeid, is one object there, too."""
KEPT = ("testreport", "logfinish", "runtest_protocol_complete")
"""What may wait for the next message, as long as the worker will not."""
LONG = 0.05
"""Seconds after which nothing waits."""

Event = tuple[str, dict[str, Any]]


class MessageBatcher:
    """Stands in for how xdist's worker, the `interactor`, sends its events."""

    def __init__(self, interactor: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self.interactor, self.clock = interactor, clock
        self.kept: list[Event] = []
        self.sent = clock()

    def sendevent(self, name: str, **kwargs: Any) -> None:
        """Send an event, now or with the next one that cannot wait."""
        self.interactor.log("sending", name, kwargs)
        self.kept.append((name, kwargs))
        if name not in KEPT or self.clock() - self.sent > LONG or (name == KEPT[-1] and self._will_wait()):
            self.flush()

    def flush(self) -> None:
        """Send all that was kept."""
        kept, self.kept, self.sent = self.kept, [], self.clock()
        try:
            messages: list[object] = [(PACK, marshal.dumps(kept, FORMAT))] if kept else []
        except ValueError:
            messages = list(kept)
        for message in messages:
            self.interactor.channel.send(message)

    def _will_wait(self) -> bool:
        with self.interactor.torun.lock() as items:
            return not items


def pack(config: pytest.Config) -> MessageBatcher | None:
    """From now on this worker packs what it sends."""
    found = [each for each in config.pluginmanager.get_plugins() if type(each).__name__ == "WorkerInteractor"]
    for interactor in found:
        packer = MessageBatcher(interactor)
        interactor.sendevent = packer.sendevent
        return packer
    return None


def unpacked(receive: Callable[[Any], None]) -> Callable[[Any], None]:
    """`receive`, for messages that may be packed."""

    def hear(message: Any) -> None:
        if isinstance(message, tuple) and message[0] == PACK:
            for event in marshal.loads(message[1]):
                receive(event)
        else:
            receive(message)

    return hear
