"""How a test that never ran is told: one report shape for xdist and for one process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest

Location = tuple[str, int | None, str]
Label = Callable[[str], str]
Status = tuple[str, str, str | tuple[str, dict[str, bool]]]

TOLD: dict[str, Status] = {
    "blocked_by": ("blocked", "B", ("BLOCKED", {"yellow": True})),
    "not_run": ("not run", "N", ("NOT RUN", {"yellow": True})),
}
"""How the terminal tells a report that has one of these attributes."""


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


def call_passed(report: pytest.TestReport) -> bool:
    """Whether the call of a test is over, and passed; after a subtest, others follow."""
    return report.when == "call" and lets_through(report) and not hasattr(report, "context")


class Blocking:
    """Reports tests that no process ran to all plugins, as skipped in their set-up: `blocked_by` names the unit to blame,
    `not_run` says why there was nobody to run it."""

    def __init__(self, config: pytest.Config, label: Label = label_of) -> None:
        self.config = config
        self.label = label

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> Status | None:
        told = next((told for attribute, told in TOLD.items() if hasattr(report, attribute)), None)
        return None if told is None else told if report.when == "setup" else ("", "", "")

    def tell_blocked(self, nodeid: str, location: Location, cause: str, node: object = None) -> None:
        """`nodeid` will not run because the unit `cause` did not pass; `node` where a worker is expected to be named."""
        self._report(nodeid, location, f"blocked: {self.label(cause)} did not pass", node, blocked_by=cause)

    def tell_not_run(self, nodeid: str, location: Location, why: str, node: object = None) -> None:
        """`nodeid` could run, and nobody is left who would."""
        self._report(nodeid, location, f"not run: {why}", node, not_run=why)

    def _report(self, nodeid: str, location: Location, text: str, node: object, **extra: str) -> None:
        """Report a test as skipped in its set-up, with `extra` as attributes of its reports."""
        hook = self.config.hook
        hook.pytest_runtest_logstart(nodeid=nodeid, location=location)
        for report in _reports(nodeid, location, text, extra):
            if node is not None:
                report.node = node  # type: ignore[attr-defined]
            with _kept_in_last_failed(self.config, report):
                hook.pytest_runtest_logreport(report=report)
        hook.pytest_runtest_logfinish(nodeid=nodeid, location=location)


def _reports(nodeid: str, location: Location, text: str, extra: dict[str, Any]) -> Iterator[pytest.TestReport]:
    path, line, _ = location
    yield pytest.TestReport(nodeid, location, {}, "skipped", (path, (line or 0) + 1, text), "setup", **extra)
    yield pytest.TestReport(nodeid, location, {}, "passed", None, "teardown", **extra)


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
