"""Runs tests over functions whose bodies are stubbed, in forks of a tree whose modules are planted; loaded by `child.py`.

An order for it has beside the usual {"mutants": {"functions": {path in the tree: [[line, column, number], ...]}, "count": 12,
"jobs": [[number, stub, list], ...], "lists": [[test, ...], ...], "active": [number, stub] or null, "lanes": 2}}.

First each test runs as it is, to tell which functions it enters. Then for each job the tests of its list that enter the function run
over the stub, one after the other, until one notices. With "active" the function is stubbed before anything is imported, for one
that runs on import; then all tests of the list run. Answers are lines {"job": number of the job, "ran": tests, "by": test or null,
"how": its state, "tried": how many were run}, {"imported": functions that run on import}, {"shaky": tests that do not pass as it is},
{"canary": state of a test that must fail}.
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
from typing import Any, NoReturn

Record = dict[str, Any]

SECONDS = struct.Struct("d")
COMPUTING = 1.0
"""Seconds that a test may compute over a stub, besides ten times what it computed without one: what runs on for ever ends here."""


def canary() -> NoReturn:
    """What a test does that must fail."""
    raise AssertionError


class Stubbing:
    """All that one order asks for. `tell` writes a line to the runner, `alone` tells how a test ends in a process of its own, and what it computed."""

    def __init__(
        self, planting: Any, order: Record, tell: Callable[[Record], None], alone: Callable[..., tuple[str, float]]
    ) -> None:
        self.planting, self.asked, self.tell, self.alone = planting, order["mutants"], tell, alone
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
        if tests:
            self.tell({"canary": self.canary(next(iter(tests.values()))[0])})
        names = list(tests)
        if self.asked["active"]:
            with self.lock() as step:
                self.job(0, tests, lambda test, number: math.inf, step)
            return
        width = max(self.asked["count"], 1)
        reached = mmap.mmap(-1, max(len(names), 1) * width)
        allowed = mmap.mmap(-1, max(len(names), 1) * 8)

        def probe(index: int, step: Any) -> None:
            self.clear()
            state, computed = self.alone(tests[names[index]])
            SECONDS.pack_into(allowed, index * 8, COMPUTING + 10 * computed if state == "passed" else 0.0)
            reached[index * width : (index + 1) * width] = self.switch.marks[:width]
            step({})

        self.side_by_side(len(names), probe)
        rows = {name: index for index, name in enumerate(names)}
        seconds = {name: SECONDS.unpack_from(allowed, rows[name] * 8)[0] for name in names}
        self.tell({"shaky": [name for name in names if not seconds[name]]})

        def over(test: str, number: int) -> float:
            return seconds[test] if reached[rows[test] * width + number] else 0.0

        self.side_by_side(len(self.asked["jobs"]), lambda job, step: self.job(job, tests, over, step))

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
        active = self.asked["active"] is not None
        self.switch.activate(number, stub)
        for test in self.asked["lists"][chosen]:
            if test not in tests or not (most := over(test, number)):
                continue
            self.clear()
            state, _ = self.alone(tests[test], most)
            entered = self.switch.marks[number] == self.planting.STUBBED or (active and bool(self.imported[number]))
            answer["tried"] += 1
            if entered:
                answer["ran"].append(test)
            if entered and state != "passed":
                answer.update(by=test, how=state)
                break
            step({})
        self.switch.activate(-1, "")
        step(answer)

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
        child = os.fork()
        if child:
            return child
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
