"""Durations of the tests: recorded from reports, averaged with earlier runs, kept for the next one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from pytest_execute.core.nodeids import file_of
from pytest_execute.tools import json_values
from pytest_execute.tools.cache import ResultCache

KIND = "seconds of a file"
"""One fact for all tests of a file, a JSON object, so that thousands of tests take some dozens of facts."""
WEIGHT = 0.5
"""Weight of the last run against all earlier ones."""


def known_durations(cache: ResultCache, tests: Iterable[str]) -> dict[str, float]:
    """Return the known seconds of each of `tests`, set-up and tear-down included."""
    wanted = set(tests)
    return {
        test: seconds
        for durations in _read_files(cache, wanted).values()
        for test, seconds in durations.items()
        if test in wanted
    }


def save_durations(cache: ResultCache, measured: Mapping[str, float]) -> None:
    """Save the mean of the known durations and those `measured` in this run."""
    files = _read_files(cache, measured)
    for test, seconds in measured.items():
        durations = files.setdefault(file_of(test), {})
        durations[test] = round(WEIGHT * seconds + (1 - WEIGHT) * durations.get(test, seconds), 6)
    cache.put(KIND, {file: json_values.encode(durations) for file, durations in files.items()})


def _read_files(cache: ResultCache, tests: Iterable[str]) -> dict[str, dict[str, float]]:
    """Return `{file: {test: seconds}}` for the files of `tests`, with all tests of these files."""
    facts = cache.get(KIND, dict.fromkeys(map(file_of, tests)))
    return {file: json_values.decode(fact, dict[str, float]) for file, fact in facts.items()}


class DurationRecorder:
    """Plugin that adds up the phases of each test. Only a test whose call passed or failed counts."""

    def __init__(self, cache: ResultCache) -> None:
        self.cache = cache
        self.running: dict[str, float] = {}
        self.called: set[str] = set()
        self.measured: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = report.nodeid
        if hasattr(report, "context"):  # a subtest (pytest 9), whose time is part of its test's
            return
        if report.when == "setup":
            self.running[test] = 0.0
            self.called.discard(test)
        if report.when == "call" and report.outcome in ("passed", "failed") and not hasattr(report, "wasxfail"):
            self.called.add(test)
        if test in self.running:
            self.running[test] += report.duration
        if report.when == "teardown":
            seconds = self.running.pop(test, 0.0)
            if test in self.called:
                self.called.discard(test)
                self.measured[test] = seconds

    def pytest_sessionfinish(self) -> None:
        """Save the durations, also where the run was interrupted: the tests that ended count."""
        save_durations(self.cache, self.measured)
