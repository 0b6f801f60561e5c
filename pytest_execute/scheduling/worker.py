"""The worker's side: what it tells of its tests, and something harmless to hold while it waits.

xdist runs a test only when it knows the one after it. So every batch ends with a sentinel, an item that does nothing: a
worker that waits is left holding a sentinel and never a test.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Generator, Sequence
from typing import Any

import pytest

from pytest_execute.scheduling.blocked_reports import tear_down
from pytest_execute.scheduling.message_batching import FORMAT, pack

KEY = "execute_scheduling"
"""Where `workerinput` says what the controller wants: `sentinels`, `packed`, and in one worker the channel for `about`."""

NAME = "<end of batch>"


class Sentinel(pytest.Item):
    """Stands under a module or class, so that its fixtures live on while the worker waits."""

    def runtest(self) -> None:
        """Nothing: `Worker` never lets it come so far."""

    def reportinfo(self) -> tuple[Any, None, str]:
        return self.path, None, NAME


class Worker:
    """To register in a worker. `describe` encodes the tests that it collected, for the controller's `assign`."""

    def __init__(self, config: pytest.Config, describe: Callable[[Sequence[pytest.Item]], bytes]) -> None:
        self.wanted: dict[str, Any] = config.workerinput.get(KEY, {})  # type: ignore[attr-defined]
        self.describe = describe
        self.packer = pack(config) if self.wanted.get("packed") else None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        yield  # first -k, -m, --lf and those who shuffle
        sentinels: dict[Any, int] = {}
        which = [sentinels.setdefault(item.parent, len(sentinels)) for item in items]
        if "about" in self.wanted:
            locations = marshal.dumps([item.location for item in items], FORMAT)
            self.wanted["about"].send((self.describe(items), locations, which))
        if self.wanted.get("sentinels"):
            items += [Sentinel.from_parent(parent, name=NAME) for parent in sentinels]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        if not isinstance(item, Sentinel):
            return None
        if self.packer is not None:
            self.packer.flush()
        report = tear_down(item, nextitem)
        if report is not None:
            item.ihook.pytest_runtest_logreport(report=report)
        return True
