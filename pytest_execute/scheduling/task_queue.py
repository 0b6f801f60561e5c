"""Which test may start now, in which order, and which never will: pure, and the same answers on every run.

Tests are indices in the order of collection, units are opaque names. One rule decides all: a test runs when every unit
that it waits for has passed, and a unit has passed when all its tests and all its needs have. What is blocked is told
when the last of what it waits for has ended, so that its cause does not depend on which failure came first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mean, median
from typing import NamedTuple

from pytest_execute.core import graph
from pytest_execute.scheduling.ready_queue import Key, ReadyQueue

LONG = 0.12
"""Seconds from which on a test is worth starting early; below, the order of collection saves more fixtures than time."""

Needs = Mapping[str, Sequence[str]]
Node = int | str  # a test or a unit


class Blocked(NamedTuple):
    """A test that will not run: the unit of it that cannot start, and the unit that did not pass, which is the cause."""

    test: int
    unit: str
    cause: str


@dataclass(frozen=True)
class ScheduledWork:
    """What has to be done: units and the units they wait for; for each nodeid its units; known durations in seconds.

    `effort` is what a person thinks how long each unit takes, in any measure; with `keep_going` a test runs once all that
    it waits for has ended, however that was.
    """

    needs: Needs
    units: Mapping[str, Sequence[str]]
    seconds: Mapping[str, float] = field(default_factory=dict)
    effort: Mapping[str, float] = field(default_factory=dict)
    keep_going: bool = False

    def queue(self, tests: Sequence[str], workers: int) -> TaskQueue:
        """The queue over these nodeids, for so many workers; the tests of one file share fixtures."""
        known = {index: self.seconds[test] for index, test in enumerate(tests) if test in self.seconds}
        files: dict[str, int] = {}
        return TaskQueue(
            self.needs,
            [self.units.get(test, ()) for test in tests],
            known,
            workers,
            groups=[files.setdefault(test.partition("::")[0], len(files)) for test in tests],
            effort=self.effort,
            keep_going=self.keep_going,
        )


class TaskQueue:
    """Hands out tests, longest remaining path first, and tells each blocked test exactly once.

    With one worker no order is faster than another, so the order of collection is kept as far as the needs allow.
    """

    def __init__(
        self,
        needs: Needs,
        tests: Sequence[Sequence[str]],
        seconds: Mapping[int, float] | None = None,
        workers: int = 2,
        *,
        groups: Sequence[int] | None = None,
        effort: Mapping[str, float] | None = None,
        keep_going: bool = False,
    ) -> None:
        self._tests = tests
        self.seconds = seconds or {}
        self.keep_going = keep_going
        self._needs = _complete(needs, tests)
        self._parts = _parts(self._needs, tests)
        self._users: dict[Node, list[Node]] = {}
        for node, parts in self._parts.items():
            for part in parts:
                self._users.setdefault(part, []).append(node)
        self._open = {node: len(parts) for node, parts in self._parts.items()}
        self._blame: dict[Node, str | None] = {}  # None: passed
        self._again: set[int] = set()
        lengths = _lengths(self._needs, tests, self.seconds, effort or {}, workers)
        keys = _keys(self._needs, tests, lengths, self.seconds)
        if workers == 1:
            keys, groups = [(False, 0.0)] * len(tests), [0] * len(tests)
        self._ready = ReadyQueue(keys, range(len(tests)) if groups is None else groups)
        self.left = len(tests)
        settled: deque[Node] = deque()
        for node in [node for node, parts in self._parts.items() if not parts]:
            self._decide(node, settled)
        self._spread(settled)

    @property
    def ready(self) -> int:
        """How many tests can be taken now."""
        return len(self._ready)

    def peek(self, worker: Hashable = None) -> int | None:
        """The test that `take` would give."""
        return self._ready.peek(worker)

    def take(self, worker: Hashable = None) -> int | None:
        """The next test that this worker may start, or None where all that is left waits for tests that run."""
        return self._ready.take(worker)

    def is_last(self, test: int) -> bool:
        """Whether a unit is to end with this test, so that others may start then."""
        return any(self._open[unit] == 1 for unit in self._tests[test])

    def leave(self, worker: Hashable) -> None:
        """This worker takes nothing any more."""
        self._ready.leave(worker)

    def give_back(self, test: int) -> None:
        """A test that was taken was not run: it can be taken again."""
        self._ready.add(test)

    def again(self, test: int) -> None:
        """A test that has ended is to run once more; what its end has decided stays decided."""
        self.left += 1
        self._again.add(test)
        self._ready.add(test)

    def finish(self, test: int, passed: bool) -> list[Blocked]:
        """A test has ended: what is blocked by now and was not before. Said of a test again, it changes nothing."""
        if test in self._again:
            self._again.remove(test)
            self.left -= 1
        if test in self._blame:
            return []
        self.left -= 1
        self._blame[test] = None if passed or self.keep_going else ""
        return self._spread(deque([test]))

    def unfinished(self) -> list[int]:
        """The tests that have neither ended nor been blocked."""
        return [test for test in range(len(self._tests)) if test not in self._blame or test in self._again]

    def _spread(self, settled: deque[Node]) -> list[Blocked]:
        """Decide all that waited for nothing but what has just settled, and so on: the tests that this blocks."""
        blocked: list[Blocked] = []
        while settled:
            for user in self._users.get(settled.popleft(), ()):
                self._open[user] -= 1
                if not self._open[user]:
                    blocked += self._decide(user, settled)
        return blocked

    def _decide(self, node: Node, settled: deque[Node]) -> list[Blocked]:
        """All that `node` waits for is known: a unit has passed or not, a test can start or never will."""
        bad = next((part for part in self._parts[node] if self._blame[part] is not None), None)
        if isinstance(node, int) and bad is None:
            self.give_back(node)
            return []
        cause = None if bad is None else self._blame[bad] or str(node)
        self._blame[node] = cause
        settled.append(node)
        if isinstance(node, str) or cause is None:
            return []
        self.left -= 1
        return [Blocked(node, next(unit for unit in self._tests[node] if bad in self._needs[unit]), cause)]


def _complete(needs: Needs, tests: Sequence[Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """`needs` with every unit that is only mentioned, too."""
    units = dict.fromkeys(needs)
    units |= dict.fromkeys(need for wanted in needs.values() for need in wanted)
    units |= dict.fromkeys(unit for units_of in tests for unit in units_of)
    return {unit: tuple(dict.fromkeys(needs.get(unit, ()))) for unit in units}


def _parts(needs: Needs, tests: Sequence[Sequence[str]]) -> dict[Node, tuple[Node, ...]]:
    """What must be known before each unit (its needs, its tests) and before each test (the units it waits for)."""
    members: dict[str, list[int]] = {unit: [] for unit in needs}
    waits = _waits(needs, tests)
    for test, units in enumerate(tests):
        for unit in dict.fromkeys(units):
            members[unit].append(test)
    return {**{unit: (*needs[unit], *members[unit]) for unit in needs}, **dict(enumerate(waits))}


def _waits(needs: Needs, tests: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """For each test the units it waits for, without those that could only pass after the test itself."""
    waits = [tuple(dict.fromkeys(need for unit in units for need in needs[unit])) for units in tests]
    shared = [test for test, units in enumerate(tests) if len(set(units)) > 1]
    while knots := graph.cycles(_edges(needs, tests, waits, shared)) if shared else []:
        for knot in knots:
            at = next(i for i, node in enumerate(knot) if node[0] == "\0")
            waits[int(knot[at][1:])] = tuple(
                u for u in waits[int(knot[at][1:])] if u != knot[(at + 1) % (len(knot) - 1)]
            )
    return waits


def _edges(
    needs: Needs, tests: Sequence[Sequence[str]], waits: Sequence[tuple[str, ...]], shared: Sequence[int]
) -> dict[str, list[str]]:
    """The graph of the units and of those tests that tie several of them together (`\\0` and the index)."""
    edges = {unit: list(wanted) for unit, wanted in needs.items()}
    for test in shared:
        edges[f"\0{test}"] = list(waits[test])
        for unit in tests[test]:
            edges[unit].append(f"\0{test}")
    return edges


def _keys(
    needs: Needs, tests: Sequence[Sequence[str]], lengths: Mapping[str, float], seconds: Mapping[int, float]
) -> list[Key]:
    """The longest path first, its own unit included, and long tests first; of equals those of no unit last."""
    after = graph.tails(needs, lengths)
    long = {test: known for test, known in seconds.items() if known > LONG}
    path = {unit: after[unit] + lengths[unit] for unit in needs}
    return [
        (not units and test not in long, -max((path[unit] for unit in units), default=0.0) - long.get(test, 0.0))
        for test, units in enumerate(tests)
    ]


def _lengths(
    needs: Needs,
    tests: Sequence[Sequence[str]],
    seconds: Mapping[int, float],
    effort: Mapping[str, float],
    workers: int,
) -> dict[str, float]:
    """How long each unit takes, spread over all workers; where that is not known, in proportion to its effort, else as
    long as any other; where nothing is known at all, all tests count alike."""
    times: dict[str, list[float | None]] = {unit: [] for unit in needs}
    for test, units in enumerate(tests):
        for unit in units:
            times[unit].append(seconds.get(test))
    known = {unit: _length(found, workers) for unit, found in times.items() if any(t is not None for t in found)}
    known = {**_supposed(known, {unit: effort[unit] for unit in needs if unit in effort}), **known}
    filled = graph.fill_weights(known, {unit: 1.0 + (len(times[unit]) - 1) / workers for unit in needs})
    return {unit: filled[unit] if times[unit] else 0.0 for unit in needs}


def _supposed(known: Mapping[str, float], effort: Mapping[str, float]) -> dict[str, float]:
    """The lengths of units by their effort, as long as those that are known both ways have shown."""
    both = [known[unit] / effort[unit] for unit in effort if unit in known]
    rate = median(both) if both else median(known.values()) / median(effort.values()) if known and effort else 1.0
    return {unit: rate * effort[unit] for unit in effort}


def _length(times: Sequence[float | None], workers: int) -> float:
    """The longest test, or an even share of all; an unknown test counts as the mean of the known."""
    known = [time for time in times if time is not None]
    return max(*known, mean(known) * len(times) / workers)
