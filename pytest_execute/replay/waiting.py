"""What is still to be run, shared between workers."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from typing import Generic, TypeVar

from pytest_execute.core.nodeids import file_of

K = TypeVar("K", int, tuple[int, str])


class Waiting(Generic[K]):
    """Tests that wait for a tree each, given out a tree at a time, the lowest first. Workers may add more as they go."""

    def __init__(self, workers: int) -> None:
        self.tests: dict[K, list[str]] = {}
        self.idle = self.workers = workers
        self.changed = threading.Condition()

    def add(self, tree: K, tests: Sequence[str]) -> None:
        with self.changed:
            self.tests.setdefault(tree, []).extend(tests)
            self.changed.notify_all()

    def take(self) -> tuple[K, list[str]] | None:
        """A tree and the tests to run in it, to be followed by `done`; None when nothing waits and nobody works."""
        with self.changed:
            while not self.tests and self.idle < self.workers:
                self.changed.wait()
            if not self.tests:
                return None
            tree = min(self.tests)
            wanted = self.tests.pop(tree)
            taken = wanted if self.tests else part(wanted, self.idle)
            if left := [test for test in wanted if test not in set(taken)]:
                self.tests[tree] = left
            self.idle -= 1
            return tree, taken

    def done(self) -> None:
        with self.changed:
            self.idle += 1
            self.changed.notify_all()


def part(tests: Sequence[str], parts: int) -> list[str]:
    """The tests of the first files, as many as make one of so many parts.

    >>> part(["a::1", "a::2", "b::1", "c::1"], 2)
    ['a::1', 'a::2']
    """
    enough, files = len(tests) / parts, set[str]()
    for file, count in Counter(map(file_of, tests)).items():
        if enough <= 0:
            break
        files.add(file)
        enough -= count
    return [test for test in tests if file_of(test) in files]
