"""Kills runs at random moments, and looks for all that a killed run must not do.

`python -m tests.session.killing --rounds 200` does it to the smallest topic (`--topic`: to a larger one), through one door after the other. A round starts from an empty
cache, kills one run or several, and then lets one run end: nothing of the user's may have changed, no process may be left, nothing may
lie outside the cache, and the run that ends must find what one finds that was never disturbed.
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
from pathlib import Path
from typing import Any, Literal, NamedTuple

from pytest_execute.demo.history import build
from tests import hello
from tests.topic import environment, honest

Victim = Literal["group", "parent"]
DOORS = {
    "pytest": ("pytest", "--execute-topic={topic}", "-q"),
    "gate": ("pytest_execute", "gate", "{topic}"),
    "staged": ("pytest_execute", "gate", "{topic}", "--staged"),
}
TOPICS: dict[str, Callable[[Path], object]] = {"hello": hello.done, "sums": honest, "ferry": build}
PATIENCE = 5.0
"""Seconds in which all processes of a killed run must be gone."""
CACHES = (".pytest_cache", "__pycache__")
TIMES = ("seconds",)


class Kill(NamedTuple):
    """Whom to kill, and after how much of the time that an undisturbed run takes."""

    victim: Victim
    after: float


class Place:
    """A repository with a topic, and a home and a place for temporary files in which nothing may be left."""

    def __init__(self, repository: Path, topic: str, outside: Path, door: str) -> None:
        self.repository, self.outside = repository, outside
        self.command = [sys.executable, "-m", *(word.format(topic=topic) for word in DOORS[door])]
        self.option = "--execute-report" if door == "pytest" else "--report"
        self.report = outside.parent / "report.json"
        self.cache = repository / ".pytest_cache"

    def start(self, mark: str) -> subprocess.Popen[bytes]:
        """A run in a session of its own; every process below it bears the mark."""
        shutil.rmtree(self.outside, ignore_errors=True)
        self.outside.mkdir()
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

    def forget(self) -> None:
        shutil.rmtree(self.cache, ignore_errors=True)

    def run(self) -> Any:
        """What an undisturbed run finds, without the times."""
        self.start("").wait(timeout=300)
        return without_times(json.loads(self.report.read_text()))


def without_times(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_times(inner) for name, inner in value.items() if name not in TIMES}
    return list(map(without_times, value)) if isinstance(value, list) else value


def state(repository: Path) -> dict[str, str]:
    """Every file of the work tree and of `.git`, byte for byte; what pytest and Python cache is left out."""
    found = {}
    for directory, inner, names in os.walk(repository):
        inner[:] = [name for name in inner if name not in CACHES]
        for path in (Path(directory, name) for name in [*names, *inner]):
            content = (
                str(path.readlink()).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
            )
            found[str(path)] = f"{path.lstat().st_mode:o} {hashlib.sha256(content).hexdigest()}"
    return found


def bearing(mark: str) -> dict[int, str]:
    """The processes that were started with the mark, and what they are."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if f"KILLING={mark}\0".encode() in (entry / "environ").read_bytes():
                    found[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
    return {pid: command for pid, command in found.items() if command}  # who has ended has none


def kill(place: Place, planned: Kill, seconds: float) -> tuple[bool, Iterator[str]]:
    """Kill one run; was it killed before its end? And what was wrong after it."""
    mark = uuid.uuid4().hex
    child = place.start(mark)
    try:
        child.wait(planned.after * seconds)
    except subprocess.TimeoutExpired:
        (os.killpg if planned.victim == "group" else os.kill)(child.pid, signal.SIGKILL)
        child.wait()
    return child.returncode == -signal.SIGKILL, _left(place, mark)


def _left(place: Place, mark: str) -> Iterator[str]:
    deadline = time.monotonic() + PATIENCE
    while (alive := bearing(mark)) and time.monotonic() < deadline:
        time.sleep(0.02)
    for pid, command in alive.items():
        yield f"process {pid} is alive after {PATIENCE:.0f} s: {command}"
        os.kill(pid, signal.SIGKILL)
    for path in sorted(place.outside.iterdir()):
        if not _is_pytests(path):
            yield f"{path.name} is left outside the cache"


def _is_pytests(path: Path) -> bool:
    """Does any run of pytest leave it, where it is killed? Also with what `tempfile` tries whether it can write, which pytest's capture asks for."""
    tried = re.fullmatch(r"[a-z0-9_]{8}", path.name) and path.is_file() and path.read_bytes() in (b"", b"blat")
    return path.name.startswith("pytest-of-") or bool(tried)


def attempt(place: Place, kills: list[Kill], seconds: float, expected: Any, before: Mapping[str, str]) -> list[str]:
    """One round: what was wrong in it."""
    place.forget()
    faults = []
    for planned in kills:
        killed, left = kill(place, planned, seconds)
        faults += [f"{planned}: {fault}" for fault in left]
        faults += [f"{planned}: {fault}" for fault in changes(before, state(place.repository))] if killed else []
    found = place.run()
    if found != expected:
        faults.append(f"after {kills} another verdict: {difference(expected, found)}")
    faults += [f"after the last run: {fault}" for fault in changes(before, state(place.repository))]
    faults += [f"{path} is left in the cache" for path in place.cache.glob("d/execute/run-*")]
    return faults


def changes(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    return [f"{path} changed" for path in sorted(before.keys() | after.keys()) if before.get(path) != after.get(path)]


def difference(one: Any, other: Any, way: str = "") -> str:
    """The first place where two reports differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        keys = [key for key in {**one, **other} if one.get(key) != other.get(key)]
        return difference(one.get(keys[0]), other.get(keys[0]), f"{way}.{keys[0]}")
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        at = next(index for index in range(len(one)) if one[index] != other[index])
        return difference(one[at], other[at], f"{way}[{at}]")
    return f"{way}: {json.dumps(one)} / {json.dumps(other)}"


def rounds(place: Place, count: int, chance: random.Random, tell: Callable[[str], None]) -> list[str]:
    """Do `count` rounds and give all that was wrong."""
    place.forget()
    before = state(place.repository)
    start = time.monotonic()
    expected = place.run()
    seconds = time.monotonic() - start
    faults = changes(before, state(place.repository))
    for number in range(count):
        kills = [Kill(chance.choice(("group", "parent")), chance.random()) for _ in range(chance.choice((1, 1, 1, 3)))]
        found = attempt(place, kills, seconds, expected, before)
        tell(f"{number + 1}: {', '.join(f'{k.victim} at {k.after:.2f}' for k in kills)}: {found or 'nothing'}")
        faults += found
    return faults


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--door", action="append", choices=DOORS, help="default: each in turn")
    parser.add_argument("--topic", choices=TOPICS, default="hello", help="ferry is the demo")
    options = parser.parse_args()
    doors = options.door or list(DOORS)
    faults = []
    with tempfile.TemporaryDirectory() as directory:
        here = Path(directory).resolve()
        TOPICS[options.topic](here / "repo")
        for number, door in enumerate(doors):
            share = len(range(number, options.rounds, len(doors)))
            place = Place(here / "repo", options.topic, here / "outside", door)
            chance = random.Random(f"{options.seed} {door}")
            faults += rounds(place, share, chance, lambda text, door=door: print(f"{door} {text}", flush=True))
    print(f"{options.rounds} rounds, {len(faults)} faults")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
