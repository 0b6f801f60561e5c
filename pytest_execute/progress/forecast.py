"""Forecast of when each gate will have ended: the scheduler's rule, longest remaining path first, simulated in time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pytest_execute.core import graph


class RemainingWork:
    """Tests that a gate has left: their seconds in all, the longest of them, and their number."""

    def __init__(self, tests: Sequence[float]) -> None:
        self.seconds, self.longest, self.tests = sum(tests), max(tests, default=0.0), len(tests)

    def rate(self, workers: int) -> float:
        """Return the seconds of work that so many workers do in a second; the longest test is not divisible."""
        shares = min(workers, self.tests)
        return min(float(shares), self.seconds / self.longest) if self.longest else float(shares)


def forecast(
    dependencies: Mapping[str, Sequence[str]], remaining: Mapping[str, RemainingWork], workers: int
) -> dict[str, float]:
    """Return the seconds until each gate of `remaining` will have ended; gates that are not in it have ended.

    >>> forecast({"b": ["a"]}, {"a": RemainingWork([4.0, 4.0]), "b": RemainingWork([1.0])}, workers=2)
    {'a': 4.0, 'b': 5.0}
    """
    required = {gate: [other for other in dependencies.get(gate, ()) if other in remaining] for gate in remaining}
    path = _longest_paths(required, remaining, workers)
    seconds = {gate: work.seconds for gate, work in remaining.items()}
    ends: dict[str, float] = {}
    now = 0.0
    while ready := [gate for gate in remaining if gate not in ends and all(each in ends for each in required[gate])]:
        rates = _rates(sorted(ready, key=lambda gate: -path[gate]), remaining, workers)
        times = {gate: seconds[gate] / rate for gate, rate in rates.items()}
        step = min(times.values())
        now += step
        for gate, rate in rates.items():
            seconds[gate] -= step * rate
        ends |= {gate: now for gate, time in times.items() if time <= step + 1e-9}
    return ends


def _longest_paths(
    required: Mapping[str, Sequence[str]], remaining: Mapping[str, RemainingWork], workers: int
) -> dict[str, float]:
    """Return the length of the longest path that starts with each gate."""
    path = {gate: max(work.longest, work.seconds / workers) for gate, work in remaining.items()}
    length = dict(path)
    for gate in reversed(graph.order(required)):
        for other in required[gate]:
            path[other] = max(path[other], path[gate] + length[other])
    return path


def _rates(ready: Sequence[str], remaining: Mapping[str, RemainingWork], workers: int) -> dict[str, float]:
    """Return the rate of each gate that gets workers: the first gates, each as many workers as it can use."""
    rates: dict[str, float] = {}
    free = workers
    for gate in ready:
        if free <= 0:
            break
        rates[gate] = remaining[gate].rate(free) or 1.0
        free -= min(free, remaining[gate].tests)
    return rates
