"""Kill runs at random moments, and check that nothing of them is left.

`python -m tests.session.kill_runs --rounds 200` does so with the smallest topic, with one command after the
other; `--topic` chooses another one, `--without-cache` puts a file in the place of the cache. Each round:

1. starts from an empty cache
2. kills one run or several
3. checks that no file of the user has changed, no process is left, and nothing is left outside the cache
4. lets one run end, and compares its report with that of an undisturbed run
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pytest_execute.demo.history import build
from pytest_execute.tools.scratch import PREFIX
from tests import hello
from tests.topic import environment, honest

Victim = Literal["group", "parent"]
COMMANDS = {
    "pytest": ("pytest", "--execute-topic={topic}", "-q"),
    "gate": ("pytest_execute", "gate", "{topic}"),
    "staged": ("pytest_execute", "gate", "{topic}", "--staged"),
}
TOPICS: dict[str, Callable[[Path], object]] = {"hello": hello.done, "sums": honest, "ferry": build}
END_SECONDS = 5.0
"""Seconds in which all processes of a killed run must have ended."""
CACHES = (".pytest_cache", "__pycache__")
TIMES = ("seconds",)


class Kill(NamedTuple):
    """Process to kill, and the moment, as a fraction of the time that an undisturbed run takes."""

    victim: Victim
    after: float


class Workspace:
    """Repository with a topic, and a directory for home and temporary files, in which nothing may be left."""

    def __init__(self, repository: Path, topic: str, outside: Path, command: str, has_cache: bool = True) -> None:
        self.repository, self.outside, self.has_cache = repository, outside, has_cache
        self.command = [sys.executable, "-m", *(word.format(topic=topic) for word in COMMANDS[command])]
        self.option = "--execute-report" if command == "pytest" else "--report"
        self.report = outside.parent / "report.json"
        self.cache = repository / ".pytest_cache"

    def start(self, mark: str) -> subprocess.Popen[bytes]:
        """Start a run in a session of its own; every process below it has the mark in its environment."""
        self.outside.mkdir(exist_ok=True)
        for path in self.outside.iterdir():
            if not _is_of_a_run(path):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        self.report.unlink(missing_ok=True)
        home = str(self.outside)
        return subprocess.Popen(
            [*self.command, f"{self.option}={self.report}"],
            cwd=self.repository,
            env=environment(KILLING=mark, HOME=home, TMPDIR=home, PYTHONHASHSEED="0"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def clear_cache(self) -> None:
        shutil.rmtree(self.cache, ignore_errors=True)
        if not self.has_cache:
            self.cache.write_text("no directory\n")

    def run(self) -> Any:
        """Return the report of an undisturbed run, without the times."""
        self.start("").wait(timeout=300)
        return without_times(json.loads(self.report.read_text()))


def without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_times(inner) for name, inner in value.items() if name not in TIMES}
    return list(map(without_times, value)) if isinstance(value, list) else value


def state(repository: Path) -> dict[str, str]:
    """Return a digest of every file of the work tree and of `.git`, without the caches of pytest and Python."""
    digests = {}
    for directory, inner, names in os.walk(repository):
        inner[:] = [name for name in inner if name not in CACHES]
        for path in (Path(directory, name) for name in [*names, *inner]):
            content = (
                str(path.readlink()).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
            )
            digests[str(path)] = f"{path.lstat().st_mode:o} {hashlib.sha256(content).hexdigest()}"
    return digests


def marked_processes(mark: str) -> dict[int, str]:
    """Return the processes that were started with the mark, and their command lines."""
    processes = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if f"KILLING={mark}\0".encode() in (entry / "environ").read_bytes():
                    processes[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
    return {pid: command for pid, command in processes.items() if command}  # a process that has ended has none


def kill(workspace: Workspace, planned: Kill, seconds: float) -> tuple[bool, Iterator[str]]:
    """Kill one run; return whether it was killed before its end, and the faults after it."""
    mark = uuid.uuid4().hex
    child = workspace.start(mark)
    try:
        child.wait(planned.after * seconds)
    except subprocess.TimeoutExpired:
        (os.killpg if planned.victim == "group" else os.kill)(child.pid, signal.SIGKILL)
        child.wait()
    return child.returncode == -signal.SIGKILL, _left(workspace, mark)


def _left(workspace: Workspace, mark: str) -> Iterator[str]:
    deadline = time.monotonic() + END_SECONDS
    while (alive := marked_processes(mark)) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid, command in alive.items():
        yield f"process {pid} is alive after {END_SECONDS:.0f} s: {command}"
        os.kill(pid, signal.SIGKILL)
    for path in sorted(workspace.outside.iterdir()):
        if not _is_pytests(path) and not _is_of_a_run(path):
            yield f"{path.name} is left outside the cache"


def _is_of_a_run(path: Path) -> bool:
    """Return True for a directory that the next run removes, where a run was killed."""
    return path.name.startswith(PREFIX)


def _is_pytests(path: Path) -> bool:
    """Return True if any killed run of pytest leaves this file.

    `tempfile`, which pytest's capture uses, writes "blat" to a file to find out whether a directory is writable.
    """
    tried = re.fullmatch(r"[a-z0-9_]{8}", path.name) and path.is_file() and path.read_bytes() in (b"", b"blat")
    return path.name.startswith("pytest-of-") or bool(tried)


def attempt(
    workspace: Workspace, kills: list[Kill], seconds: float, expected: Any, before: Mapping[str, str]
) -> list[str]:
    """Do one round and return its faults."""
    workspace.clear_cache()
    faults = []
    for planned in kills:
        killed, left = kill(workspace, planned, seconds)
        faults += [f"{planned}: {fault}" for fault in left]
        faults += [f"{planned}: {fault}" for fault in changes(before, state(workspace.repository))] if killed else []
    report = workspace.run()
    if report != expected:
        faults.append(f"after {kills} another verdict: {difference(expected, report)}")
    faults += [f"after the last run: {fault}" for fault in changes(before, state(workspace.repository))]
    directories = [*workspace.cache.glob(f"d/execute/{PREFIX}*"), *workspace.outside.glob(f"{PREFIX}*")]
    faults += [f"{path} is left by the last run" for path in directories]
    return faults


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return [f"{path} changed" for path in sorted(before.keys() | after.keys()) if before.get(path) != after.get(path)]


def difference(one: Any, other: Any, path: str = "") -> str:
    """Return the first path at which two reports differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
        return difference(one.get(keys[0]), other.get(keys[0]), f"{path}.{keys[0]}")
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        at = next(index for index in range(len(one)) if one[index] != other[index])
        return difference(one[at], other[at], f"{path}[{at}]")
    return f"{path}: {json.dumps(one)} / {json.dumps(other)}"


def rounds(workspace: Workspace, count: int, rng: random.Random, report: Callable[[str], None]) -> list[str]:
    """Do `count` rounds and return all faults."""
    workspace.clear_cache()
    before = state(workspace.repository)
    start = time.monotonic()
    expected = workspace.run()
    seconds = time.monotonic() - start
    faults = changes(before, state(workspace.repository))
    for number in range(count):
        kills = [Kill(rng.choice(("group", "parent")), rng.random()) for _ in range(rng.choice((1, 1, 1, 3)))]
        round_faults = attempt(workspace, kills, seconds, expected, before)
        report(f"{number + 1}: {', '.join(f'{k.victim} at {k.after:.2f}' for k in kills)}: {round_faults or 'nothing'}")
        faults += round_faults
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--command", action="append", choices=COMMANDS, help="default: each in turn")
    parser.add_argument("--topic", choices=TOPICS, default="hello", help="ferry is the demo")
    parser.add_argument("--without-cache", action="store_true", help="no directory can be made for the cache")
    options = parser.parse_args()
    commands = options.command or list(COMMANDS)
    faults = []
    with tempfile.TemporaryDirectory() as directory:
        here = Path(directory).resolve()
        TOPICS[options.topic](here / "repo")
        for number, command in enumerate(commands):
            share = len(range(number, options.rounds, len(commands)))
            workspace = Workspace(here / "repo", options.topic, here / "outside", command, not options.without_cache)
            rng = random.Random(f"{options.seed} {command}")
            faults += rounds(workspace, share, rng, partial(print, command, flush=True))
    print(f"{options.rounds} rounds, {len(faults)} faults")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
