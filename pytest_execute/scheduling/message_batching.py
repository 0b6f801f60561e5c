"""Send all that a worker reports of a test as one message instead of six.

Sending six messages costs both sides more than a trivial test does. The controller's hooks are called as before, in the
same order. The start of a test is sent before it runs, with all earlier events: a worker that dies leaves only the
reports of its last test unsent.
"""

from __future__ import annotations

import marshal
import time
from collections.abc import Callable
from typing import Any

import pytest

BATCH = "execute_batch"
FORMAT = 4
"""Version of `marshal` that every supported Python reads. An object that several events share is written once."""
DEFERRABLE = ("testreport", "logfinish", "runtest_protocol_complete")
"""xdist's events that may wait for the next message, as long as the worker has another item to run."""
MAX_DELAY = 0.05
"""Seconds after the last message from which on no event waits."""

Event = tuple[str, dict[str, Any]]


class MessageBatcher:
    """Replacement for `sendevent` of xdist's `WorkerInteractor` (xdist 3.8)."""

    def __init__(self, interactor: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self.interactor, self.clock = interactor, clock
        self.pending: list[Event] = []
        self.last_sent = clock()

    def sendevent(self, name: str, **kwargs: Any) -> None:
        """Send an event, or keep it for the next message if it can wait."""
        self.interactor.log("sending", name, kwargs)
        self.pending.append((name, kwargs))
        is_late = self.clock() - self.last_sent > MAX_DELAY
        if name not in DEFERRABLE or is_late or (name == DEFERRABLE[-1] and self._has_no_item()):
            self.flush()

    def flush(self) -> None:
        """Send all pending events."""
        pending, self.pending, self.last_sent = self.pending, [], self.clock()
        try:
            messages: list[object] = [(BATCH, marshal.dumps(pending, FORMAT))] if pending else []
        except ValueError:  # a plugin put objects into a report that only execnet can serialize, or nothing can
            messages = list(pending)
        for message in messages:
            self.interactor.channel.send(message)

    def _has_no_item(self) -> bool:
        """Return True if the worker is about to wait for its next item."""
        with self.interactor.torun.lock() as items:
            return not items


def batch_messages(config: pytest.Config) -> MessageBatcher | None:
    """Make this worker send its events in batches; return None where xdist has no interactor of the known name."""
    # xdist registers its interactor without a name, so it is found by its class.
    plugins = config.pluginmanager.get_plugins()
    for interactor in [plugin for plugin in plugins if type(plugin).__name__ == "WorkerInteractor"]:
        batcher = MessageBatcher(interactor)
        interactor.sendevent = batcher.sendevent
        return batcher
    return None


def unbatched(receive: Callable[[Any], None]) -> Callable[[Any], None]:
    """Return a function that calls `receive` for each event of a batch, and for any other message as it is."""

    def receive_message(message: Any) -> None:
        if isinstance(message, tuple) and message[0] == BATCH:
            for event in marshal.loads(message[1]):
                receive(event)
        else:
            receive(message)

    return receive_message
