"""What scheduling must do, said a second time and simply: the oracle of the queue and of the real runs."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import NamedTuple

Needs = Mapping[str, Sequence[str]]


class Case(NamedTuple):
    """Units and what they wait for; for each test the units it counts for; and the tests that do not pass."""

    needs: dict[str, list[str]]
    tests: list[list[str]]
    bad: set[int]


def random_case(seed: int, units: int = 8, tests: int = 24, shared: float = 0.1) -> Case:
    """A graph without cycles, some tests in no unit, a few in two units of which neither waits for the other."""
    dice = random.Random(seed)
    names = [f"task:{i}" for i in range(units)]
    needs = {name: dice.sample(names[:i], min(i, dice.choice([0, 0, 1, 1, 2, 3]))) for i, name in enumerate(names)}
    owners = [[dice.choice(names)] if dice.random() > 0.15 else [] for _ in range(tests)]
    for units_of in owners:
        other = dice.choice(names)
        if units_of and dice.random() < shared and other not in units_of:
            units_of.append(other)
            if not solvable(Case(needs, owners, set())):
                units_of.pop()
    return Case(needs, owners, {i for i in range(tests) if dice.random() < 0.12})


def waits(case: Case, test: int) -> list[str]:
    """The units that must have passed before `test` may start."""
    return list(dict.fromkeys(need for unit in case.tests[test] for need in case.needs[unit]))


def solvable(case: Case) -> bool:
    """Whether no test waits for itself."""
    try:
        expected(case)
    except RecursionError:
        return False
    return True


def expected(case: Case) -> dict[int, str | None]:
    """For each test None where it runs, else the unit that is to blame for it not running."""
    memory: dict[str, str | None] = {}

    def blame(unit: str) -> str | None:
        if unit not in memory:
            memory[unit] = _blame(unit)
        return memory[unit]

    def _blame(unit: str) -> str | None:
        causes = [blame(need) for need in case.needs[unit]]
        for test, units in enumerate(case.tests):
            if unit in units:
                causes.append(first(map(blame, waits(case, test))) or (unit if test in case.bad else None))
        return first(causes)

    def first(causes):
        return next((cause for cause in causes if cause is not None), None)

    return {test: first([blame(need) for need in waits(case, test)]) for test in range(len(case.tests))}


def before(case: Case, test: int) -> set[int]:
    """The tests that must have ended before `test` starts."""
    reached: set[str] = set()
    waiting = waits(case, test)
    while waiting:
        unit = waiting.pop()
        if unit not in reached:
            reached.add(unit)
            waiting.extend(case.needs[unit])
    return {other for other, units in enumerate(case.tests) if reached & set(units)}


def violations(case: Case, events: Sequence[tuple[str, int]], whole: bool = True) -> list[str]:
    """What is wrong with a run, given its ("start", test) and ("end", test) events in order of time; it is not `whole` where
    it was to stop early."""
    plan, ended, started = expected(case), set(), []
    wrong = []
    for event, test in events:
        if event == "end":
            ended.add(test)
            continue
        if missing := before(case, test) - ended:
            wrong.append(f"{test} started before {sorted(missing)}")
        if plan[test] is not None:
            wrong.append(f"{test} ran though {plan[test]} did not pass")
        started.append(test)
    due = [test for test, cause in plan.items() if cause is None]
    wrong.extend(f"{test} never ran" for test in due if whole and test not in started)
    wrong.extend(f"{test} ran {started.count(test)} times" for test in sorted(set(started)) if started.count(test) > 1)
    return wrong


class Seen(NamedTuple):
    """What a run has shown: its events; for each test that was told as blocked the cause; those told as not run; how it ended."""

    events: list[tuple[str, int]]
    blocked: dict[int, str]
    not_run: set[int]
    status: int


def problems(case: Case, counted: set[int], limit: int | None, seen: Seen) -> list[str]:
    """What is wrong with a run that was to stop after `limit` failures; `counted` are the tests that count as such."""
    started = {test for event, test in seen.events if event == "start"}
    stopped = limit is not None and len(started & counted) >= limit
    wrong = violations(case, seen.events, whole=not stopped and not seen.not_run)
    plan = {test: cause for test, cause in expected(case).items() if cause}
    wrong += [
        f"{test} is blocked by {cause}, not by {plan.get(test)}"
        for test, cause in seen.blocked.items()
        if cause != plan.get(test)
    ]
    told = started | seen.blocked.keys() | seen.not_run
    wrong += [f"nothing is said of {test}" for test in range(len(case.tests)) if test not in told and not stopped]
    wrong += [f"{test} ran and was told as not run" for test in sorted(started & (seen.not_run | seen.blocked.keys()))]
    if (seen.status == 0) != (not started & counted and not seen.not_run):
        wrong.append(f"it ended with {seen.status}")
    return wrong


def topic(seed: int, work: float = 40.0) -> tuple[Case, list[float]]:
    """Sixty tasks in four streams, one to ten tests each, and how long each test takes: mostly little, sometimes much."""
    dice = random.Random(seed)
    needs: dict[str, list[str]] = {}
    for stream in range(4):
        mine = [f"task:{stream}-{number}" for number in range(15)]
        for number, name in enumerate(mine):
            needs[name] = [dice.choice(mine[max(0, number - 3) : number])] if number and dice.random() < 0.85 else []
            other = f"task:{dice.randrange(stream)}-{dice.randrange(15)}" if stream and dice.random() < 0.2 else None
            needs[name] += [other] if other else []
    tests = [[name] for name in needs for _ in range(dice.randint(1, 10))]
    drawn = [dice.lognormvariate(0, 1) if dice.random() < 0.9 else 2 * dice.paretovariate(1.5) for _ in tests]
    most = sum(drawn) / 40
    scale = work / sum(min(time, most) for time in drawn)
    return Case(needs, tests, set()), [scale * min(time, most) for time in drawn]


def shortest(case: Case, seconds: Sequence[float], workers: int) -> float:
    """What no schedule can be faster than: the longest path, and an even share of all."""
    ends: dict[str, float] = {}

    def end(unit: str) -> float:
        if unit not in ends:
            own = max((seconds[test] for test, units in enumerate(case.tests) if unit in units), default=0.0)
            ends[unit] = own + max(map(end, case.needs[unit]), default=0.0)
        return ends[unit]

    return max(*map(end, case.needs), sum(seconds) / workers)
