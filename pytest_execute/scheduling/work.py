"""Work to schedule: the tests by nodeid, with their gates, dependencies and known durations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pytest_execute.scheduling.task_queue import TaskQueue, Workload


@dataclass(frozen=True)
class ScheduledWork:
    """Gates, their dependencies, and the tests by nodeid.

    `gates` has the gates that each test counts for, `seconds` the known durations. `effort` is a person's estimate for
    each gate, in any measure. With `keep_going` a test runs once all that it waits for has ended, passed or not.
    """

    dependencies: Mapping[str, Sequence[str]]
    gates: Mapping[str, Sequence[str]]
    seconds: Mapping[str, float] = field(default_factory=dict)
    effort: Mapping[str, float] = field(default_factory=dict)
    keep_going: bool = False

    def queue(self, nodeids: Sequence[str], workers: int) -> TaskQueue:
        """Return the queue over these nodeids; the tests of one file are a group that shares fixtures."""
        files: dict[str, int] = {}
        return TaskQueue(
            Workload(
                self.dependencies,
                [self.gates.get(test, ()) for test in nodeids],
                {index: self.seconds[test] for index, test in enumerate(nodeids) if test in self.seconds},
                workers,
                groups=[files.setdefault(test.partition("::")[0], len(files)) for test in nodeids],
                effort=self.effort,
                keep_going=self.keep_going,
            )
        )
