"""How a test that never ran is told: one report shape for xdist and for one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest

Location = tuple[str, int | None, str]
Label = Callable[[str], str]
Status = tuple[str, str, str | tuple[str, dict[str, bool]]]


def label_of(unit: str) -> str:
    """How a message names a unit: `task:3` is `task 3`."""
    return unit.replace(":", " ", 1)


class Nowhere:
    """Stands in for the worker of a report that no worker made."""

    class gateway:
        id = "main"


def lets_through(report: pytest.TestReport) -> bool:
    """Whether dependents may start as far as this report goes: passed, and not by an xfail mark or at a second try."""
    return report.outcome == "passed" and not hasattr(report, "wasxfail")


class Blocking:
    """Reports blocked tests to all plugins, as skipped in their set-up, with `blocked_by` naming the unit to blame."""

    def __init__(self, config: pytest.Config, label: Label = label_of) -> None:
        self.config = config
        self.label = label

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> Status | None:
        if getattr(report, "blocked_by", None) is None:
            return None
        return ("blocked", "B", ("BLOCKED", {"yellow": True})) if report.when == "setup" else ("", "", "")

    def tell_blocked(self, nodeid: str, location: Location, cause: str, node: object = None) -> None:
        """`nodeid` will not run because the unit `cause` did not pass; `node` where a worker is expected to be named."""
        hook = self.config.hook
        hook.pytest_runtest_logstart(nodeid=nodeid, location=location)
        for report in self._reports(nodeid, location, cause):
            if node is not None:
                report.node = node  # type: ignore[attr-defined]
            with _kept_in_last_failed(self.config, report):
                hook.pytest_runtest_logreport(report=report)
        hook.pytest_runtest_logfinish(nodeid=nodeid, location=location)

    def _reports(self, nodeid: str, location: Location, cause: str) -> Iterator[pytest.TestReport]:
        path, line, _ = location
        why = (path, (line or 0) + 1, f"blocked: {self.label(cause)} did not pass")
        yield pytest.TestReport(nodeid, location, {}, "skipped", why, "setup", blocked_by=cause)
        yield pytest.TestReport(nodeid, location, {}, "passed", None, "teardown", blocked_by=cause)


@contextmanager
def _kept_in_last_failed(config: pytest.Config, report: pytest.TestReport) -> Iterator[None]:
    """A test that failed before and is blocked now still belongs to what `--lf` runs; pytest forgets skipped tests."""
    failed: dict[Any, bool] = getattr(config.pluginmanager.getplugin("lfplugin"), "lastfailed", {})
    test = getattr(report, "id", report.nodeid)  # since pytest 9.2 the key is not the string
    kept = test in failed
    yield
    if kept:
        failed[test] = True


def tear_down(item: pytest.Item, nextitem: pytest.Item | None) -> pytest.TestReport | None:
    """Tear down all that is set up and that `nextitem` does not need; the report of `item` if that fails.

    No hook runs for it: to every plugin, what is torn down here is no test.
    """
    capture = item.config.pluginmanager.getplugin("capturemanager")
    with capture.item_capture("teardown", item) if capture else nullcontext():
        call = pytest.CallInfo.from_call(
            lambda: item.session._setupstate.teardown_exact(nextitem),
            "teardown",
            reraise=(pytest.exit.Exception, KeyboardInterrupt),
        )
    return pytest.TestReport.from_item_and_call(item, call) if call.excinfo else None
