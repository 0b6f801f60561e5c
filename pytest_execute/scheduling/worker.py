"""Plugin of xdist's workers: reports the collected tests, and adds the items that end a batch.

xdist's worker (3.8, `WorkerInteractor.run_one_test`) runs an item only when it knows the next one. So every batch ends
with an item that does nothing: a worker that waits holds such an item, and never a test.
"""

from __future__ import annotations

import marshal
from collections.abc import Callable, Generator, Sequence
from typing import Any, TypedDict

import pytest

from pytest_execute.scheduling.message_batching import FORMAT, batch_messages
from pytest_execute.scheduling.teardown import tear_down

INPUT_KEY = "execute_scheduling"
"""Key of `SchedulingInput` in xdist's `workerinput`."""

BATCH_END_NAME = "<end of batch>"


class SchedulingInput(TypedDict, total=False):
    """Requests of the controller: end batches, send messages in batches, report the tests to a channel."""

    batch_ends: bool
    batch_messages: bool
    collection_channel: Any


class BatchEnd(pytest.Item):
    """Item that ends a batch; its parent is a module or class, whose fixtures stay set up while the worker waits."""

    def runtest(self) -> None:
        """Do nothing: `SchedulingWorker` never runs it."""

    def reportinfo(self) -> tuple[Any, None, str]:
        return self.path, None, BATCH_END_NAME


class SchedulingWorker:
    """Plugin for a worker. `encode_tests` encodes the tests that it collected."""

    def __init__(self, config: pytest.Config, encode_tests: Callable[[Sequence[pytest.Item]], bytes]) -> None:
        workerinput: dict[str, Any] = config.workerinput  # type: ignore[attr-defined]  # xdist adds it
        self.input: SchedulingInput = workerinput.get(INPUT_KEY, {})
        self.encode_tests = encode_tests
        self.batcher = batch_messages(config) if self.input.get("batch_messages") else None

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        yield  # let -k, -m, --lf and plugins that shuffle come first
        parents: dict[Any, int] = {}
        batch_ends = [parents.setdefault(item.parent, len(parents)) for item in items]
        if "collection_channel" in self.input:
            locations = marshal.dumps([item.location for item in items], FORMAT)
            self.input["collection_channel"].send((self.encode_tests(items), locations, batch_ends))
        if self.input.get("batch_ends"):
            items += [BatchEnd.from_parent(parent, name=BATCH_END_NAME) for parent in parents]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        if not isinstance(item, BatchEnd):
            return None
        if self.batcher is not None:
            self.batcher.flush()
        report = tear_down(item, nextitem)
        if report is not None:
            item.ihook.pytest_runtest_logreport(report=report)
        return True
