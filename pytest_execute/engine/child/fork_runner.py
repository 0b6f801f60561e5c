"""Runs tests in forks of the process that has collected them, and supervises these."""

from __future__ import annotations

import contextlib
import functools
import gc
import os
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn

if TYPE_CHECKING:
    from pytest_execute.engine.child import limits, process_tree
    from pytest_execute.engine.child.accesses import AccessLog
    from pytest_execute.engine.child.item_runner import ItemRunner
    from pytest_execute.engine.child.message_pipe import MessageReader, write_message
    from pytest_execute.engine.child.messages import JobMessage, TimedOutcome
    from pytest_execute.engine.child.results import JobResults
    from pytest_execute.engine.child.tree_guard import TreeGuard
else:
    import _execute_limits as limits
    import _execute_process_tree as process_tree
    from _execute_message_pipe import MessageReader, write_message

Items = dict[str, list[Any]]
"""pytest items by the test that the job names; a test without parameters in its name has an item for each of them."""
POLL_SECONDS = 0.02


ASSERTIONS = frozenset(["builtins.AssertionError", "builtins.Failed"])
"""Types of failed assertions; pytest's `Failed` says that it is a builtin."""


class AloneOutcome(NamedTuple):
    """Outcome of a test in a process of its own, with the CPU seconds that it took and its accesses.

    `failed_in` is the file of the tree that raised the error, "" for an assertion.
    """

    state: str
    seconds: float
    accesses: list[str]
    failed_in: str = ""


class ForkRunner:
    """Runs the tests of a job in forks. Each fork is killed with all that it started."""

    def __init__(self, job: JobMessage, log: AccessLog, results: JobResults, runner: ItemRunner) -> None:
        self.job, self.log, self.results, self.runner = job, log, results, runner

    def run(self, tests: Items, guard: TreeGuard) -> bool:
        """Run the tests of each file in one fork, or each test in its own. Return False if they have modified the tree.

        A fork that ends in the middle of a test is followed by another for the tests after it.
        """
        groups: dict[str, list[str]] = {}
        for name in tests:
            groups.setdefault(name if self.job.get("alone") else name.partition("::")[0], []).append(name)
        self.runner.origins.find_foreign()  # so that no fork has to look at the modules that are loaded now
        gc.freeze()  # so that no collection in a fork copies the pages of all objects
        for names in groups.values():
            while left := [name for name in names if name in self.results.open]:
                self._run_fork({name: tests[name] for name in left}, guard)
                if not guard.clean_up():
                    return False
        return True

    def run_alone(self, test: str, items: list[Any], cpu_limit: float | None = None) -> AloneOutcome:
        """Run all items of a test in a process of its own. Its CPU time is limited by the job if not by `cpu_limit`."""
        read_end, write_end = os.pipe()
        child = self.log.fork()
        if not child:
            process_tree.lead_group()
            process_tree.end_with_parent()
            self.log.send_out, self.log.sends_at_once = functools.partial(write_message, write_end), True
            outcomes = (self.runner.run(item, None) for item in items)
            bad = next((outcome for outcome in outcomes if outcome["state"] != "passed"), None)
            state, failed_in = (bad["state"], find_raiser(bad)) if bad is not None else ("passed", "")
            self.log.send({"state": state, "seconds": time.process_time(), "failed_in": failed_in})
            os._exit(0)
        os.close(write_end)
        try:
            return read_outcome(child, MessageReader(read_end), self._start_clock(child, test, cpu_limit))
        finally:
            os.close(read_end)
            process_tree.end_group(child)

    def _run_fork(self, tests: Items, guard: TreeGuard) -> None:
        read_end, write_end = os.pipe()
        child = self.log.fork()
        if not child:
            os.close(read_end)
            gc.unfreeze()  # so that gc.collect() finds all; into the oldest generation, which other collections skip
            self.run_and_exit(tests, functools.partial(write_message, write_end), guard)
        os.close(write_end)
        with contextlib.suppress(OSError):
            os.setpgid(child, child)  # the child does so too, maybe later
        try:
            self._supervise(child, MessageReader(read_end), next(iter(tests)))
        finally:
            process_tree.end_group(child)
            os.close(read_end)

    def run_and_exit(self, tests: Items, send_out: Callable[[Any], None], guard: TreeGuard) -> NoReturn:
        """Run tests in this process, until one has used up the memory or may have modified the tree; then exit."""
        process_tree.lead_group()
        process_tree.end_with_parent()
        watch, pid = guard.watch(), os.getpid()
        self.log.send_out, self.log.sends_at_once = send_out, True
        items = [(name, item) for name, items in tests.items() for item in items]
        outcomes: dict[str, TimedOutcome] = {}
        for index, (name, item) in enumerate(items):
            next_name, next_item = items[index + 1] if index + 1 < len(items) else (None, None)
            self.log.send({"started": name})
            outcome = self.runner.run(item, next_item)
            if os.getpid() != pid:
                os._exit(0)  # the test has forked, and this is its child
            if name not in outcomes or outcomes[name]["state"] == "passed":
                outcomes[name] = outcome
            must_stop = watch.is_modified or "builtins.MemoryError" in outcome.get("types", ())
            if must_stop or next_name != name:
                self.log.send({"test": name, **outcomes[name]})
            if must_stop:
                break
        os._exit(0)

    def _supervise(self, child: int, messages: MessageReader, first_test: str) -> None:
        """Pass on the messages of a fork; report the test in which it exceeds a limit or ends."""
        running, clock, has_ended = first_test, self._start_clock(child, first_test), False
        while True:
            if (seconds := clock()) is not None:
                for message in messages.read_rest():
                    if "accesses" in message:
                        self.log.send(message)
                return self.results.report_timeout(running, seconds)
            received = messages.read(0 if has_ended else POLL_SECONDS)
            for message in received or ():
                if "started" in message:
                    running = message["started"]
                    clock = self._start_clock(child, running)
                elif "accesses" in message:
                    self.log.send(message)
                else:
                    self.results.report(message.pop("test"), message)
            if received is None:
                if has_ended or messages.is_closed:
                    return self.results.report_crash(running)
                has_ended = process_tree.has_ended(child)

    def _start_clock(self, child: int, test: str, cpu_limit: float | None = None) -> limits.Clock:
        """Start the clock of a test that begins now."""
        cpu_limit = self.job["cpu_limits"][test] if cpu_limit is None else cpu_limit
        return limits.start_clock(child, self.job["wall_limits"][test], cpu_limit)


def find_raiser(outcome: Mapping[str, Any]) -> str:
    """Return the file of the tree that raised the error of a failed test, "" for an assertion."""
    is_assertion = not ASSERTIONS.isdisjoint(outcome.get("types", ()))
    return "" if is_assertion else next(reversed(outcome.get("frames", ())), "")


def read_outcome(child: int, messages: MessageReader, clock: limits.Clock) -> AloneOutcome:
    """Read the outcome that a process writes at its end; "timeout" or "crash" if it does not come to its end."""
    accesses, has_ended = list[str](), False
    while True:
        is_late = clock() is not None
        while (received := messages.read(0 if is_late or has_ended else POLL_SECONDS)) is not None:
            for message in received:
                if "state" in message:
                    return AloneOutcome(message["state"], message["seconds"], accesses, message["failed_in"])
                accesses += message["accesses"]
        if is_late or has_ended or messages.is_closed:
            return AloneOutcome("timeout" if is_late else "crash", 0.0, accesses)
        has_ended = process_tree.has_ended(child)
