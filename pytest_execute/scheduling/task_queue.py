"""Queue that decides which test may start now, in which order, and which tests are blocked.

It is pure, and gives the same answers on every run. Tests are indices in the order of collection; gates are opaque
names, such as `task:3`. The rules:

1. A test runs when every gate that it waits for has passed.
2. A gate has passed when all its tests and all its dependencies have.
3. A test is blocked when the last of what it waits for has ended, so that its cause does not depend on which failure
   came first.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from pytest_execute.scheduling.prerequisites import Dependencies, Node, complete_dependencies, prerequisites
from pytest_execute.scheduling.priorities import PriorityInput, priorities
from pytest_execute.scheduling.ready_queue import ReadyQueue


class Blocked(NamedTuple):
    """Test that will not run: its gate that cannot start, and the gate that did not pass, which is the cause."""

    test: int
    gate: str
    cause: str


@dataclass(frozen=True)
class Workload:
    """Input of a queue.

    `tests` has the gates of each test, `groups` a number for each test that is equal for those with shared fixtures.

    `seconds` has the known durations, `effort` the estimates for gates.
    """

    dependencies: Dependencies
    tests: Sequence[Sequence[str]]
    seconds: Mapping[int, float] = field(default_factory=dict)
    workers: int = 2
    groups: Sequence[int] | None = None
    effort: Mapping[str, float] = field(default_factory=dict)
    keep_going: bool = False


class TaskQueue:
    """Queue that hands out tests, longest remaining path first, and returns each blocked test exactly once.

    With one worker no order is faster than another, so the order of collection is kept as far as dependencies allow.
    """

    def __init__(self, work: Workload) -> None:
        self._tests = work.tests
        self.seconds = work.seconds
        self.keep_going = work.keep_going
        self._dependencies = complete_dependencies(work.dependencies, work.tests)
        self._prerequisites = prerequisites(self._dependencies, work.tests)
        self._dependents: dict[Node, list[Node]] = {}
        for node, required in self._prerequisites.items():
            for each in required:
                self._dependents.setdefault(each, []).append(node)
        self._undecided = {node: len(required) for node, required in self._prerequisites.items()}
        self._causes: dict[Node, str | None] = {}  # None: passed
        self._reruns: set[int] = set()
        self._ready = self._ready_queue(work)
        self.remaining = len(work.tests)
        decided: deque[Node] = deque()
        for node in [node for node, required in self._prerequisites.items() if not required]:
            self._decide(node, decided)
        self._propagate(decided)

    def _ready_queue(self, work: Workload) -> ReadyQueue:
        if work.workers == 1:
            return ReadyQueue([(False, 0.0)] * len(work.tests), [0] * len(work.tests))
        known = PriorityInput(self._dependencies, work.tests, work.seconds, work.effort, work.workers)
        return ReadyQueue(priorities(known), range(len(work.tests)) if work.groups is None else work.groups)

    @property
    def ready_count(self) -> int:
        """Number of tests that can be taken now."""
        return len(self._ready)

    def peek(self, worker: Hashable = None) -> int | None:
        """Return the test that `take` would return."""
        return self._ready.peek(worker)

    def take(self, worker: Hashable = None) -> int | None:
        """Return the next test that this worker may start; None where all others wait for tests that run."""
        return self._ready.take(worker)

    def completes_gate(self, test: int) -> bool:
        """Return True if a gate ends with this test, so that other tests may start then."""
        return any(self._undecided[gate] == 1 for gate in self._tests[test])

    def remove_worker(self, worker: Hashable) -> None:
        """Free the group of a worker that takes no more tests."""
        self._ready.remove_worker(worker)

    def give_back(self, test: int) -> None:
        """Make a test available again that was taken and not run."""
        self._ready.add(test)

    def run_again(self, test: int) -> None:
        """Run a test once more that has ended; gates that its first end has decided stay decided."""
        self.remaining += 1
        self._reruns.add(test)
        self._ready.add(test)

    def finish(self, test: int, passed: bool) -> list[Blocked]:
        """Record the end of a test and return the tests that are blocked by it.

        The second end of a test changes nothing.
        """
        if test in self._reruns:
            self._reruns.remove(test)
            self.remaining -= 1
        if test in self._causes:
            return []
        self.remaining -= 1
        self._causes[test] = None if passed or self.keep_going else ""
        return self._propagate(deque([test]))

    def unfinished(self) -> list[int]:
        """Return the tests that have neither ended nor been blocked."""
        return [test for test in range(len(self._tests)) if test not in self._causes or test in self._reruns]

    def _propagate(self, decided: deque[Node]) -> list[Blocked]:
        """Decide all that waited only for `decided` nodes, and so on; return the tests that this blocks."""
        blocked: list[Blocked] = []
        while decided:
            for dependent in self._dependents.get(decided.popleft(), ()):
                self._undecided[dependent] -= 1
                if not self._undecided[dependent]:
                    blocked += self._decide(dependent, decided)
        return blocked

    def _decide(self, node: Node, decided: deque[Node]) -> list[Blocked]:
        """Decide a node whose prerequisites are all decided: a gate passed or not, a test can start or is blocked."""
        failed = next((each for each in self._prerequisites[node] if self._causes[each] is not None), None)
        if isinstance(node, int) and failed is None:
            self.give_back(node)
            return []
        cause = None if failed is None else self._causes[failed] or str(node)
        self._causes[node] = cause
        decided.append(node)
        if isinstance(node, str) or cause is None:
            return []
        self.remaining -= 1
        return [Blocked(node, next(gate for gate in self._tests[node] if failed in self._dependencies[gate]), cause)]
