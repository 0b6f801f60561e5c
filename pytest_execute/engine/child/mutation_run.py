"""Runs tests over functions whose bodies are stubbed, in forks of a process that has imported the test file.

1. The modules with the functions are instrumented as they are imported. Functions that run on import are reported.
2. A canary, a test that is made to fail, shows that failures are seen.
3. Each test to be probed runs without a stub, to learn which functions it enters.
4. For each trial, the tests of its list that enter the function run over the stub, until one fails.

With `stubbed_on_import` the function is stubbed before anything is imported. Then all tests of the only trial run,
without probes.

| limit | value |
| --- | --- |
| CPU time of a test without a stub | as in any job |
| CPU time of a test over a stub | `STUB_SECONDS` + 10 times what it took without one |
"""

from __future__ import annotations

import contextlib
import json
import math
import mmap
import os
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from pytest_execute.engine.child import instrument, process_tree
    from pytest_execute.engine.child.accesses import AccessLog
    from pytest_execute.engine.child.fork_runner import ForkRunner, Items
    from pytest_execute.engine.child.messages import MutationJob, TrialMessage
else:
    import _execute_instrument as instrument
    import _execute_process_tree as process_tree

DOUBLE = struct.Struct("d")
STUB_SECONDS = 1.0
CpuLimit = Callable[[str, int], float]
"""Returns the CPU seconds that a test may take over a stub of a function; 0 if it is not to be run."""
Send = Callable[[Any], None]


def fail() -> NoReturn:
    """Stand in for the body of the canary."""
    raise AssertionError


class MutationRun:
    """One mutation job in `tree`. The Pythons that tests start are instrumented too, by `site/sitecustomize.py`."""

    def __init__(self, job: MutationJob, tree: str, log: AccessLog, forks: ForkRunner) -> None:
        self.job, self.log, self.forks = job, log, forks
        functions = ((str(Path(tree, path).resolve()), places) for path, places in job["functions"].items())
        self.functions = dict(functions)
        self.directory = Path(tempfile.mkdtemp(prefix="stubs-"))
        self.counter = SharedCounter(self.directory / "counter", log.send)
        self.switch = instrument.install(self.functions, self.new_marks("import"))
        if job["stubbed_on_import"]:
            self.switch.activate(*job["stubbed_on_import"])

    def new_marks(self, name: str) -> mmap.mmap:
        """Return clear marks, which the Pythons that tests start share."""
        marks, plan = self.directory / f"{name}.marks", self.directory / f"{name}.json"
        count = self.job["function_count"]
        marks.write_bytes(bytes(max(count, 1)))
        plan.write_text(json.dumps({"functions": self.functions, "count": count, "marks": str(marks)}))
        os.environ[instrument.PLAN_VARIABLE] = str(plan)
        return instrument.open_marks(str(marks), count)

    def run(self, tests: Items) -> None:
        """Run the job on the items of `tests`."""
        self.imported = bytes(self.switch.marks)
        self.log.send({"run_on_import": [number for number, mark in enumerate(self.imported) if mark]})
        if self.job["stubbed_on_import"]:
            with self.counter.opened() as (_, send):
                self.run_trial(0, tests, lambda test, function: math.inf, send)
            return
        limits, entered = self.probe({name: tests[name] for name in self.job["tests_to_probe"] if name in tests})

        def cpu_limit(test: str, function: int) -> float:
            return limits[test] if function in entered[test] else 0.0

        self.share(len(self.job["trials"]), lambda index, send: self.run_trial(index, tests, cpu_limit, send))

    def probe(self, tests: Items) -> tuple[dict[str, float], dict[str, set[int]]]:
        """Return each test's CPU limit over a stub and the functions that it enters; `known_probes` included."""
        limits = {name: limit for name, (limit, _) in self.job["known_probes"].items()}
        entered = {name: set(numbers) for name, (_, numbers) in self.job["known_probes"].items()}
        if not tests:
            return limits, entered
        self.log.send({"canary": self.run_canary(*next(iter(tests.items())))})
        names, width = list(tests), self.job["function_count"]
        all_marks = mmap.mmap(-1, max(len(names) * width, 1))
        all_limits = mmap.mmap(-1, len(names) * DOUBLE.size)

        def probe_one(index: int, send: Send) -> None:
            self.clear_marks()
            outcome = self.forks.run_alone(names[index], tests[names[index]])
            limit = STUB_SECONDS + 10 * outcome.seconds if outcome.state == "passed" else 0.0
            DOUBLE.pack_into(all_limits, index * DOUBLE.size, limit)
            marks = all_marks[index * width : (index + 1) * width] = self.switch.marks[:width]
            numbers = [number for number, mark in enumerate(marks) if mark]
            facts = {"state": outcome.state, "cpu_limit": limit, "entered": numbers, "test_accesses": outcome.accesses}
            send({"probe": names[index], **facts})

        self.share(len(names), probe_one)
        for index, name in enumerate(names):
            (limits[name],) = DOUBLE.unpack_from(all_limits, index * DOUBLE.size)
            entered[name] = {number for number in range(width) if all_marks[index * width + number]}
        return limits, entered

    def run_canary(self, test: str, items: list[Any]) -> str:
        """Return the state of an item whose test raises. Any but "failed" means that failures are hidden."""
        item = items[0]
        runtest = item.runtest
        item.runtest = fail
        try:
            return self.forks.run_alone(test, [item]).state
        finally:
            item.runtest = runtest

    def run_trial(self, index: int, tests: Items, cpu_limit: CpuLimit, send: Send) -> None:
        """Run the tests of a trial over its stub until one fails."""
        function, stub, test_list = self.job["trials"][index]
        trial: TrialMessage = {
            "trial": index,
            "ran": [],
            "noticed_by": None,
            "failed_in": "",
            "tried": 0,
            "test_accesses": [],
        }
        accesses: set[str] = set()
        ran_on_import = bool(self.job["stubbed_on_import"] and self.imported[function])
        self.switch.activate(function, stub)
        for test in self.job["test_lists"][test_list]:
            if test not in tests or not (limit := cpu_limit(test, function)):
                continue
            self.clear_marks()
            outcome = self.forks.run_alone(test, tests[test], limit)
            accesses.update(outcome.accesses)
            is_stub_run = ran_on_import or self.switch.marks[function] == instrument.STUBBED
            trial["tried"] += 1
            if is_stub_run:
                trial["ran"].append(test)
            if is_stub_run and outcome.state != "passed":
                trial["noticed_by"], trial["failed_in"] = test, outcome.failed_in
                break
            send({})  # shows the engine that the job goes on
        self.switch.activate(instrument.NO_FUNCTION, "")
        send({**trial, "test_accesses": sorted(accesses)})

    def clear_marks(self) -> None:
        self.switch.marks[:] = bytes(len(self.switch.marks))

    def share(self, count: int, work: Callable[[int, Send], None]) -> None:
        """Call `work` for each number below `count`, shared by several processes."""
        self.counter.reset()
        workers = [self.start_worker(number, count, work) for number in range(min(self.job["workers"], count))]
        for worker in workers:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(worker, 0)

    def start_worker(self, number: int, count: int, work: Callable[[int, Send], None]) -> int:
        """Fork a process with marks of its own, which takes the next number until all are taken."""
        child = self.log.fork()
        if child:
            return child
        process_tree.end_with_parent()
        try:
            self.switch.marks = self.new_marks(f"worker-{number}")
            with self.counter.opened() as (take, send):
                while (index := take()) < count:
                    work(index, send)
        finally:
            os._exit(0)


class SharedCounter:
    """Counter in a file, whose lock also keeps the messages of several processes apart."""

    def __init__(self, file: Path, send: Send) -> None:
        self.file, self.send = file, send
        self.reset()

    def reset(self) -> None:
        self.file.write_bytes(bytes(8))

    @contextlib.contextmanager
    def opened(self) -> Iterator[tuple[Callable[[], int], Send]]:
        """Yield functions that take the next number, and that send a message. Each process opens the file itself."""
        import fcntl  # not on Windows, where this module is loaded but nothing is stubbed

        with self.file.open("r+b", buffering=0) as file:

            @contextlib.contextmanager
            def locked() -> Iterator[None]:
                fcntl.flock(file, fcntl.LOCK_EX)
                try:
                    yield
                finally:
                    fcntl.flock(file, fcntl.LOCK_UN)

            def take() -> int:
                with locked():
                    file.seek(0)
                    number = int.from_bytes(file.read(8), "little")
                    file.seek(0)
                    file.write((number + 1).to_bytes(8, "little"))
                    return number

            def send(message: Any) -> None:
                with locked():
                    self.send(message)

            yield take, send
