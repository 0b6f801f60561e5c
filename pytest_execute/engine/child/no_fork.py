"""Child process of the engine for systems that cannot fork: starts pytest for each file, or each test that runs alone.

It is started by its path, and runs nothing of the project. It receives the same messages as `main.py` and replies on
standard output. The processes that it starts run `main.py` with a `SetupWithJobMessage`.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from pytest_execute.engine.child import limits, process_tree, snapshot
    from pytest_execute.engine.child.message_pipe import reserve_output, write_message
    from pytest_execute.engine.child.messages import JobMessage, SetupMessage, SetupWithJobMessage
    from pytest_execute.engine.child.results import JobResults
    from pytest_execute.engine.child.tree_guard import TreeGuard
else:
    import limits
    import process_tree
    import snapshot
    from message_pipe import reserve_output, write_message
    from results import JobResults

    sys.modules.update(_execute_process_tree=process_tree, _execute_snapshot=snapshot)
    from tree_guard import TreeGuard

MAIN = Path(__file__).with_name("main.py")
OUT = reserve_output(1)
POLL_SECONDS = 0.02
PIPE_SECONDS = 1.0
"""Seconds to wait for the rest of a process's messages: what a test has started may hold the pipe open for ever."""


def send(message: Any) -> None:
    """Send a message. If the engine is gone, standard input has ended, and the thread that reads it ends everything."""
    with contextlib.suppress(BrokenPipeError):
        write_message(OUT, message)


class NoForkServer:
    """Server that runs one job after the other, with one process at a time. All end with this process."""

    def __init__(self, setup: SetupMessage) -> None:
        self.setup = setup
        self.start_lock = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def read_jobs(self, jobs: queue.SimpleQueue[bytes]) -> NoReturn:
        """Read jobs in a thread; end everything when the engine closes standard input."""
        for line in sys.stdin.buffer:
            jobs.put(line)
        self.start_lock.acquire()  # and never released: no further process starts
        if self.process is not None:
            end_process(self.process)
        process_tree.kill_children()
        os._exit(0)

    def serve(self) -> NoReturn:
        """Run jobs."""
        process_tree.adopt_orphans()
        jobs = queue.SimpleQueue[bytes]()
        threading.Thread(target=self.read_jobs, args=[jobs], daemon=True).start()
        while True:
            self.run_job(json.loads(jobs.get()))
            send({"finished": True})

    def run_job(self, job: JobMessage) -> None:
        """Run a job file by file. If a file is aborted, no "completed" is sent, as by `main.py`."""
        files: dict[str, list[str]] = {}
        for test in job["wall_limits"]:
            files.setdefault(test.partition("::")[0], []).append(test)
        existing = (tests for file, tests in files.items() if Path(self.setup["root"], file).exists())
        job["in_process"] = True
        if all(self.run_file(job, tests) for tests in existing):
            send({"completed": True})

    def run_file(self, job: JobMessage, tests: list[str]) -> bool:
        """Run tests of a file, in several processes if need be; return False if that is not possible."""
        guard = TreeGuard(self.setup["tree"], job["environment"]["HOME"])
        left = dict.fromkeys(tests)
        while batch := [*left][: 1 if job.get("alone") else None]:
            send({"file": tests[0].partition("::")[0]})
            batch_job: JobMessage = {**job, "wall_limits": {test: job["wall_limits"][test] for test in batch}}
            for test in self.run_process(batch_job):
                left.pop(test, None)
            is_intact = guard.clean_up()
            if not is_intact:
                send({"modified": True})
            if not is_intact or batch[0] in left:
                return False
        return True

    def run_process(self, job: JobMessage) -> Collection[str]:
        """Run tests in a process until it ends or exceeds a limit; return those that need no further run."""
        with self.start_lock:
            process = self.process = subprocess.Popen(
                [sys.executable, str(MAIN), "1"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        send({"process_group": process.pid})
        monitor, messages = ProcessMonitor(job, process.pid), queue.SimpleQueue[Any]()
        setup: SetupWithJobMessage = {**self.setup, "job": job}
        reader = threading.Thread(target=exchange, args=[process, setup, messages], daemon=True)
        reader.start()
        while not monitor.has_exceeded_limit() and not has_ended(process):
            with contextlib.suppress(queue.Empty):
                monitor.receive(messages.get(timeout=POLL_SECONDS))
        end_process(process)
        reader.join(PIPE_SECONDS)
        while not messages.empty():
            monitor.receive(messages.get())
        return monitor.finish()


class ProcessMonitor:
    """Monitor of a process that runs tests: passes its messages on, and knows which test runs."""

    def __init__(self, job: JobMessage, pid: int) -> None:
        self.job, self.pid = job, pid
        self.results = JobResults(job["wall_limits"], send)
        self.running = ""
        self.clock: limits.Clock = lambda: None
        self.exceeded: float | None = None

    def receive(self, message: Any) -> None:
        """Handle a message of the process."""
        if "started" in message:
            self.running = message["started"]
            limit = self.job["wall_limits"][self.running]
            self.clock = limits.start_clock(self.pid, limit, self.job["cpu_limits"][self.running])
        elif "collected" in message:
            self.results.open = {test: None for test in self.results.open if test in message["collected"]}
            send(message)
        elif "completed" in message:
            self.results.open = {}
        elif "test" in message:
            self.results.report(message.pop("test"), message)
        else:
            send(message)

    def has_exceeded_limit(self) -> bool:
        """Return whether the running test has exceeded a limit."""
        self.exceeded = self.clock()
        return self.exceeded is not None

    def finish(self) -> Collection[str]:
        """Report the test in which the process has ended; return the tests that need no further run."""
        if self.exceeded is not None:
            self.results.report_timeout(self.running, self.exceeded)
        self.results.report_crash(self.running)
        return [test for test in self.job["wall_limits"] if test not in self.results.open]


def exchange(process: subprocess.Popen[bytes], setup: SetupWithJobMessage, messages: queue.SimpleQueue[Any]) -> None:
    """Write the setup to a process, and read its messages until it closes its output."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(OSError), process.stdin:
        process.stdin.write(json.dumps(setup).encode() + b"\n")
    with process.stdout:
        for line in process.stdout:
            messages.put(json.loads(line))


def has_ended(process: subprocess.Popen[bytes]) -> bool:
    """Return whether a process has ended. Where the system can, it stays a zombie, so that its id is not used again."""
    return process_tree.has_ended(process.pid) if hasattr(os, "waitid") else process.poll() is not None


def end_process(process: subprocess.Popen[bytes]) -> None:
    """End a process with its group."""
    process_tree.kill_group(process.pid)
    process.wait()


NoForkServer(json.loads(sys.stdin.buffer.readline())).serve()
