"""Observations of the replay: outcomes of tests in trees, and the runs that bring them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Literal, Protocol

from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.replay.work_queue import TestInTree

Attempt = Literal["quick", "repeat", "full"]
"""First try; second run, to see whether it ends the same; run with all the time that a test may have."""
LEAST_COST = 0.01
"""Seconds that a test is expected to take at least."""


class RunTests(Protocol):
    def __call__(
        self,
        tree: str,
        tests: Sequence[str],
        *,
        alone: bool = False,
        attempt: Attempt = "full",
        on_start: Callable[[], None] | None = None,
    ) -> dict[str, TreeOutcome]:
        """Run tests on the composed tree with this id: beside their neighbours, or each alone.

        `on_start` is called before the first test begins, unless all outcomes are cached.
        """


class Observations:
    """Outcomes of each test in each tree: of a first run beside its neighbours, and of a second run, alone.

    `seconds` is the time that tests took today. A test in `isolated` passes or fails by its neighbours, or needs time:
    all its runs are alone, with full time.
    """

    def __init__(self, run_tests: RunTests, seconds: Mapping[str, float], isolated: Iterable[str] = ()) -> None:
        self.run_tests = run_tests
        self.seconds = dict(seconds)
        self.isolated = set(isolated)
        self.first: dict[TestInTree, TreeOutcome] = {}
        self.second: dict[TestInTree, TreeOutcome] = {}
        self.passing_tree: dict[str, str] = {}  # the first tree that each test passes on
        self.lock = threading.Lock()

    def run(self, tree: str, tests: Sequence[str]) -> None:
        """Run tests with full time, and keep their first outcomes."""
        outcomes = self.first_outcomes(tree, tests)
        self.keep_first({(tree, test): outcome for test, outcome in outcomes.items()})

    def run_again(self, tree: str, tests: Sequence[str], attempt: Attempt = "repeat") -> None:
        """Run each of the tests alone, and keep their second outcomes."""
        shared, isolated = self._split(tests)
        outcomes = self.run_tests(tree, shared, alone=True, attempt=attempt) if shared else {}
        outcomes |= self.run_tests(tree, isolated, alone=True) if isolated else {}
        self._keep({(tree, test): outcome for test, outcome in outcomes.items()}, self.second)

    def first_outcomes(
        self, tree: str, tests: Sequence[str], on_start: Callable[[], None] | None = None, *, attempt: Attempt = "full"
    ) -> dict[str, TreeOutcome]:
        """Run tests beside their neighbours, isolated ones alone with full time. Keep nothing."""
        shared, isolated = self._split(tests)
        outcomes = self.run_tests(tree, shared, attempt=attempt, on_start=on_start) if shared else {}
        return outcomes | (self.run_tests(tree, isolated, alone=True, on_start=on_start) if isolated else {})

    def keep_first(self, outcomes: Mapping[TestInTree, TreeOutcome]) -> None:
        self._keep(outcomes, self.first)

    def cost(self, test: str) -> float:
        """Return the seconds that a test is expected to take."""
        return LEAST_COST + self.seconds.get(test, 0.0)

    def isolate(self, tests: AbstractSet[str]) -> None:
        """Forget the outcomes of these tests; they run only alone from now on."""
        self.isolated |= tests
        for outcomes in (self.first, self.second):
            for pair in [pair for pair in outcomes if pair[1] in tests]:
                del outcomes[pair]
        for test in tests:
            self.passing_tree.pop(test, None)

    def _split(self, tests: Sequence[str]) -> tuple[list[str], list[str]]:
        """Return the tests that may have neighbours, and those that may not."""
        isolated = [test for test in tests if test in self.isolated]
        return [test for test in tests if test not in self.isolated], isolated

    def _keep(self, outcomes: Mapping[TestInTree, TreeOutcome], into: dict[TestInTree, TreeOutcome]) -> None:
        with self.lock:
            into.update(outcomes)
            for (_, test), outcome in outcomes.items():
                self.seconds[test] = max(outcome.seconds, self.seconds.get(test, 0.0))
