"""Plugin of xdist's controller: receives the collected tests from a worker, and connects the queue with xdist."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from pytest_execute.scheduling.batches import BatchSource
from pytest_execute.scheduling.blocked_reports import (
    BlockedReporter,
    Label,
    Location,
    NoWorker,
    counts_as_passed,
    default_label,
    is_passed_call,
)
from pytest_execute.scheduling.collection import CollectionReceiver
from pytest_execute.scheduling.hang_watch import HangLimits, HangWatch
from pytest_execute.scheduling.message_batching import unbatched
from pytest_execute.scheduling.task_queue import Blocked
from pytest_execute.scheduling.work import ScheduledWork
from pytest_execute.scheduling.worker import BATCH_END_NAME, INPUT_KEY, SchedulingInput
from pytest_execute.scheduling.xdist import ExecuteScheduling, SchedulerEvents

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController


class SchedulingController(BlockedReporter):
    """Plugin for xdist's controller.

    `create_work` is called once, with the tests that a worker reported, before any test runs. That is so as well where
    the user chose another `--dist`, and xdist's own scheduler runs the tests; `scheduling` is None then.
    """

    def __init__(
        self,
        config: pytest.Config,
        create_work: Callable[[bytes], ScheduledWork],
        label: Label = default_label,
        limits: HangLimits = HangLimits(0),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(config, label)
        self.limits = limits
        self.collection = CollectionReceiver(create_work)
        self.hang_watch: HangWatch | None = None
        self.worker_count = 1
        self.scheduling: ExecuteScheduling | None = None

    @property
    def is_own_scheduler(self) -> bool:
        """True where the user leaves the order of the tests to this plugin."""
        return bool(self.config.getoption("dist") == "load")

    def pytest_report_header(self) -> str | None:
        """Return a line that says what is lost where the user chose another scheduler."""
        dist = self.config.getoption("dist")
        lost = "tests do not wait for the tasks that their task depends on, and are not blocked when one of those fails"
        return None if self.is_own_scheduler else f"execute: --dist {dist} orders the tests: {lost}"

    # Start of the workers

    def pytest_xdist_setupnodes(self, specs: Sequence[object]) -> None:
        self.worker_count = len(specs)

    def pytest_configure_node(self, node: WorkerController) -> None:
        """Make one worker report its tests; if it dies before, the next one that starts."""
        own = self.is_own_scheduler
        requested: SchedulingInput = {"batch_ends": own, "batch_messages": own}
        if (channel := self.collection.request(node)) is not None:
            requested["collection_channel"] = channel
        node.workerinput[INPUT_KEY] = requested
        if own:
            # xdist has no hook for messages. It passes this method to execnet only after this hook (xdist 3.8).
            unbatch = unbatched(node.process_from_remote)
            node.process_from_remote = unbatch  # type: ignore[assignment, method-assign]  # replaced on purpose

    def pytest_testnodedown(self, node: WorkerController) -> None:
        self.collection.worker_ended(node)

    @pytest.hookimpl(tryfirst=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        # xdist 3.8 passes this list object on to the scheduler, so it is changed in place
        ids[:] = [nodeid for nodeid in ids if not nodeid.endswith(f"::{BATCH_END_NAME}")]
        self.collection.decode()

    @pytest.hookimpl(tryfirst=True)
    def pytest_xdist_make_scheduler(self) -> ExecuteScheduling | None:
        if self.is_own_scheduler:
            events = SchedulerEvents(self._create_source, self._report_blocked, self._report_other_tests)
            self.scheduling = ExecuteScheduling(self.worker_count, events)
            self.scheduling.config = self.config
        return self.scheduling

    def _create_source(self, nodeids: Sequence[str]) -> BatchSource:
        assert self.collection.work is not None, "no worker reported its tests"
        assert self.scheduling is not None
        queue = self.collection.work.queue(nodeids, self.worker_count)
        self.hang_watch = HangWatch(self.limits, self.scheduling.workers, queue.seconds)
        self.hang_watch.start()
        return BatchSource(queue, [len(nodeids) + number for number in self.collection.batch_ends])

    # Reports about tests that did not run, or not to their end

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        try:
            result = yield
        finally:
            if self.hang_watch is not None:
                self.hang_watch.stopped.set()
        self._report_not_run()
        return result

    def _report_not_run(self) -> None:
        """Report the tests that are left where the run has ended by itself: too many workers have crashed."""
        if self.scheduling is None or self.scheduling.batches is None or self.scheduling.is_broken:
            return
        reason = "too many workers have crashed, and --max-worker-restart allows no new one"
        for test in self.scheduling.batches.queue.unfinished():
            self.report_not_run(*self._nodeid_and_location(test), reason, NoWorker())

    @pytest.hookimpl(tryfirst=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        tests = self.scheduling.tests if self.scheduling is not None else None
        for test, limit in (self.hang_watch.killed if self.hang_watch is not None else {}).items():
            if tests is not None and tests[test] == crashitem:
                report.longrepr = f"{crashitem!r} hung: it ran for more than {limit:g} s, so its worker was killed"

    def _report_blocked(self, blocked: Blocked) -> None:
        self.report_blocked(*self._nodeid_and_location(blocked.test), blocked.cause, NoWorker())

    def _nodeid_and_location(self, test: int) -> tuple[str, Location]:
        assert self.scheduling is not None
        assert self.scheduling.tests is not None
        return self.scheduling.tests[test], self.collection.locations[test]

    def _report_other_tests(self, node: WorkerController, expected: Sequence[str], actual: Sequence[str]) -> None:
        from xdist.report import report_collection_diff

        text = report_collection_diff(expected, actual, "the first worker", node.gateway.id)
        self.config.hook.pytest_collectreport(report=pytest.CollectReport(node.gateway.id, "failed", text, []))

    # Reports of workers

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None]:
        item = getattr(report, "item_index", None)
        if self.scheduling is not None and item is not None:
            self._mark(report, item, self.scheduling)
        yield
        if self.scheduling is not None and item is None and report.failed:
            self._count_crash()

    def _mark(self, report: pytest.TestReport, item: int, scheduling: ExecuteScheduling) -> None:
        if scheduling.is_batch_end(item):
            self._move_to_last_test(report, scheduling)
        elif not counts_as_passed(report):
            scheduling.mark_not_passed(item)
        elif is_passed_call(report):
            scheduling.mark_call_passed(report.node, item)

    def _count_crash(self) -> None:
        """Stop for `-x` and `--maxfail` after a crash: pytest's session counts it as a failure, xdist 3.8 does not."""
        session = self.config.pluginmanager.getplugin("session")
        if session.shouldfail:
            self.config.pluginmanager.getplugin("dsession").shouldstop = session.shouldfail

    def _move_to_last_test(self, report: Any, scheduling: ExecuteScheduling) -> None:
        """Let a failed tear-down at the end of a batch count for the worker's last test, whose fixtures these were."""
        last = scheduling.workers[report.node].last_test
        if last is not None:
            report.nodeid, report.location = self._nodeid_and_location(last)
