"""A second, simple implementation of the scheduling rules: the oracle for the queue and for real runs."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Case(NamedTuple):
    """Gates with their dependencies, the gates of each test, and the tests that do not pass."""

    dependencies: dict[str, list[str]]
    tests: list[list[str]]
    bad: set[int]


def random_case(seed: int, gates: int = 8, tests: int = 24, shared: float = 0.1) -> Case:
    """Return a graph without cycles; some tests are in no gate, a few in two gates that do not wait for each other."""
    rng = random.Random(seed)
    names = [f"task:{i}" for i in range(gates)]
    dependencies = {name: rng.sample(names[:i], min(i, rng.choice([0, 0, 1, 1, 2, 3]))) for i, name in enumerate(names)}
    owners = [[rng.choice(names)] if rng.random() > 0.15 else [] for _ in range(tests)]
    for own in owners:
        other = rng.choice(names)
        if own and rng.random() < shared and other not in own:
            own.append(other)
            if not solvable(Case(dependencies, owners, set())):
                own.pop()
    return Case(dependencies, owners, {i for i in range(tests) if rng.random() < 0.12})


def awaited_gates(case: Case, test: int) -> list[str]:
    """Return the gates that must have passed before `test` may start."""
    return list(dict.fromkeys(required for gate in case.tests[test] for required in case.dependencies[gate]))


def solvable(case: Case) -> bool:
    """Return True if no test waits for itself."""
    try:
        expected(case)
    except RecursionError:
        return False
    return True


def expected(case: Case) -> dict[int, str | None]:
    """Return for each test None if it runs, else the gate that blocks it."""
    memory: dict[str, str | None] = {}

    def blame(gate: str) -> str | None:
        if gate not in memory:
            memory[gate] = _blame(gate)
        return memory[gate]

    def _blame(gate: str) -> str | None:
        causes = [blame(required) for required in case.dependencies[gate]]
        for test, gates in enumerate(case.tests):
            if gate in gates:
                causes.append(first(map(blame, awaited_gates(case, test))) or (gate if test in case.bad else None))
        return first(causes)

    def first(causes: Iterable[str | None]) -> str | None:
        return next((cause for cause in causes if cause is not None), None)

    return {test: first([blame(required) for required in awaited_gates(case, test)]) for test in range(len(case.tests))}


def required_tests(case: Case, test: int) -> set[int]:
    """Return the tests that must have ended before `test` starts."""
    reached: set[str] = set()
    waiting = awaited_gates(case, test)
    while waiting:
        gate = waiting.pop()
        if gate not in reached:
            reached.add(gate)
            waiting.extend(case.dependencies[gate])
    return {other for other, gates in enumerate(case.tests) if reached & set(gates)}


def violations(case: Case, events: Sequence[tuple[str, int]], whole: bool = True) -> list[str]:
    """Return the faults of a run, given its ("start", test) and ("end", test) events in order of time.

    A run is not `whole` if it was to stop early.
    """
    plan, ended, started = expected(case), set(), []
    faults = []
    for event, test in events:
        if event == "end":
            ended.add(test)
            continue
        if missing := required_tests(case, test) - ended:
            faults.append(f"{test} started before {sorted(missing)}")
        if plan[test] is not None:
            faults.append(f"{test} ran though {plan[test]} did not pass")
        started.append(test)
    due = [test for test, cause in plan.items() if cause is None]
    faults.extend(f"{test} never ran" for test in due if whole and test not in started)
    faults.extend(f"{test} ran {started.count(test)} times" for test in sorted(set(started)) if started.count(test) > 1)
    return faults


class Observed(NamedTuple):
    """Events of a run, the causes of its blocked tests, the tests reported as not run, and its exit status."""

    events: list[tuple[str, int]]
    blocked: dict[int, str]
    not_run: set[int]
    status: int


def problems(case: Case, counted: set[int], limit: int | None, observed: Observed) -> list[str]:
    """Return the faults of a run that had to stop after `limit` failures; `counted` tests count as failures."""
    started = {test for event, test in observed.events if event == "start"}
    stopped = limit is not None and len(started & counted) >= limit
    faults = violations(case, observed.events, whole=not stopped and not observed.not_run)
    plan = {test: cause for test, cause in expected(case).items() if cause}
    faults += [
        f"{test} is blocked by {cause}, not by {plan.get(test)}"
        for test, cause in observed.blocked.items()
        if cause != plan.get(test)
    ]
    reported = started | observed.blocked.keys() | observed.not_run
    faults += [f"{test} is not reported" for test in range(len(case.tests)) if test not in reported and not stopped]
    faults += [
        f"{test} ran and is reported as not run"
        for test in sorted(started & (observed.not_run | observed.blocked.keys()))
    ]
    if (observed.status == 0) != (not started & counted and not observed.not_run):
        faults.append(f"it ended with {observed.status}")
    return faults


def random_topic(seed: int, work: float = 40.0) -> tuple[Case, list[float]]:
    """Return sixty tasks in four streams with one to ten tests each, and heavy-tailed seconds for each test."""
    rng = random.Random(seed)
    dependencies: dict[str, list[str]] = {}
    for stream in range(4):
        mine = [f"task:{stream}-{number}" for number in range(15)]
        for number, name in enumerate(mine):
            dependencies[name] = (
                [rng.choice(mine[max(0, number - 3) : number])] if number and rng.random() < 0.85 else []
            )
            other = f"task:{rng.randrange(stream)}-{rng.randrange(15)}" if stream and rng.random() < 0.2 else None
            dependencies[name] += [other] if other else []
    tests = [[name] for name in dependencies for _ in range(rng.randint(1, 10))]
    drawn = [rng.lognormvariate(0, 1) if rng.random() < 0.9 else 2 * rng.paretovariate(1.5) for _ in tests]
    most = sum(drawn) / 40
    scale = work / sum(min(time, most) for time in drawn)
    return Case(dependencies, tests, set()), [scale * min(time, most) for time in drawn]


def shortest_seconds(case: Case, seconds: Sequence[float], workers: int) -> float:
    """Return the seconds that no schedule can beat: the longest path, or an even share of all tests."""
    ends: dict[str, float] = {}

    def end(gate: str) -> float:
        if gate not in ends:
            own = max((seconds[test] for test, gates in enumerate(case.tests) if gate in gates), default=0.0)
            ends[gate] = own + max(map(end, case.dependencies[gate]), default=0.0)
        return ends[gate]

    return max(*map(end, case.dependencies), sum(seconds) / workers)
