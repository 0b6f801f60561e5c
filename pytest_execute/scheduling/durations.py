"""How long each test takes: seen in this run, smoothed with earlier ones, kept for the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec
import pytest

from pytest_execute.core.nodeids import file_of
from pytest_execute.tools.cache import ResultCache

KIND = "seconds of a file"
"""One fact for all tests of a file, a JSON object: thousands of tests are read and written with some dozens of them."""
WEIGHT = 0.5
"""What the last run counts against all that came before it."""


def recall(ledger: ResultCache, tests: Iterable[str]) -> dict[str, float]:
    """The seconds that each of `tests` is known to take, set-up and tear-down included."""
    wanted = set(tests)
    return {
        test: seconds for known in _files(ledger, wanted).values() for test, seconds in known.items() if test in wanted
    }


def learn(ledger: ResultCache, seen: Mapping[str, float]) -> None:
    """Keep what a run has shown in which the tests took as long as `seen` says."""
    known = _files(ledger, seen)
    for test, seconds in seen.items():
        file = known.setdefault(file_of(test), {})
        file[test] = round(WEIGHT * seconds + (1 - WEIGHT) * file.get(test, seconds), 6)
    ledger.put(KIND, {file: msgspec.json.encode(tests) for file, tests in known.items()})


def _files(ledger: ResultCache, tests: Iterable[str]) -> dict[str, dict[str, float]]:
    """What is known of each file that one of `tests` stands in: of all its tests."""
    facts = ledger.get(KIND, dict.fromkeys(map(file_of, tests)))
    return {file: msgspec.json.decode(fact, type=dict[str, float]) for file, fact in facts.items()}


class Durations:
    """Listens to the reports; a test that passed or failed in its call has shown how long it takes, no other has."""

    def __init__(self, ledger: ResultCache) -> None:
        self.ledger = ledger
        self.running: dict[str, float] = {}
        self.called: set[str] = set()
        self.seen: dict[str, float] = {}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = report.nodeid
        if hasattr(report, "context"):  # a subtest, whose time is part of its test's
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
                self.seen[test] = seconds

    def pytest_sessionfinish(self) -> None:
        """Also where the run was interrupted: what has ended has ended."""
        learn(self.ledger, self.seen)
