"""Results of a job: each test gets exactly one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_execute.engine.child.messages import TimedOutcome


class JobResults:
    """Tests that have no result yet. `send` sends a message."""

    def __init__(self, tests: Iterable[str], send: Callable[[Any], None]) -> None:
        self.open = dict.fromkeys(tests)
        self.send = send

    def report(self, test: str, outcome: TimedOutcome) -> None:
        """Send the outcome of a test, unless it has one already."""
        if test in self.open:
            del self.open[test]
            self.send({"test": test, **outcome})

    def report_below(self, prefix: str, outcome: TimedOutcome, kept: Collection[str] = ()) -> None:
        """Send the outcome for all tests of a directory, file, class or function but `kept`; with "" for all tests."""
        for test in [*self.open]:
            is_below = not prefix or test == prefix or test.startswith((prefix + "::", prefix + "/", prefix + "["))
            if is_below and test not in kept:
                self.report(test, outcome)

    def report_timeout(self, test: str, seconds: float) -> None:
        """Send that a test exceeded a limit after so many seconds."""
        message = "the test did not end within its time limit"
        self.report(test, {"state": "timeout", "message": message, "seconds": seconds})

    def report_crash(self, test: str) -> None:
        """Send that the process of a test ended in the middle of it."""
        self.report(test, {"state": "crash", "message": "the test ended its process"})
