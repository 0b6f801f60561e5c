"""What the reports of a test come to."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pytest_execute.core.evidence import Outcome, TestResult

LOST = ("failed", "error", "skipped", "xfailed", "xpassed")
"""How a test that is run again may end without having passed at all."""
CRASHED: Any = "???"
"""What xdist has for a phase where a test took its worker along."""


def merged(known: TestResult | None, report: pytest.TestReport) -> TestResult:
    """What a test has come to with one more of its reports: the first thing that goes wrong stays."""
    outcome = outcome_of(report)
    seconds = (known.seconds if known else 0.0) + (report.duration if report.when == "call" else 0.0)
    if known is not None and known.outcome != "passed" and not (known.outcome == "rerun" and outcome in LOST):
        return msgspec.structs.replace(known, seconds=seconds)
    crashed = report.when == CRASHED
    return TestResult(report.nodeid, outcome, seconds, "" if outcome == "passed" else _message(report), crashed)


def outcome_of(report: pytest.TestReport) -> Outcome:
    """How one phase of a test ended."""
    if hasattr(report, "blocked_by") or hasattr(report, "not_run"):
        return "blocked" if hasattr(report, "blocked_by") else "not-run"
    if str(report.outcome) == "rerun":  # pytest-rerunfailures'
        return "rerun"
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.skipped else "xpassed"
    if report.passed:
        return "passed"
    if report.skipped:
        return "skipped"
    return "error" if report.when in ("setup", "teardown") else "failed"


def _message(report: pytest.TestReport) -> str:
    """The first line of what went wrong."""
    crash = getattr(report.longrepr, "reprcrash", None)
    text = (
        crash.message
        if crash is not None
        else str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    )
    return (text.strip().splitlines() or [""])[0].removeprefix("blocked: ").removeprefix("not run: ")[:300]
