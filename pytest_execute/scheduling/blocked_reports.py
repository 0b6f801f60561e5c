"""Reports of tests that never ran, with and without xdist."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

Location = tuple[str, int | None, str]
Label = Callable[[str], str]
Status = tuple[str, str, str | tuple[str, dict[str, bool]]]

STATUSES: dict[str, Status] = {
    "blocked_by": ("blocked", "B", ("BLOCKED", {"yellow": True})),
    "not_run": ("not run", "N", ("NOT RUN", {"yellow": True})),
}
"""Terminal's category, letter and word for a report that has one of these attributes."""


def default_label(gate: str) -> str:
    """Return a gate's id as a message names it: `task:3` is `task 3`."""
    return gate.replace(":", " ", 1)


class NoWorker:
    """Replacement for the worker of a report that no worker made.

    With `-v` pytest's terminal reporter (8.4 to 9.2) prints `report.node.gateway.id` while xdist is active.
    """

    class gateway:
        id = "main"


def counts_as_passed(report: pytest.TestReport) -> bool:
    """Return True if the report lets dependents start: an xfail or a rerun does not."""
    return report.outcome == "passed" and not hasattr(report, "wasxfail")


def is_passed_call(report: pytest.TestReport) -> bool:
    """Return True if the call of a test is over and has passed; after a subtest's report, others follow."""
    return report.when == "call" and counts_as_passed(report) and not hasattr(report, "context")


class BlockedReporter:
    """Base of the plugins that report tests which no process ran, as skipped in their set-up.

    `blocked_by` of a report names the gate that did not pass; `not_run` says why there was no worker for the test.
    """

    def __init__(self, config: pytest.Config, label: Label = default_label) -> None:
        self.config = config
        self.label = label

    @pytest.hookimpl(tryfirst=True)
    def pytest_report_teststatus(self, report: pytest.TestReport) -> Status | None:
        status = next((status for attribute, status in STATUSES.items() if hasattr(report, attribute)), None)
        return None if status is None else status if report.when == "setup" else ("", "", "")

    def report_blocked(self, nodeid: str, location: Location, cause: str, node: object = None) -> None:
        """Report that `nodeid` will not run, since the gate `cause` did not pass.

        `node` is set where other plugins expect a worker on every report.
        """
        self._report(nodeid, location, f"blocked: {self.label(cause)} did not pass", node, blocked_by=cause)

    def report_not_run(self, nodeid: str, location: Location, reason: str, node: object = None) -> None:
        """Report that `nodeid` could have run, but no worker was left."""
        self._report(nodeid, location, f"not run: {reason}", node, not_run=reason)

    def _report(self, nodeid: str, location: Location, text: str, node: object, **attributes: str) -> None:
        hook = self.config.hook
        hook.pytest_runtest_logstart(nodeid=nodeid, location=location)
        for report in _reports(nodeid, location, text, attributes):
            if node is not None:
                report.node = node  # type: ignore[attr-defined]  # xdist adds this attribute to the reports of workers
            with _keep_last_failed(self.config, report):
                hook.pytest_runtest_logreport(report=report)
        hook.pytest_runtest_logfinish(nodeid=nodeid, location=location)


def _reports(nodeid: str, location: Location, text: str, attributes: dict[str, Any]) -> Iterator[pytest.TestReport]:
    path, line, _ = location
    reason = (path, (line or 0) + 1, text)
    yield pytest.TestReport(nodeid, location, {}, "skipped", reason, "setup", **attributes)
    yield pytest.TestReport(nodeid, location, {}, "passed", None, "teardown", **attributes)


@contextmanager
def _keep_last_failed(config: pytest.Config, report: pytest.TestReport) -> Iterator[None]:
    """Keep a blocked test among those that `--lf` runs; pytest removes a test that is skipped."""
    last_failed: dict[Any, bool] = getattr(config.pluginmanager.getplugin("lfplugin"), "lastfailed", {})
    key = getattr(report, "id", report.nodeid)  # pytest 9.2 has objects as keys, earlier versions have strings
    had_failed = key in last_failed
    yield
    if had_failed:
        last_failed[key] = True
