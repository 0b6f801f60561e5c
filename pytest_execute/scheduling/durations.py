"""How long each test takes: seen in this run, smoothed with earlier ones, kept for the next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pytest

from pytest_execute.tools.ledger import Ledger

KIND = "seconds"
WEIGHT = 0.5
"""What the last run counts against all that came before it."""


def recall(ledger: Ledger, tests: Iterable[str]) -> dict[str, float]:
    """The seconds that each of `tests` is known to take, set-up and tear-down included."""
    return {test: float(value) for test, value in ledger.known(KIND, tests).items()}


def smoothed(known: Mapping[str, float], seen: Mapping[str, float]) -> dict[str, float]:
    """What is known after a run in which the tests took as long as `seen` says."""
    return {test: WEIGHT * seconds + (1 - WEIGHT) * known.get(test, seconds) for test, seconds in seen.items()}


class Durations:
    """Listens to the reports; a test that passed or failed in its call has shown how long it takes, no other has."""

    def __init__(self, ledger: Ledger) -> None:
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
        facts = smoothed(recall(self.ledger, self.seen), self.seen)
        self.ledger.learn(KIND, {test: f"{seconds:.6f}".encode() for test, seconds in facts.items()})
