"""Does without forks what `main.py` does with them: each file, and each test that must be alone, in a pytest that is started for it.

It is started by its path, and runs nothing of the project. The first line of standard input is as for `main.py`, and so are orders and
answers, which go to standard output. What it starts is `main.py` too, told the place together with one order, which that obeys in its
own process: {..., "order": {..., "here": true}}. Such a process says which "tests" it has collected, and that one of them "begins".
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from pytest_execute.engine.child import snapshot, system
    from pytest_execute.engine.child.tree_guard import TreeGuard
else:
    import snapshot
    import system

    sys.modules.update(_execute_snapshot=snapshot, _execute_system=system)
    from tree_guard import TreeGuard

Record = dict[str, Any]

CHILD = Path(__file__).with_name("main.py")
OUT = system.own_output(1)


def tell(record: Record) -> None:
    """Write one line to the runner; where that is gone, who hears so ends all."""
    with contextlib.suppress(BrokenPipeError):
        system.write(OUT, record)


class JobProcesses:
    """Starts processes in one place, one after the other, and listens to them. All end with this one."""

    def __init__(self, place: Record) -> None:
        self.place = place
        self.starting = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def hear(self, orders: queue.SimpleQueue[bytes]) -> NoReturn:
        """Take orders; when the other end of standard input goes, end with all that runs."""
        for line in sys.stdin.buffer:
            orders.put(line)
        self.starting.acquire()  # nothing is started any more
        if self.process is not None:
            end(self.process)
        system.end_all(set())
        os._exit(0)

    def serve(self) -> NoReturn:
        """Obey one order after the other."""
        system.take_over()
        orders = queue.SimpleQueue[bytes]()
        threading.Thread(target=self.hear, args=[orders], daemon=True).start()
        while True:
            self.obey(json.loads(orders.get()))
            tell({"over": True})

    def obey(self, order: Record) -> None:
        """Run what the order asks for, file by file; where one is stuck no end is told, as `main.py` has it."""
        files: dict[str, list[str]] = {}
        for test in order["limits"]:
            files.setdefault(test.partition("::")[0], []).append(test)
        there = (tests for file, tests in files.items() if Path(self.place["root"], file).exists())
        if all(self.run_file({**order, "here": True}, tests) for tests in there):
            tell({"end": True})

    def run_file(self, order: Record, tests: list[str]) -> bool:
        """Run tests until nothing more is to be said of any; False where that cannot be reached."""
        guard = TreeGuard(self.place["tree"], order["environment"]["HOME"])
        left = dict.fromkeys(tests)
        while batch := [*left][: 1 if order["alone"] else None]:
            tell({"file": tests[0].partition("::")[0]})
            limits = {test: order["limits"][test] for test in batch}
            for test in self.run({**order, "limits": limits}):
                left.pop(test, None)
            whole = guard.clean()
            if not whole:
                tell({"spoilt": True})
            if not whole or batch[0] in left:
                return False
        return True

    def run(self, order: Record) -> Collection[str]:
        """Run tests in a process until it is over, or one takes too long; and give those of which there is nothing more to say."""
        with self.starting:
            process = self.process = subprocess.Popen(
                [sys.executable, str(CHILD), "1"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        tell({"group": process.pid})
        ran, said = Ran(order, process.pid), queue.SimpleQueue[Record]()
        listening = threading.Thread(target=converse, args=[process, {**self.place, "order": order}, said], daemon=True)
        listening.start()
        while not ran.is_hung() and not is_over(process):
            with contextlib.suppress(queue.Empty):
                ran.hear(said.get(timeout=0.02))
        end(process)
        listening.join(1.0)  # not for ever: what tests have left running may keep the pipe open
        while not said.empty():
            ran.hear(said.get())
        return ran.said()


class Ran:
    """What is heard of the process that runs some tests, told on; it knows which of them runs."""

    def __init__(self, order: Record, pid: int) -> None:
        self.order, self.pid = order, pid
        self.open = dict.fromkeys(order["limits"])
        self.running = ""
        self.limit: Callable[[], float | None] = lambda: None
        self.took: float | None = None

    def hear(self, record: Record) -> None:
        if "begins" in record:
            self.begin(record["begins"])
        elif "collected" in record:
            self.open = {test: None for test in self.open if test in record["tests"]}
            tell({"collected": True})
        elif "end" in record:
            self.open = {}
        elif "test" in record:
            self.record(**record)
        else:
            tell(record)

    def begin(self, test: str) -> None:
        self.running = test
        self.limit = system.limit(self.pid, self.order["limits"][test], self.order["computing"][test])

    def record(self, test: str, **facts: object) -> None:
        if test in self.open:
            del self.open[test]
            tell({"test": test, **facts})

    def is_hung(self) -> bool:
        self.took = self.limit()
        return self.took is not None

    def said(self) -> Collection[str]:
        """The tests of which there is nothing more to say, now that the process is gone; in the middle of one, that is what became of it."""
        if self.took is not None:
            self.record(
                self.running, state="timeout", message="it did not end within its time limit", seconds=self.took
            )
        self.record(self.running, state="crash", message="the test ended its process")
        return [test for test in self.order["limits"] if test not in self.open]


def converse(process: subprocess.Popen[bytes], told: Record, said: queue.SimpleQueue[Record]) -> None:
    """Tell the process what to do, and listen to it until it says no more."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(OSError), process.stdin:
        process.stdin.write(json.dumps(told).encode() + b"\n")
    with process.stdout:
        for line in process.stdout:
            said.put(json.loads(line))


def is_over(process: subprocess.Popen[bytes]) -> bool:
    """Has it ended? Where the system can tell so, its number stays taken for now, so that its group is no other's."""
    return system.ended(process.pid) if hasattr(os, "waitid") else process.poll() is not None


def end(process: subprocess.Popen[bytes]) -> None:
    """End it with its group."""
    system.kill(process.pid)
    process.wait()


JobProcesses(json.loads(sys.stdin.buffer.readline())).serve()
