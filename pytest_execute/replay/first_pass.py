"""Walks tests over trees, the oldest first, until each passes."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.replay.work_queue import Cost, WorkQueue

Differs = Callable[[str, str, frozenset[str] | None], bool]
"""May a test come out otherwise on the second tree than on the first, where it had to do with these files?"""


class First(Protocol):
    def __call__(self, tree: str, tests: Sequence[str], begun: Callable[[], None]) -> dict[str, TreeOutcome]:
        """Run tests on a tree; `begun` is called where not all was known, and some of them begin now."""


class FirstPassSearch:
    """How each test came out on the trees that may be another to it, up to the first on which it passes, in `first`.

    What waits for a tree runs together. A worker that would be idle runs ahead, tests that have not passed on the trees before: what it
    finds counts once the walk gets there.
    """

    def __init__(self, trees: Sequence[str], run: First, differs: Differs, workers: int, cost: Cost) -> None:
        self.trees, self.run, self.differs = trees, run, differs
        self.first: dict[str, int] = {}
        self.seen: dict[tuple[str, str], TreeOutcome] = {}
        self.not_passed: dict[str, list[tuple[str, TreeOutcome]]] = {}  # on which trees, and how
        self.at: dict[str, int] = {}  # the tree that each test has come to
        self.found: dict[tuple[int, str], TreeOutcome] = {}  # there, or ahead
        self.runs: set[tuple[int, str]] = set()
        self.waiting = WorkQueue[int](workers, cost)
        self.lock = self.waiting.changed

    def begin(self, tests: Sequence[str]) -> None:
        """Have tests wait for the first tree; each worker does its `work` then."""
        self.at = dict.fromkeys(tests, 0)
        if tests:
            self.waiting.add(0, tests)

    def work(self) -> None:
        """Run what waits, until nothing does."""
        while (taken := self._take()) is not None:
            index, tests = taken
            try:
                answers = self.run(self.trees[index], tests, functools.partial(self._look_ahead, index, tests))
                with self.lock:
                    self._find(index, answers)
            finally:
                self.waiting.done()

    def alike(self, test: str, tree: str) -> TreeOutcome | None:
        """What a test that did not pass came to on a tree that is the same to it as this one."""
        known = self.not_passed.get(test, ())
        return next((seen for at, seen in known if not self.differs(at, tree, seen.accesses)), None)

    def _take(self) -> tuple[int, list[str]] | None:
        with self.lock:
            taken = self.waiting.take()
            if taken is not None:
                self.runs |= {(taken[0], test) for test in taken[1]}
            return taken

    def _look_ahead(self, index: int, tests: Sequence[str]) -> None:
        """Offer the trees that these tests come to next, should they fail here as before."""
        ahead: dict[int, list[str]] = {}
        with self.lock:
            for test in tests:
                if test in self.not_passed and index + 1 < len(self.trees):
                    ahead.setdefault(self._next(test, index), []).append(test)
            for later, some in ahead.items():
                self.waiting.offer(later, [test for test in some if (later, test) not in self.runs])

    def _find(self, index: int, answers: Mapping[str, TreeOutcome]) -> None:
        for test, seen in answers.items():
            self.found[(index, test)] = seen
            if self.at[test] == index:
                self._advance(test)

    def _advance(self, test: str) -> None:
        """Go on from what was found where the test stands, to where it passes or has to be run. The last tree is always one of these."""
        while (seen := self.found.get((self.at[test], test))) is not None:
            index = self.at[test]
            self.seen[(self.trees[index], test)] = seen
            if seen.passed:
                self.first[test] = index
                return self.waiting.withdraw([test])
            if index + 1 == len(self.trees):
                return None
            self.not_passed.setdefault(test, []).append((self.trees[index], seen))
            self.at[test] = self._next(test, index)
        if (self.at[test], test) not in self.runs:
            self.waiting.add(self.at[test], [test])
        return None

    def _next(self, test: str, index: int) -> int:
        """The next tree that may be another to it, or the last."""
        last = len(self.trees) - 1
        return next((at for at in range(index + 1, last) if self.alike(test, self.trees[at]) is None), last)
