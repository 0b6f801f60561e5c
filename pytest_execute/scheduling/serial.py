"""Scheduling in one process (`-n0`): the same order and the same blocking, without workers."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence

import pytest

from pytest_execute.scheduling.blocked_reports import BlockedReporter, Label, counts_as_passed, default_label
from pytest_execute.scheduling.task_queue import Blocked, TaskQueue, Workload
from pytest_execute.scheduling.teardown import tear_down
from pytest_execute.scheduling.work import ScheduledWork


class SerialScheduling(BlockedReporter):
    """Plugin for a process without workers. `create_work` is called once, with the collected tests."""

    def __init__(
        self,
        config: pytest.Config,
        create_work: Callable[[Sequence[pytest.Item]], ScheduledWork],
        label: Label = default_label,
    ) -> None:
        super().__init__(config, label)
        self.create_work = create_work
        self.queue = TaskQueue(Workload({}, []))
        self.index: dict[pytest.Item, int] = {}
        self.blocked: dict[int, Blocked] = {}
        self.running: pytest.Item | None = None
        self.has_passed = True

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> Generator[None]:
        yield  # let -k, -m, --lf and plugins that shuffle come first
        work = self.create_work(items)
        nodeids = [item.nodeid for item in items]
        self.queue = work.queue(nodeids, workers=1)
        self.index = {item: index for index, item in enumerate(items)}
        items[:] = [items[index] for index in execution_order(work.queue(nodeids, workers=1))]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
        self._finish_previous()
        blocked = self.blocked.get(self.index.get(item, -1))
        if blocked is None:
            self.running, self.has_passed = item, True
            return None
        self.report_blocked(item.nodeid, item.location, blocked.cause)
        report = tear_down(self.running, nextitem) if self.running else None
        if report is not None:
            item.ihook.pytest_runtest_logreport(report=report)
        return True

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not hasattr(report, "blocked_by"):
            self.has_passed = self.has_passed and counts_as_passed(report)

    def _finish_previous(self) -> None:
        """Record in the queue how the last test ended, and keep the tests that this blocks."""
        if self.running in self.index:
            blocked = self.queue.finish(self.index[self.running], self.has_passed)
            self.blocked.update({each.test: each for each in blocked})


def execution_order(queue: TaskQueue) -> list[int]:
    """Return the order in which one worker takes the tests, if all of them pass."""
    tests: list[int] = []
    while (test := queue.take()) is not None:
        tests.append(test)
        queue.finish(test, True)
    return tests
