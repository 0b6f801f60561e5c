"""Search for the first tree that each test passes on, from the oldest tree on."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.replay.work_queue import Cost, TestInTree, WorkQueue

MayDiffer = Callable[[str, str, frozenset[str] | None], bool]
"""Returns whether a test that looked at these files may come out otherwise on the second tree."""


class RunInTree(Protocol):
    def __call__(self, tree: str, tests: Sequence[str], on_start: Callable[[], None]) -> dict[str, TreeOutcome]:
        """Run tests on a tree; `on_start` is called before the first test begins, unless all outcomes are cached."""


class FirstPassSearch:
    """Runs each test on the trees that may differ for it, up to the first on which it passes.

    The indices of these trees are in `first_pass`. Tests that wait for the same tree run together. An idle worker runs
    ahead: tests that have not passed on earlier trees, on the trees that they come to next. Such an outcome counts once
    the search gets there.
    """

    def __init__(self, trees: Sequence[str], run: RunInTree, may_differ: MayDiffer, workers: int, cost: Cost) -> None:
        self.trees, self.run, self.may_differ = trees, run, may_differ
        self.first_pass: dict[str, int] = {}
        self.outcomes: dict[TestInTree, TreeOutcome] = {}
        self.failures: dict[str, list[tuple[str, TreeOutcome]]] = {}  # the trees that a test did not pass on
        self.position: dict[str, int] = {}  # the index of the tree that each test has come to
        self.results: dict[tuple[int, str], TreeOutcome] = {}  # also of runs ahead
        self.started: set[tuple[int, str]] = set()
        self.queue = WorkQueue[int](workers, cost)
        self.lock = self.queue.changed

    def start(self, tests: Sequence[str]) -> None:
        """Have tests wait for the first tree; call `work` in each worker then."""
        self.position = dict.fromkeys(tests, 0)
        if tests:
            self.queue.add(0, tests)

    def work(self) -> None:
        """Run the tests that wait, until none does."""
        while (taken := self._take()) is not None:
            index, tests = taken
            try:
                outcomes = self.run(self.trees[index], tests, functools.partial(self._offer_next, index, tests))
                with self.lock:
                    self._record(index, outcomes)
            finally:
                self.queue.done()

    def outcome_on_equal_tree(self, test: str, tree: str) -> TreeOutcome | None:
        """Return the outcome of a test that did not pass on a tree that is the same to it as `tree`."""
        failures = self.failures.get(test, ())
        equal = (outcome for other, outcome in failures if not self.may_differ(other, tree, outcome.accesses))
        return next(equal, None)

    def _take(self) -> tuple[int, list[str]] | None:
        with self.lock:
            taken = self.queue.take()
            if taken is not None:
                self.started |= {(taken[0], test) for test in taken[1]}
            return taken

    def _offer_next(self, index: int, tests: Sequence[str]) -> None:
        """Offer the trees that these tests come to next, should they fail here as before."""
        next_trees: dict[int, list[str]] = {}
        with self.lock:
            for test in tests:
                if test in self.failures and index + 1 < len(self.trees):
                    next_trees.setdefault(self._next_tree(test, index), []).append(test)
            for later, waiting in next_trees.items():
                self.queue.offer(later, [test for test in waiting if (later, test) not in self.started])

    def _record(self, index: int, outcomes: Mapping[str, TreeOutcome]) -> None:
        for test, outcome in outcomes.items():
            self.results[(index, test)] = outcome
            if self.position[test] == index:
                self._advance(test)

    def _advance(self, test: str) -> None:
        """Move a test on over trees with a result, until it passes or has to be run.

        The last tree always has to be run.
        """
        while (outcome := self.results.get((self.position[test], test))) is not None:
            index = self.position[test]
            self.outcomes[(self.trees[index], test)] = outcome
            if outcome.passed:
                self.first_pass[test] = index
                return self.queue.withdraw([test])
            if index + 1 == len(self.trees):
                return None
            self.failures.setdefault(test, []).append((self.trees[index], outcome))
            self.position[test] = self._next_tree(test, index)
        if (self.position[test], test) not in self.started:
            self.queue.add(self.position[test], [test])
        return None

    def _next_tree(self, test: str, index: int) -> int:
        """Return the index of the next tree that may differ for the test, or of the last."""
        last = len(self.trees) - 1
        later = range(index + 1, last)
        return next((at for at in later if self.outcome_on_equal_tree(test, self.trees[at]) is None), last)
