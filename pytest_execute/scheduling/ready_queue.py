"""The tests that can start now: the most urgent first, and among equals those that share their fixtures with the last one."""

from __future__ import annotations

import bisect
import heapq
from collections.abc import Hashable, Sequence

Key = tuple[bool, float]


class ReadyQueue:
    """Hands tests to workers. `keys` says how urgent each test is, `groups` which tests share fixtures.

    Urgency comes first: a worker stays in its group while nothing is more urgent, then begins one that nobody is in, and
    takes half of another worker's only where it would idle. So it costs no time that tests stay together.
    """

    def __init__(self, keys: Sequence[Key], groups: Sequence[int]) -> None:
        self._keys, self._groups = keys, groups
        self._urgent: list[Key] = []
        self._shelves: dict[Key, dict[int, list[int]]] = {}  # by group, in the order of collection, last one first
        self._within: dict[Hashable, int] = {}
        self._split = 0
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, test: int) -> None:
        """`test` can be taken from now on."""
        key = self._keys[test]
        if key not in self._shelves:
            self._shelves[key] = {}
            heapq.heappush(self._urgent, key)
        shelf = self._shelves[key].setdefault(self._groups[test], [])
        bisect.insort(shelf, test, key=lambda other: -other)
        self._count += 1

    def peek(self, worker: Hashable = None) -> int | None:
        """The test that `take` would give to this worker."""
        return self._shelves[self._urgent[0]][self._group(worker)][-1] if self._count else None

    def take(self, worker: Hashable = None) -> int | None:
        """The next test for this worker, or None."""
        if not self._count:
            return None
        key, group = self._urgent[0], self._group(worker)
        self._within[worker] = group
        groups = self._shelves[key]
        test = groups[group].pop()
        self._count -= 1
        if not groups[group]:
            del groups[group]
        if not groups:
            del self._shelves[heapq.heappop(self._urgent)]
        return test

    def leave(self, worker: Hashable) -> None:
        """This worker takes nothing any more."""
        self._within.pop(worker, None)

    def _group(self, worker: Hashable) -> int:
        """Where among the most urgent tests this worker goes on."""
        groups = self._shelves[self._urgent[0]]
        mine = self._within.get(worker)
        if mine in groups:
            return mine
        others = {group for other, group in self._within.items() if other != worker}
        free = next((group for group in groups if group not in others), None)
        return self._part_of(groups) if free is None else free

    def _part_of(self, groups: dict[int, list[int]]) -> int:
        """The later half of the largest group, as a group of its own."""
        largest = max(groups, key=lambda group: len(groups[group]))
        half = len(groups[largest]) // 2
        if not half:
            return largest
        self._split -= 1
        groups[self._split], groups[largest] = groups[largest][:half], groups[largest][half:]
        return self._split
