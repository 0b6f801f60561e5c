"""The controller's plugin: it learns from a worker what was collected, and brings queue and xdist together."""

from __future__ import annotations

import functools
import marshal
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from pytest_execute.scheduling.blocked_reports import (
    Blocking,
    Label,
    Location,
    Nowhere,
    call_passed,
    label_of,
    lets_through,
)
from pytest_execute.scheduling.hang_watch import HangWatch, Limits
from pytest_execute.scheduling.message_batching import unpacked
from pytest_execute.scheduling.task_queue import Blocked, ScheduledWork
from pytest_execute.scheduling.worker import KEY, NAME
from pytest_execute.scheduling.xdist import Batches, ExecuteScheduling

if TYPE_CHECKING:
    from xdist.workermanage import WorkerController


class About(NamedTuple):
    """What a worker tells of the tests that it collected, the first two as bytes; `sentinels` says which goes with each test."""

    tests: bytes
    locations: bytes
    sentinels: list[int]


class Controller(Blocking):
    """To register in xdist's controller, in `pytest_configure`.

    `assign` is called once, with what `describe` said in one of the workers, before any test runs; also where the user
    chose another `--dist` and xdist's own scheduler runs the tests (`scheduling` stays None then).
    """

    def __init__(
        self,
        config: pytest.Config,
        assign: Callable[[bytes], ScheduledWork],
        label: Label = label_of,
        limits: Limits = Limits(0),  # noqa: B008 - frozen
    ) -> None:
        super().__init__(config, label)
        self.assign, self.limits = assign, limits
        self.watch: HangWatch | None = None
        self.workers = 1
        self.teller: WorkerController | None = None
        self.about: About | None = None
        self.work: ScheduledWork | None = None
        self.scheduling: ExecuteScheduling | None = None

    @property
    def ours(self) -> bool:
        """Whether the user leaves the order of the tests to us."""
        return bool(self.config.getoption("dist") == "load")

    def pytest_report_header(self) -> str | None:
        """The user's own scheduler is kept: one line says what is lost with it."""
        dist = self.config.getoption("dist")
        lost = "tests do not wait for what their task depends on, and are not blocked when it fails"
        return None if self.ours else f"execute: --dist {dist} orders the tests: {lost}"

    def pytest_xdist_setupnodes(self, specs: Sequence[object]) -> None:
        self.workers = len(specs)

    def pytest_configure_node(self, node: WorkerController) -> None:
        """One worker is asked to tell what it collects; if it dies before, the next one to start."""
        wanted: dict[str, Any] = {"sentinels": self.ours, "packed": self.ours}
        if self.teller is None:
            self.teller = node
            wanted["about"] = node.gateway.newchannel()
            wanted["about"].setcallback(self._hear)
        node.workerinput[KEY] = wanted
        if self.ours:
            node.process_from_remote = unpacked(node.process_from_remote)  # type: ignore[assignment, method-assign]

    def _hear(self, about: tuple[bytes, bytes, list[int]]) -> None:
        self.about = About(*about)  # in a thread of execnet's, and always before the worker's "collection finished"

    def pytest_testnodedown(self, node: WorkerController) -> None:
        if node is self.teller and self.about is None:
            self.teller = None

    @pytest.hookimpl(tryfirst=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        ids[:] = [nodeid for nodeid in ids if not nodeid.endswith(f"::{NAME}")]  # xdist goes on with this very list
        if self.work is None and self.about is not None:
            self.work = self.assign(self.about.tests)
            self.about = self.about._replace(tests=b"")

    @pytest.hookimpl(tryfirst=True)
    def pytest_xdist_make_scheduler(self) -> ExecuteScheduling | None:
        if self.ours:
            self.scheduling = ExecuteScheduling(self.workers, self._begin, self._tell, self._refuse)
            self.scheduling.config = self.config
        return self.scheduling

    def _begin(self, nodeids: Sequence[str]) -> Batches:
        assert self.work is not None, "no worker told what it collected"
        assert self.about is not None
        assert self.scheduling is not None
        queue = self.work.queue(nodeids, self.workers)
        self.watch = HangWatch(self.limits, self.scheduling.stations, queue.seconds)
        self.watch.start()
        return Batches(queue, [len(nodeids) + which for which in self.about.sentinels])

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self) -> Generator[None, object, object]:
        try:
            result = yield
        finally:
            if self.watch is not None:
                self.watch.over.set()
        self._tell_left_over()
        return result

    def _tell_left_over(self) -> None:
        """The run has come to its end by itself, and yet not all has run: too many workers have died."""
        if self.scheduling is None or self.scheduling.batches is None or self.scheduling.broken:
            return
        why = "too many workers have died, see --max-worker-restart"
        for test in self.scheduling.batches.queue.unfinished():
            self.tell_not_run(*self._test(test), why, Nowhere())

    @pytest.hookimpl(tryfirst=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        tests = self.scheduling.tests if self.scheduling is not None else None
        for test, limit in (self.watch.killed if self.watch is not None else {}).items():
            if tests is not None and tests[test] == crashitem:
                report.longrepr = f"{crashitem!r} hung: it ran for more than {limit:g} s, so its worker was killed"

    def _tell(self, blocked: Blocked) -> None:
        self.tell_blocked(*self._test(blocked.test), blocked.cause, Nowhere())

    def _test(self, test: int) -> tuple[str, Location]:
        assert self.scheduling is not None
        assert self.scheduling.tests is not None
        assert self.about is not None
        return self.scheduling.tests[test], self.locations[test]

    @functools.cached_property
    def locations(self) -> list[Location]:
        """Of all tests. Few runs need one, so they stay packed until then."""
        assert self.about is not None
        found: list[Location] = marshal.loads(self.about.locations)
        return found

    def _refuse(self, node: WorkerController, ours: Sequence[str], theirs: Sequence[str]) -> None:
        from xdist.report import report_collection_diff

        why = report_collection_diff(ours, theirs, "the first worker", node.gateway.id)
        self.config.hook.pytest_collectreport(report=pytest.CollectReport(node.gateway.id, "failed", why, []))

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> Generator[None]:
        item = getattr(report, "item_index", None)
        if self.scheduling is not None and item is not None:
            self._reported(report, item, self.scheduling)
        yield
        if self.scheduling is not None and item is None and report.failed:
            self._count_crash()

    def _reported(self, report: pytest.TestReport, item: int, scheduling: ExecuteScheduling) -> None:
        if scheduling.is_sentinel(item):
            self._belongs_to_last(report, scheduling)
        elif not lets_through(report):
            scheduling.mark_bad(item)
        elif call_passed(report):
            scheduling.mark_called(report.node, item)

    def _count_crash(self) -> None:
        """For `-x` and `--maxfail` pytest's session has counted the test that killed its worker, but xdist has not."""
        session = self.config.pluginmanager.getplugin("session")
        if session.shouldfail:
            self.config.pluginmanager.getplugin("dsession").shouldstop = session.shouldfail

    def _belongs_to_last(self, report: Any, scheduling: ExecuteScheduling) -> None:
        """What a sentinel could not tear down was set up for the tests before it: it counts for the last of them."""
        last = scheduling.stations[report.node].last
        if last is not None:
            report.nodeid, report.location = self._test(last)
