"""One process (`-n0`): the same order and the same blocking, without workers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

import pytest

from pytest_execute.scheduling.blocked_reports import Blocking, Label, label_of, lets_through, tear_down
from pytest_execute.scheduling.task_queue import Blocked, ScheduledWork, TaskQueue


class Serial(Blocking):
    """To register where no worker runs. `assign` is called once, with the tests that were collected."""

    def __init__(
        self,
        config: pytest.Config,
        assign: Callable[[Sequence[pytest.Item]], ScheduledWork],
        label: Label = label_of,
    ) -> None:
        super().__init__(config, label)
        self.assign = assign
        self.queue = TaskQueue({}, [])
        self.index: dict[pytest.Item, int] = {}
        self.blocked: dict[int, Blocked] = {}
        self.running: pytest.Item | None = None
        self.passed = True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        yield  # first -k, -m, --lf and those who shuffle
        work = self.assign(items)
        nodeids = [item.nodeid for item in items]
        self.queue = work.queue(nodeids, workers=1)
        self.index = {item: index for index, item in enumerate(items)}
        items[:] = [items[index] for index in _order(work.queue(nodeids, workers=1))]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        self._end_of_previous()
        blocked = self.blocked.get(self.index.get(item, -1))
        if blocked is None:
            self.running, self.passed = item, True
            return None
        self.tell_blocked(item.nodeid, item.location, blocked.cause)
        report = tear_down(self.running, nextitem) if self.running else None
        if report is not None:
            item.ihook.pytest_runtest_logreport(report=report)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not hasattr(report, "blocked_by"):
            self.passed = self.passed and lets_through(report)

    def _end_of_previous(self) -> None:
        """What is blocked now that the test before has ended; its own reports said how."""
        if self.running in self.index:
            told = self.queue.finish(self.index[self.running], self.passed)
            self.blocked.update({blocked.test: blocked for blocked in told})


def _order(queue: TaskQueue) -> list[int]:
    """The order in which one worker takes the tests, if all of them pass."""
    order: list[int] = []
    while (test := queue.take()) is not None:
        order.append(test)
        queue.finish(test, True)
    return order
