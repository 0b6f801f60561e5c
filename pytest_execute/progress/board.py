"""State of all tests of a run: how far each stream is, and how long the rest will take. Callers give the time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from msgspec import Struct

from pytest_execute.core import gate_ids
from pytest_execute.core.plan import Plan
from pytest_execute.progress.forecast import RemainingWork, forecast

TestEnd = Literal["passed", "failed", "skipped", "blocked"]
GateState = Literal["waiting", "running", "done", "failed", "skipped", "blocked"]
SEVERITY: tuple[TestEnd, ...] = ("failed", "blocked", "skipped", "passed")
OTHER_TESTS = "other tests"


class StreamRow(Struct, frozen=True):
    """Stream, or the tests that belong to none. `gates` are those that its tests count for, the tasks first."""

    id: str
    title: str
    gates: tuple[str, ...]

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(filter(gate_ids.is_task, self.gates))


def stream_rows(plan: Plan, tasks: set[str]) -> list[StreamRow]:
    """Return a row for each stream with one of `tasks`, one for tasks without a stream, and one for all other tests."""
    selected = {
        stream.id: [task.id for task in plan.tasks_of(stream.id) if task.id in tasks] for stream in plan.streams
    }
    rows = [
        StreamRow(stream.id, stream.title, (*map(gate_ids.task, selected[stream.id]), gate_ids.stream(stream.id)))
        for stream in plan.streams
        if selected[stream.id]
    ]
    without_stream = tuple(
        gate_ids.task(task.id) for task in plan.tasks if task.stream not in selected and task.id in tasks
    )
    if without_stream:
        rows.append(StreamRow("", "Tasks", without_stream))
    other_gates = (*(gate_ids.named(gate.name) for gate in plan.gates), gate_ids.SYSTEM, gate_ids.DEPLOYMENT, "")
    return [*rows, StreamRow("", OTHER_TESTS, other_gates)]


@dataclass
class GateProgress:
    """Numbers of one gate's tests; `seconds` is the time that they took, `cause` the gate that blocked one of them."""

    total: int = 0
    running: int = 0
    ends: dict[TestEnd, int] = field(default_factory=dict)
    seconds: float = 0.0
    cause: str = ""

    @property
    def ended(self) -> int:
        return sum(self.ends.values())

    @property
    def state(self) -> GateState:
        """State of the gate; a failure takes precedence over tests that still run."""
        if "failed" in self.ends:
            return "failed"
        if "blocked" in self.ends:
            return "blocked"
        if self.total and self.ended == self.total:
            return "skipped" if "skipped" in self.ends else "done"
        return "running" if self.running or self.ends else "waiting"


class BoardInput(Struct, frozen=True):
    """Facts that a board starts with.

    `gates` has the gates of each test, `dependencies` those of each gate, `seconds` the known durations of tests.
    """

    rows: Sequence[StreamRow]
    gates: Mapping[str, Sequence[str]]
    dependencies: Mapping[str, Sequence[str]]
    seconds: Mapping[str, float]
    workers: int


class Board:
    """State of all tests of a run, by test and by gate."""

    def __init__(self, given: BoardInput) -> None:
        self.rows, self.dependencies, self.workers = given.rows, given.dependencies, given.workers
        self.gates = {test: tuple(dict.fromkeys(gates)) or ("",) for test, gates in given.gates.items()}
        self.seconds = given.seconds
        self.progress = {gate: GateProgress() for row in given.rows for gate in row.gates}
        self.waiting: dict[str, set[str]] = {}
        self.running: dict[str, float] = {}
        self.open = set(self.gates)
        self.reported: dict[str, tuple[TestEnd, float]] = {}
        self.failed = 0
        for test, gates in self.gates.items():
            for gate in gates:
                self.progress.setdefault(gate, GateProgress()).total += 1
                self.waiting.setdefault(gate, set()).add(test)

    # Events

    def start(self, test: str, now: float) -> None:
        """Record that `test` runs since `now`."""
        if test in self.open and test not in self.running:
            self.running[test] = now
            for gate in self.gates[test]:
                self.progress[gate].running += 1
                self.waiting[gate].discard(test)

    def record(
        self, test: str, end: TestEnd | None, seconds: float = 0.0, cause: str = "", is_last: bool = True
    ) -> list[str]:
        """Record a report of `test`, which has ended after the last one; return the gates that have ended with it.

        `end` is None if this report shows nothing wrong. The worst of all reports counts. Reports of a test that has
        ended are ignored.
        """
        if test not in self.open:
            return []
        earlier_end, earlier_seconds = self.reported.pop(test, ("passed", 0.0))
        worst, total = min(end or "passed", earlier_end, key=SEVERITY.index), earlier_seconds + seconds
        if is_last:
            return self._end(test, worst, total, cause)
        self.reported[test] = (worst, total)
        return []

    def _end(self, test: str, end: TestEnd, seconds: float, cause: str) -> list[str]:
        self.open.discard(test)
        self.failed += end == "failed"
        was_running = self.running.pop(test, None) is not None
        for gate in self.gates[test]:
            progress = self.progress[gate]
            progress.running -= was_running
            progress.ends[end] = progress.ends.get(end, 0) + 1
            progress.seconds += seconds
            progress.cause = progress.cause or cause
            self.waiting[gate].discard(test)
        return [gate for gate in self.gates[test] if self.progress[gate].ended == self.progress[gate].total]

    # Questions

    def awaited_streams(self, row: StreamRow) -> list[str]:
        """Return the streams that the open tasks of this row wait for."""
        required = {each for task in row.tasks if self._is_open(task) for each in self.dependencies.get(task, ())}
        return [
            other.id for other in self.rows if other.id != row.id and any(map(self._is_open, required & {*other.gates}))
        ]

    def _is_open(self, gate: str) -> bool:
        progress = self.progress.get(gate, GateProgress())
        return progress.ended < progress.total

    def _has_tests(self, gate: str) -> bool:
        return self.progress[gate].total > 0

    def remaining_seconds(self, now: float) -> dict[str, float] | None:
        """Return the seconds until each open gate will have ended; None where most durations are unknown."""
        known = [self.seconds[test] for test in self.open if test in self.seconds]
        if len(known) * 2 < len(self.open) or not known:
            return None
        mean = sum(known) / len(known)
        remaining = {
            gate: self._remaining_work(gate, mean, now)
            for gate in self.progress
            if self._is_open(gate) or not self._has_tests(gate)
        }
        return forecast(self.dependencies, remaining, self.workers)

    def _remaining_work(self, gate: str, mean: float, now: float) -> RemainingWork:
        waiting = [self.seconds.get(test, mean) for test in self.waiting.get(gate, ())]
        running = [
            max(0.0, self.seconds.get(test, mean) - (now - began))
            for test, began in self.running.items()
            if gate in self.gates[test]
        ]
        return RemainingWork([*waiting, *running])
