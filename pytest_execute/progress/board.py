"""How far each stream has come, test by test, and how long the rest will take: pure, the clock is the caller's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from pytest_execute.core import gate_ids
from pytest_execute.core.plan import Plan
from pytest_execute.progress.forecast import Open, forecast

End = Literal["passed", "failed", "skipped", "blocked"]
State = Literal["waiting", "running", "done", "failed", "skipped", "blocked"]
WORST: tuple[End, ...] = ("failed", "blocked", "skipped", "passed")
OTHERS = "other tests"


class Row(Struct, frozen=True):
    """A stream, or what stands in none. `units` are what its tests count for, the tasks first."""

    id: str
    title: str
    units: tuple[str, ...]

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(unit for unit in self.units if gate_ids.is_task(unit))


def rows(plan: Plan, tasks: set[str]) -> list[Row]:
    """A row for each stream of which one of `tasks` is, one for tasks in no stream, and one for all other tests."""
    mine = {stream.id: [task.id for task in plan.tasks_of(stream.id) if task.id in tasks] for stream in plan.streams}
    found = [
        Row(stream.id, stream.title, (*(gate_ids.task(task) for task in mine[stream.id]), gate_ids.stream(stream.id)))
        for stream in plan.streams
        if mine[stream.id]
    ]
    loose = tuple(gate_ids.task(task.id) for task in plan.tasks if task.stream not in mine and task.id in tasks)
    if loose:
        found.append(Row("", "Tasks", loose))
    return [
        *found,
        Row(
            "", OTHERS, (*(gate_ids.named(gate.name) for gate in plan.gates), gate_ids.SYSTEM, gate_ids.DEPLOYMENT, "")
        ),
    ]


@dataclass
class Tally:
    """What has become of the tests of one unit; `seconds` is what they took."""

    total: int = 0
    running: int = 0
    ends: dict[End, int] = field(default_factory=dict)
    seconds: float = 0.0
    cause: str = ""

    @property
    def ended(self) -> int:
        return sum(self.ends.values())

    @property
    def state(self) -> State:
        """What people ask first: what went wrong before what goes on."""
        if "failed" in self.ends:
            return "failed"
        if "blocked" in self.ends:
            return "blocked"
        if self.total and self.ended == self.total:
            return "skipped" if "skipped" in self.ends else "done"
        return "running" if self.running or self.ends else "waiting"


class Board:
    """All tests of a run. `units` maps each test to what it counts for, `needs` each unit to those that it waits for,
    `seconds` tests to what they are known to take."""

    def __init__(
        self,
        rows: Sequence[Row],
        units: Mapping[str, Sequence[str]],
        needs: Mapping[str, Sequence[str]],
        seconds: Mapping[str, float],
        workers: int,
    ) -> None:
        self.rows, self.needs, self.workers = rows, needs, workers
        self.units = {test: tuple(dict.fromkeys(of)) or ("",) for test, of in units.items()}
        self.seconds = seconds
        self.tallies = {unit: Tally() for row in rows for unit in row.units}
        self.waiting: dict[str, set[str]] = {}
        self.running: dict[str, float] = {}
        self.open = set(self.units)
        self.heard: dict[str, tuple[End, float]] = {}
        self.failed = 0
        for test, of in self.units.items():
            for unit in of:
                self.tallies.setdefault(unit, Tally()).total += 1
                self.waiting.setdefault(unit, set()).add(test)

    # -- what happens

    def start(self, test: str, now: float) -> None:
        """`test` runs since `now`."""
        if test in self.open and test not in self.running:
            self.running[test] = now
            for unit in self.units[test]:
                self.tallies[unit].running += 1
                self.waiting[unit].discard(test)

    def hear(self, test: str, how: End | None, seconds: float = 0.0, cause: str = "", last: bool = True) -> list[str]:
        """A report on `test`, which after its `last` one has ended: the units that have ended with it.

        `how` is what this report alone says, None if nothing is wrong; of all that is said, the worst counts. Of a test that
        has ended nothing more is heard.
        """
        if test not in self.open:
            return []
        before, took = self.heard.pop(test, ("passed", 0.0))
        known = (min(how or "passed", before, key=WORST.index), took + seconds)
        if last:
            return self._end(test, *known, cause)
        self.heard[test] = known
        return []

    def _end(self, test: str, how: End, seconds: float, cause: str) -> list[str]:
        self.open.discard(test)
        self.failed += how == "failed"
        ran = self.running.pop(test, None) is not None
        for unit in self.units[test]:
            tally = self.tallies[unit]
            tally.running -= ran
            tally.ends[how] = tally.ends.get(how, 0) + 1
            tally.seconds += seconds
            tally.cause = tally.cause or cause
            self.waiting[unit].discard(test)
        return [unit for unit in self.units[test] if self.tallies[unit].ended == self.tallies[unit].total]

    # -- what is asked

    def waits_for(self, row: Row) -> list[str]:
        """The streams that keep this one from going on."""
        stuck = {need for unit in row.tasks if self._is_open(unit) for need in self.needs.get(unit, ())}
        return [
            other.id for other in self.rows if other.id != row.id and any(map(self._is_open, stuck & {*other.units}))
        ]

    def _is_open(self, unit: str) -> bool:
        tally = self.tallies.get(unit, Tally())
        return tally.ended < tally.total

    def _has(self, unit: str) -> bool:
        return self.tallies[unit].total > 0

    def to_go(self, now: float) -> dict[str, float] | None:
        """The seconds until each open unit will have ended; None where most tests are not known."""
        known = [self.seconds[test] for test in self.open if test in self.seconds]
        if len(known) * 2 < len(self.open) or not known:
            return None
        mean = sum(known) / len(known)
        left = {
            unit: self._left(unit, mean, now) for unit in self.tallies if self._is_open(unit) or not self._has(unit)
        }
        return forecast(self.needs, left, self.workers)

    def _left(self, unit: str, mean: float, now: float) -> Open:
        waiting = [self.seconds.get(test, mean) for test in self.waiting.get(unit, ())]
        running = [
            max(0.0, self.seconds.get(test, mean) - (now - since))
            for test, since in self.running.items()
            if unit in self.units[test]
        ]
        return Open([*waiting, *running])
