"""What is still to be run, shared between workers."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

from pytest_execute.core.nodeids import file_of

K = TypeVar("K", int, tuple[float, int, str])
Cost = Callable[[str], float]
"""The seconds that a test is expected to take."""
Pairs = Iterable[tuple[str, str]]
"""Of a tree and a test."""
RunTree = Callable[[str, Sequence[str]], object]
"""Runs tests in a tree."""


class WorkQueue(Generic[K]):
    """Tests that wait for a tree each, given out a tree at a time, the lowest first. Workers may add more as they go.

    Where all that waits is for one tree, it is shared out between idle workers; where nothing more `comes`, each worker gets no
    more than its share of all. Who would be idle gets what is offered `ahead` of what the others find.
    """

    def __init__(self, workers: int, cost: Cost = lambda _: 1.0, *, comes: bool = True) -> None:
        self.cost, self.comes = cost, comes
        self.tests: dict[K, list[str]] = {}
        self.ahead: dict[K, list[str]] = {}
        self.idle = self.workers = workers
        self.finding = 0
        self.changed = threading.Condition(threading.RLock())

    def add(self, tree: K, tests: Sequence[str]) -> None:
        with self.changed:
            self.tests.setdefault(tree, []).extend(tests)
            self.withdraw(tests, tree)
            self.changed.notify_all()

    def offer(self, tree: K, tests: Sequence[str]) -> None:
        """Have tests run on a tree that they will wait for, should they not pass on those before."""
        with self.changed:
            if new := [test for test in tests if test not in self.ahead.get(tree, ())]:
                self.ahead.setdefault(tree, []).extend(new)
                self.changed.notify_all()

    def withdraw(self, tests: Sequence[str], tree: K | None = None) -> None:
        """Offer these no more, for this tree or any."""
        with self.changed:
            for at in list(self.ahead) if tree is None else {tree} & self.ahead.keys():
                self.ahead[at] = [test for test in self.ahead[at] if test not in tests]
                if not self.ahead[at]:
                    del self.ahead[at]

    def take(self) -> tuple[K, list[str]] | None:
        """A tree and the tests to run in it, to be followed by `done`; None when nothing waits and nobody works."""
        with self.changed:
            while not self.tests and not self.ahead and (self.idle < self.workers or self.finding):
                self.changed.wait()
            if not self.tests and self.idle == self.workers:
                return None
            if not self.tests:
                self.idle -= 1
                return (tree := min(self.ahead)), self.ahead.pop(tree)
            tree = min(self.tests)
            share = sum(self.cost(test) for tests in self.tests.values() for test in tests) / self.idle
            wanted = self.tests.pop(tree)
            taken = wanted if self.tests and self.comes else part(wanted, share, self.cost)
            if left := [test for test in wanted if test not in set(taken)]:
                self.tests[tree] = left
            self.idle -= 1
            return tree, taken

    def done(self) -> None:
        with self.changed:
            self.idle += 1
            self.changed.notify_all()

    def found(self) -> None:
        """Somebody who was `finding` out what to add has."""
        with self.changed:
            self.finding -= 1
            self.changed.notify_all()


def share_out(jobs: Sequence[tuple[Pairs | Callable[[], Pairs], RunTree]], workers: int, cost: Cost) -> None:
    """Run each pair as its job has it, a tree at a time, the costliest first; which pairs these are may be found out meanwhile."""
    waiting = WorkQueue[tuple[float, int, str]](workers, cost, comes=False)

    def add(number: int, pairs: Pairs) -> None:
        trees: dict[str, list[str]] = {}
        for tree, test in sorted(pairs):
            trees.setdefault(tree, []).append(test)
        for tree, tests in trees.items():
            waiting.add((-sum(map(cost, tests)), number, tree), tests)

    def find(number: int, pairs: Callable[[], Pairs]) -> None:
        try:
            add(number, pairs())
        finally:
            waiting.found()

    def work() -> None:
        while (taken := waiting.take()) is not None:
            (_, number, tree), tests = taken
            try:
                jobs[number][1](tree, tests)
            finally:
                waiting.done()

    finders: list[Callable[[], object]] = []
    for number, (pairs, _) in enumerate(jobs):
        if callable(pairs):
            waiting.finding += 1
            finders.append(functools.partial(find, number, pairs))
        else:
            add(number, pairs)
    side_by_side([*finders, *[work] * workers])


def side_by_side(jobs: Sequence[Callable[[], object]]) -> None:
    """Run each job in a thread. Where one fails, or the user interrupts, the others are not waited for: their runner ends them."""
    pool = ThreadPoolExecutor(len(jobs))
    try:
        for future in [pool.submit(job) for job in jobs]:
            future.result()
    except BaseException:
        pool.shutdown(wait=False, cancel_futures=True)
        raise
    pool.shutdown()


def part(tests: Sequence[str], enough: float, cost: Cost) -> list[str]:
    """The tests of the first files, as many as cost so many seconds; of the costliest files, which so have begun when others end.

    >>> part(["c::1", "a::1", "a::2"], 2, lambda _: 1.0)
    ['a::1', 'a::2']
    """
    files: dict[str, float] = {}
    for test in tests:
        files[file_of(test)] = files.get(file_of(test), 0.0) + cost(test)
    taken = set(_first(sorted(files, key=lambda file: -files[file]), files, enough))
    return [test for test in tests if file_of(test) in taken]


def _first(files: Iterable[str], costs: dict[str, float], enough: float) -> Iterable[str]:
    """One after the other of `files`, but for those that lead away from `enough`."""
    for number, file in enumerate(files):
        if not number or enough > costs[file] / 2:
            enough -= costs[file]
            yield file
