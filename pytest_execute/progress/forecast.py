"""When will each unit have ended? The scheduler's own rule, longest remaining path first, played forward in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytest_execute.core import graph


class Open:
    """The tests that a unit has left: seconds of work, the longest of them, and how many can run side by side."""

    def __init__(self, tests: Sequence[float]) -> None:
        self.work, self.longest, self.tests = sum(tests), max(tests, default=0.0), len(tests)

    def rate(self, workers: int) -> float:
        """Seconds of work done in a second by so many workers: the longest test is not cut in pieces."""
        shares = min(workers, self.tests)
        return min(float(shares), self.work / self.longest) if self.longest else float(shares)


def forecast(needs: Mapping[str, Sequence[str]], left: Mapping[str, Open], workers: int) -> dict[str, float]:
    """The seconds until each unit of `left` will have ended; units that are not in it have.

    >>> forecast({"b": ["a"]}, {"a": Open([4.0, 4.0]), "b": Open([1.0])}, workers=2)
    {'a': 4.0, 'b': 5.0}
    """
    waits = {unit: [need for need in needs.get(unit, ()) if need in left] for unit in left}
    rank = _rank(waits, left, workers)
    work = {unit: each.work for unit, each in left.items()}
    ends: dict[str, float] = {}
    now = 0.0
    while ready := sorted(
        (u for u in left if u not in ends and all(need in ends for need in waits[u])), key=lambda u: -rank[u]
    ):
        speed = _speeds(ready, left, workers)
        times = {unit: work[unit] / rate for unit, rate in speed.items()}
        step = min(times.values())
        now += step
        for unit, rate in speed.items():
            work[unit] -= step * rate
        ends |= {unit: now for unit, time in times.items() if time <= step + 1e-9}
    return ends


def _rank(waits: Mapping[str, Sequence[str]], left: Mapping[str, Open], workers: int) -> dict[str, float]:
    """How long the longest path is that starts with each unit."""
    rank = {unit: max(each.longest, each.work / workers) for unit, each in left.items()}
    length = dict(rank)
    for unit in reversed(graph.order(waits)):
        for need in waits[unit]:
            rank[need] = max(rank[need], rank[unit] + length[need])
    return rank


def _speeds(ready: Sequence[str], left: Mapping[str, Open], workers: int) -> dict[str, float]:
    """The workers go to the first units, as many as each can use."""
    speed: dict[str, float] = {}
    free = workers
    for unit in ready:
        if free <= 0:
            break
        speed[unit] = left[unit].rate(free) or 1.0
        free -= min(free, left[unit].tests)
    return speed
