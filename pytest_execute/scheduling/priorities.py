"""Priorities of the tests: the longest path of remaining work first.

The length of a gate is the first of these that is known:

1. its tests' durations: the longest test, or an even share of all on each worker
2. its effort, scaled by the gates of which both are known
3. the median of the gates that have a length by 1 or 2
4. the number of its tests, if nothing is known of any gate
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import mean, median
from typing import NamedTuple

from pytest_execute.core import graph
from pytest_execute.scheduling.prerequisites import Dependencies, Tests
from pytest_execute.scheduling.ready_queue import Priority

LONG_TEST = 0.12
"""Seconds from which on a test is started early; for shorter ones the order of collection saves more in fixtures."""


class PriorityInput(NamedTuple):
    """Facts that decide the priorities: `dependencies` have every gate, `seconds` are known durations by test."""

    dependencies: Dependencies
    tests: Tests
    seconds: Mapping[int, float]
    effort: Mapping[str, float]
    workers: int


def priorities(known: PriorityInput) -> list[Priority]:
    """Return the priority of each test.

    The longest path that begins with its gate comes first, then the longest test. Short tests without a gate come last.
    """
    lengths = _gate_lengths(known)
    later = graph.tails(known.dependencies, lengths)
    long_tests = {test: seconds for test, seconds in known.seconds.items() if seconds > LONG_TEST}
    path = {gate: later[gate] + lengths[gate] for gate in known.dependencies}
    return [
        (
            not gates and test not in long_tests,
            -max((path[gate] for gate in gates), default=0.0) - long_tests.get(test, 0.0),
        )
        for test, gates in enumerate(known.tests)
    ]


def _gate_lengths(known: PriorityInput) -> dict[str, float]:
    """Return the length of each gate in seconds, by the rules above."""
    times: dict[str, list[float | None]] = {gate: [] for gate in known.dependencies}
    for test, gates in enumerate(known.tests):
        for gate in gates:
            times[gate].append(known.seconds.get(test))
    measured = {
        gate: _length(seconds, known.workers)
        for gate, seconds in times.items()
        if any(each is not None for each in seconds)
    }
    effort = {gate: known.effort[gate] for gate in known.dependencies if gate in known.effort}
    lengths = {**_lengths_by_effort(measured, effort), **measured}
    filled = graph.fill_weights(
        lengths, {gate: 1.0 + (len(tests) - 1) / known.workers for gate, tests in times.items()}
    )
    return {gate: filled[gate] if tests else 0.0 for gate, tests in times.items()}


def _lengths_by_effort(measured: Mapping[str, float], effort: Mapping[str, float]) -> dict[str, float]:
    """Return the lengths of the gates that have an effort, scaled by those that were measured too."""
    both = [measured[gate] / effort[gate] for gate in effort if gate in measured]
    if both:
        scale = median(both)
    else:
        scale = median(measured.values()) / median(effort.values()) if measured and effort else 1.0
    return {gate: scale * effort[gate] for gate in effort}


def _length(times: Sequence[float | None], workers: int) -> float:
    """Return the longest test, or an even share of all; an unknown test counts as the mean of the known ones."""
    known = [time for time in times if time is not None]
    return max(*known, mean(known) * len(times) / workers)
