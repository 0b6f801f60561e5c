"""Queue of tests that wait for trees, shared between workers."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from pytest_execute.core.nodeids import file_of

K = TypeVar("K", int, tuple[float, int, str])
Cost = Callable[[str], float]
"""Returns the seconds that a test is expected to take."""
TestInTree = tuple[str, str]
"""Id of a tree, and a test."""
TestsInTrees = Iterable[TestInTree]
RunTree = Callable[[str, Sequence[str]], object]
"""Runs tests in a tree."""
Job = tuple[TestsInTrees | Callable[[], TestsInTrees], RunTree]
"""Tests to run, or a function that finds them, and how to run them."""


class WorkQueue(Generic[K]):
    """Tests, each of which waits for a tree.

    Workers take the tests of one tree at a time, the lowest tree first, and may add more.

    Idle workers share the tests of the only tree that tests wait for. Where the queue does not grow (`grows`), each
    worker takes no more than its share of all tests. A worker without tests takes those that were offered ahead of the
    others' outcomes.
    """

    def __init__(self, workers: int, cost: Cost = lambda _: 1.0, *, grows: bool = True) -> None:
        self.cost, self.grows = cost, grows
        self.waiting: dict[K, list[str]] = {}
        self.offered: dict[K, list[str]] = {}
        self.idle = self.workers = workers
        self.finders = 0
        self.changed = threading.Condition(threading.RLock())

    def add(self, tree: K, tests: Sequence[str]) -> None:
        with self.changed:
            self.waiting.setdefault(tree, []).extend(tests)
            self.withdraw(tests, tree)
            self.changed.notify_all()

    def offer(self, tree: K, tests: Sequence[str]) -> None:
        """Let idle workers run tests on a tree that these will wait for, should they not pass on those before."""
        with self.changed:
            if new := [test for test in tests if test not in self.offered.get(tree, ())]:
                self.offered.setdefault(tree, []).extend(new)
                self.changed.notify_all()

    def withdraw(self, tests: Sequence[str], tree: K | None = None) -> None:
        """Offer these tests no more, for this tree or any."""
        with self.changed:
            for key in list(self.offered) if tree is None else {tree} & self.offered.keys():
                self.offered[key] = [test for test in self.offered[key] if test not in tests]
                if not self.offered[key]:
                    del self.offered[key]

    def take(self) -> tuple[K, list[str]] | None:
        """Return a tree and the tests to run in it; call `done` afterwards.

        None where no tests wait and no worker runs any.
        """
        with self.changed:
            while not self.waiting and not self.offered and (self.idle < self.workers or self.finders):
                self.changed.wait()
            if not self.waiting and self.idle == self.workers:
                return None
            if not self.waiting:
                self.idle -= 1
                return (tree := min(self.offered)), self.offered.pop(tree)
            tree = min(self.waiting)
            share = sum(self.cost(test) for tests in self.waiting.values() for test in tests) / self.idle
            candidates = self.waiting.pop(tree)
            taken = candidates if self.waiting and self.grows else first_files(candidates, share, self.cost)
            if left := [test for test in candidates if test not in set(taken)]:
                self.waiting[tree] = left
            self.idle -= 1
            return tree, taken

    def done(self) -> None:
        """Report that a worker has run the tests that it took."""
        with self.changed:
            self.idle += 1
            self.changed.notify_all()

    def finder_done(self) -> None:
        """Report that one of the `finders` has added the tests that it found."""
        with self.changed:
            self.finders -= 1
            self.changed.notify_all()


def run_jobs(jobs: Sequence[Job], workers: int, cost: Cost) -> None:
    """Run the tests of all jobs, a tree at a time, the costliest tree first.

    Functions that find tests run meanwhile.
    """
    queue = WorkQueue[tuple[float, int, str]](workers, cost, grows=False)

    def add(number: int, pairs: TestsInTrees) -> None:
        trees: dict[str, list[str]] = {}
        for tree, test in sorted(pairs):
            trees.setdefault(tree, []).append(test)
        for tree, tests in trees.items():
            queue.add((-sum(map(cost, tests)), number, tree), tests)

    def find(number: int, pairs: Callable[[], TestsInTrees]) -> None:
        try:
            add(number, pairs())
        finally:
            queue.finder_done()

    def work() -> None:
        while (taken := queue.take()) is not None:
            (_, number, tree), tests = taken
            try:
                jobs[number][1](tree, tests)
            finally:
                queue.done()

    finders: list[Callable[[], object]] = []
    for number, (pairs, _) in enumerate(jobs):
        if callable(pairs):
            queue.finders += 1
            finders.append(functools.partial(find, number, pairs))
        else:
            add(number, pairs)
    run_in_threads([*finders, *[work] * workers])


def run_in_threads(functions: Sequence[Callable[[], object]]) -> None:
    """Call each function in a thread.

    Where one fails, or the user interrupts, do not wait for the others: the runner ends them.
    """
    pool = ThreadPoolExecutor(len(functions))
    try:
        for future in [pool.submit(function) for function in functions]:
            future.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def first_files(tests: Sequence[str], seconds: float, cost: Cost) -> list[str]:
    """Return the tests of whole files, the costliest files first, which take about so many seconds.

    Costly files begin early so, while others can still run beside them.

    >>> first_files(["c::1", "a::1", "a::2"], 2, lambda _: 1.0)
    ['a::1', 'a::2']
    """
    costs: dict[str, float] = {}
    for test in tests:
        costs[file_of(test)] = costs.get(file_of(test), 0.0) + cost(test)
    files = set(_closest_to(seconds, sorted(costs, key=lambda file: -costs[file]), costs))
    return [test for test in tests if file_of(test) in files]


def _closest_to(seconds: float, files: Iterable[str], costs: dict[str, float]) -> Iterable[str]:
    """Yield the first file, and each other one that brings the sum of costs closer to `seconds`."""
    for number, file in enumerate(files):
        if not number or seconds > costs[file] / 2:
            seconds -= costs[file]
            yield file
