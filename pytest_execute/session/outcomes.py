"""Outcomes of the tests, collected from their reports."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from pytest_execute.core.evidence import Manifest, Outcome, TestResult

NOT_PASSED = ("failed", "error", "skipped", "xfailed", "xpassed")
"""Outcomes of a test that did not pass when it was run again."""
CRASHED: Any = "???"
"""Phase that xdist 3.8 gives the report of a test that crashed its worker (`DSession.handle_crashitem`)."""


class OutcomeCollector:
    """Plugin that collects the result of each test."""

    def __init__(self) -> None:
        self.results: dict[str, TestResult] = {}
        self.ended: set[str] = set()
        self.uncollected: dict[str, TestResult] = {}

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep a file that could not be collected, or was skipped as a whole."""
        if report.failed:
            message = collection_message(report)
            self.uncollected[report.nodeid] = TestResult(report.nodeid, "not-collected", message=message)
        elif report.skipped:
            self.uncollected[report.nodeid] = TestResult(report.nodeid, "skipped", message=_message(report))

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.results[report.nodeid] = merge_report(self.results.get(report.nodeid), report)
        if report.when == "teardown":
            self.ended.add(report.nodeid)

    def known_results(self, manifest: Manifest) -> dict[str, TestResult]:
        """Return the results of the manifest's tests; a test that passed so far and has not ended is left out."""
        return {
            test: result
            for test, result in self.results.items()
            if test in manifest.tests and (result.outcome != "passed" or test in self.ended)
        }


def merge_report(known: TestResult | None, report: pytest.TestReport) -> TestResult:
    """Return the result of a test with one more of its reports; the first outcome that is not `passed` stays."""
    outcome = phase_outcome(report)
    seconds = (known.seconds if known else 0.0) + (report.duration if report.when == "call" else 0.0)
    is_rerun_lost = known is not None and known.outcome == "rerun" and outcome in NOT_PASSED
    if known is not None and known.outcome != "passed" and not is_rerun_lost:
        return msgspec.structs.replace(known, seconds=seconds)
    has_crashed = report.when == CRASHED
    return TestResult(report.nodeid, outcome, seconds, "" if outcome == "passed" else _message(report), has_crashed)


def phase_outcome(report: pytest.TestReport) -> Outcome:
    """Return the outcome of one phase of a test."""
    if hasattr(report, "blocked_by") or hasattr(report, "not_run"):
        return "blocked" if hasattr(report, "blocked_by") else "not-run"
    if str(report.outcome) == "rerun":  # pytest-rerunfailures' (16.7)
        return "rerun"
    if hasattr(report, "wasxfail"):
        return "xfailed" if report.skipped else "xpassed"
    if report.passed:
        return "passed"
    if report.skipped:
        return "skipped"
    return "error" if report.when in ("setup", "teardown") else "failed"


# matches "tests/test_a.py:1: in <module>" in a traceback, where the path is inside the root directory
_PLACE = re.compile(r"^(?P<path>(?!\.\.?/|/)[^\s:]+\.py):(?P<line>\d+): in <module>$", re.MULTILINE)
# matches `File "/repo/tests/test_a.py", line 1` of a syntax error
_SYNTAX_PLACE = re.compile(r'^E\s+File "(?P<path>.+)", line (?P<line>\d+)$', re.MULTILINE)


def collection_message(report: pytest.CollectReport) -> str:
    """Return the error for which a file could not be collected, with its place where it came up on import."""
    text = report.longreprtext
    syntax = [*_SYNTAX_PLACE.finditer(text)][-1:]
    place = [*_PLACE.finditer(text)][-1:] or syntax
    errors = [line[1:].strip() for line in text.splitlines() if line.startswith("E ")]
    crash = getattr(report.longrepr, "reprcrash", None)
    lines = str(crash.message).splitlines() if crash is not None else errors[-1:] or text.strip().splitlines()
    error = (lines or ["it gives no reason"])[0][:300]
    if not place:
        return error
    path = report.nodeid if Path(place[0]["path"]).is_absolute() else place[0]["path"]
    inner = [f" ({Path(each['path']).name}, line {each['line']})" for each in syntax if each is not place[0]]
    return f"its import fails at {path}:{place[0]['line']}: {error}{''.join(inner)}"


def _message(report: pytest.TestReport | pytest.CollectReport) -> str:
    """Return the first line of a failure or of the reason of a skip."""
    crash = getattr(report.longrepr, "reprcrash", None)
    if crash is not None:
        text = str(crash.message)
    else:
        text = str(report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr)
    first_line = (text.strip().splitlines() or [""])[0]
    return first_line.removeprefix("blocked: ").removeprefix("not run: ")[:300]
