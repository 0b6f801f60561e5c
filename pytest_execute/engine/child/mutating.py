"""Runs tests over functions whose bodies are stubbed, in forks of a tree whose modules are planted; loaded by `main.py`.

An order for it has beside the usual {"mutants": {"functions": {path in the tree: [[line, column, number], ...]}, "count": 12,
"probe": [test, ...], "probed": {test: [seconds, [number, ...]]}, "jobs": [[number, stub, list], ...], "lists": [[test, ...], ...],
"active": [number, stub] or null, "lanes": 2}}.

First each test to "probe" runs as it is, to tell which functions it enters; of the others it is known, with the seconds that they may
compute over a stub, 0 for those that do not pass. Then for each job the tests of its list that enter the function run over the stub, one
after the other, until one notices. With "active" the function is stubbed before anything is imported, for one that runs on import; then all
tests of the list run. Answers are lines {"imported": functions that run on import}, {"canary": state of a test that must fail},
{"probe": test, "state": how it ends, "seconds": that it may compute, "reached": functions, "opened": files}, {"job": number of the job,
"ran": tests, "by": test or null, "how": its state, "tried": how many were run, "opened": files}, {"spoilt": true} where tests changed the tree.
"opened" is what of the tree had a part in it beside what was {"touched": [word, ...]} before the tests; see `accesses.py`.
"""

from __future__ import annotations

import contextlib
import json
import math
import mmap
import os
import select
import struct
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from pytest_execute.engine.child import system
else:
    import _execute_system as system

Record = dict[str, Any]

SECONDS = struct.Struct("d")
COMPUTING = 1.0
"""Seconds that a test may compute over a stub, besides ten times what it computed without one: what runs on for ever ends here."""


def canary() -> NoReturn:
    """What a test does that must fail."""
    raise AssertionError


def end_of(child: int, pipe: int, limit: Callable[[], float | None]) -> tuple[str, float, list[str]]:
    """What a test that runs alone says at its end, and which files it says that it opened until then."""
    text, opened, gone, over = b"", list[str](), False, False
    while True:
        late = limit() is not None
        while not gone and select.select([pipe], [], [], 0 if late or over else 0.02)[0]:
            gone = not (piece := os.read(pipe, 65536))
            *lines, text = (text + piece).split(b"\n")
            for record in map(json.loads, lines):
                if "state" in record:
                    return record["state"], record["seconds"], opened
                opened += record["touched"]
        if late or gone or over:
            return "timeout" if late else "crash", 0.0, opened
        over = system.ended(child)


class MutationRun:
    """All that one order asks for. `tell` writes a line to the runner, `fork` makes a process of ours.

    `alone` tells how a test ends in a process of its own, what it computed, and which files it opened.
    """

    def __init__(
        self,
        planting: Any,
        order: Record,
        tell: Callable[[Record], None],
        fork: Callable[[], int],
        alone: Callable[..., tuple[str, float, list[str]]],
    ) -> None:
        self.planting, self.asked, self.tell, self.fork, self.alone = planting, order["mutants"], tell, fork, alone
        functions = self.asked["functions"].items()
        self.functions = {os.path.realpath(os.path.join(order["tree"], path)): spots for path, spots in functions}  # noqa: PTH118
        self.directory = Path(tempfile.mkdtemp(prefix="stubs-", dir=order["environment"]["TMPDIR"]))
        self.shared = self.directory / "shared"
        self.shared.write_bytes(bytes(8))
        self.switch, self.planter = planting.install(self.functions, self.marks("import"))
        if self.asked["active"]:
            self.switch.activate(*self.asked["active"])

    def marks(self, name: str) -> mmap.mmap:
        """New marks, all clear, which the Pythons that tests start share."""
        marks, plan = self.directory / f"{name}.marks", self.directory / f"{name}.json"
        marks.write_bytes(bytes(max(self.asked["count"], 1)))
        plan.write_text(json.dumps({"functions": self.functions, "count": self.asked["count"], "marks": str(marks)}))
        os.environ[self.planting.PLAN] = str(plan)
        found: mmap.mmap = self.planting.marks_of(marks, self.asked["count"])
        return found

    def run(self, tests: dict[str, list[Any]]) -> None:
        """Run what the order asks for on the items of `tests`."""
        self.imported = bytes(self.switch.marks)
        self.tell({"imported": [number for number, mark in enumerate(self.imported) if mark]})
        if self.asked["active"]:
            with self.lock() as step:
                self.job(0, tests, lambda test, number: math.inf, step)
            return
        seconds, reached = self.probe({name: tests[name] for name in self.asked["probe"] if name in tests})

        def over(test: str, number: int) -> float:
            return seconds[test] if number in reached[test] else 0.0

        self.side_by_side(len(self.asked["jobs"]), lambda job, step: self.job(job, tests, over, step))

    def probe(self, tests: dict[str, list[Any]]) -> tuple[dict[str, float], dict[str, set[int]]]:
        """The seconds that each test may compute over a stub, and the functions that it enters: of those in `tests`, and as it is known."""
        known = self.asked["probed"]
        seconds = {name: most for name, (most, _) in known.items()}
        reached = {name: set(numbers) for name, (_, numbers) in known.items()}
        if not tests:
            return seconds, reached
        self.tell({"canary": self.canary(next(iter(tests.values()))[0])})
        names, width = list(tests), self.asked["count"]
        marks = mmap.mmap(-1, max(len(names) * width, 1))
        allowed = mmap.mmap(-1, len(names) * 8)

        def work(index: int, step: Any) -> None:
            self.clear()
            state, computed, opened = self.alone(tests[names[index]])
            most = COMPUTING + 10 * computed if state == "passed" else 0.0
            SECONDS.pack_into(allowed, index * 8, most)
            entered = marks[index * width : (index + 1) * width] = self.switch.marks[:width]
            numbers = [number for number, mark in enumerate(entered) if mark]
            step({"probe": names[index], "state": state, "seconds": most, "reached": numbers, "opened": opened})

        self.side_by_side(len(names), work)
        for index, name in enumerate(names):
            (seconds[name],) = SECONDS.unpack_from(allowed, index * 8)
            reached[name] = {number for number in range(width) if marks[index * width + number]}
        return seconds, reached

    def canary(self, item: Any) -> str:
        """How `item` ends where its test raises: anything but a failure says that failures are hidden."""
        runtest = item.runtest
        item.runtest = canary
        try:
            return self.alone([item])[0]
        finally:
            item.runtest = runtest

    def job(self, index: int, tests: dict[str, list[Any]], over: Callable[[str, int], float], step: Any) -> None:
        """Run the tests of a job's list over its stub until one notices; `over` tells how long one may compute, 0 where it enters none."""
        number, stub, chosen = self.asked["jobs"][index]
        answer: Record = {"job": index, "ran": [], "by": None, "how": "", "tried": 0}
        files: set[str] = set()
        active = self.asked["active"] is not None
        self.switch.activate(number, stub)
        for test in self.asked["lists"][chosen]:
            if test not in tests or not (most := over(test, number)):
                continue
            self.clear()
            state, _, opened = self.alone(tests[test], most)
            files.update(opened)
            entered = self.switch.marks[number] == self.planting.STUBBED or (active and bool(self.imported[number]))
            answer["tried"] += 1
            if entered:
                answer["ran"].append(test)
            if entered and state != "passed":
                answer.update(by=test, how=state)
                break
            step({})
        self.switch.activate(-1, "")
        step({**answer, "opened": sorted(files)})

    def clear(self) -> None:
        self.switch.marks[:] = bytes(len(self.switch.marks))

    def side_by_side(self, count: int, work: Callable[[int, Any], None]) -> None:
        """Do `work` for each number below `count`, in several processes that each take the next number that is left."""
        self.shared.write_bytes(bytes(8))
        lanes = [self.lane(number, count, work) for number in range(min(self.asked["lanes"], count))]
        for lane in lanes:
            with contextlib.suppress(ChildProcessError):
                os.waitpid(lane, 0)

    def lane(self, number: int, count: int, work: Callable[[int, Any], None]) -> int:
        child = self.fork()
        if child:
            return child
        system.die_with_parent()
        try:
            self.switch.marks = self.marks(f"lane-{number}")
            with self.lock() as step:
                while (index := step(None)) < count:
                    work(index, step)
        finally:
            os._exit(0)

    @contextlib.contextmanager
    def lock(self) -> Iterator[Callable[[Record | None], int]]:
        """A step that no two lanes take at once: tell a line, or with None take the next number."""
        import fcntl  # not there where nothing is stubbed, as nothing can fork

        with self.shared.open("r+b", buffering=0) as file:

            def step(record: Record | None) -> int:
                fcntl.flock(file, fcntl.LOCK_EX)
                try:
                    if record is not None:
                        self.tell(record)
                        return 0
                    file.seek(0)
                    taken = int.from_bytes(file.read(8), "little")
                    file.seek(0)
                    file.write((taken + 1).to_bytes(8, "little"))
                    return taken
                finally:
                    fcntl.flock(file, fcntl.LOCK_UN)

            yield step
