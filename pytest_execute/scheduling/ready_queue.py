"""Queue of the tests that can start now: the most urgent first, and of these one that shares fixtures with the last."""

from __future__ import annotations

import bisect
import heapq
from collections.abc import Hashable, Sequence

Priority = tuple[bool, float]
"""Smaller ones come first."""


class ReadyQueue:
    """Queue that hands tests to workers; `priorities` and `groups` have one entry for each test.

    Tests of one group share fixtures. A worker's next test has the smallest priority there is; among those it is, in
    this order of precedence:

    1. a test of the group that the worker is in
    2. a test of a group that no worker is in
    3. a test of the later half of the largest group, which becomes a group of its own
    """

    def __init__(self, priorities: Sequence[Priority], groups: Sequence[int]) -> None:
        self._priorities, self._groups = priorities, groups
        self._heap: list[Priority] = []
        self._tests: dict[Priority, dict[int, list[int]]] = {}  # by group, in reverse order of collection
        self._worker_groups: dict[Hashable, int] = {}
        self._last_split = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, test: int) -> None:
        """Add a test that can be taken from now on."""
        priority = self._priorities[test]
        if priority not in self._tests:
            self._tests[priority] = {}
            heapq.heappush(self._heap, priority)
        tests = self._tests[priority].setdefault(self._groups[test], [])
        bisect.insort(tests, test, key=lambda other: -other)
        self._count += 1

    def peek(self, worker: Hashable = None) -> int | None:
        """Return the test that `take` would return for this worker."""
        return self._tests[self._heap[0]][self._choose_group(worker)][-1] if self._count else None

    def take(self, worker: Hashable = None) -> int | None:
        """Remove and return the next test for this worker; None where there is none."""
        if not self._count:
            return None
        priority, group = self._heap[0], self._choose_group(worker)
        self._worker_groups[worker] = group
        groups = self._tests[priority]
        test = groups[group].pop()
        self._count -= 1
        if not groups[group]:
            del groups[group]
        if not groups:
            del self._tests[heapq.heappop(self._heap)]
        return test

    def remove_worker(self, worker: Hashable) -> None:
        """Free the group of a worker that takes no more tests."""
        self._worker_groups.pop(worker, None)

    def _choose_group(self, worker: Hashable) -> int:
        """Return the group, among the most urgent tests, that this worker takes from."""
        groups = self._tests[self._heap[0]]
        own = self._worker_groups.get(worker)
        if own in groups:
            return own
        taken = {group for other, group in self._worker_groups.items() if other != worker}
        free = next((group for group in groups if group not in taken), None)
        return self._split_largest(groups) if free is None else free

    def _split_largest(self, groups: dict[int, list[int]]) -> int:
        """Make the later half of the largest group a group of its own; return that."""
        largest = max(groups, key=lambda group: len(groups[group]))
        half = len(groups[largest]) // 2
        if not half:
            return largest
        self._last_split -= 1
        groups[self._last_split], groups[largest] = groups[largest][:half], groups[largest][half:]
        return self._last_split
