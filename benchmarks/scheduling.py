"""How near a run comes to the shortest possible: `python benchmarks/scheduling.py`, or `--trivial` for what ten thousand tests cost.

Sixty tasks in four streams, tests that sleep, durations with heavy tails. From the start of the first test to the end of the last
one, so that the start of pytest and xdist is told apart. The bound is the longest path, or an even share of all work, whichever
is longer. Every figure is a ratio within one run of this program.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import NamedTuple

WORK = 40.0
"""Seconds of sleep in all."""
CONFIG = """
[tool.pytest.ini_options]
testpaths = ["tests"]
[tool.pytest-execute]
source = ["src"]
test-first = "off"
"""
HEAD = """
import os, time
def nap(seconds):
    begun = time.monotonic()
    time.sleep(seconds)
    with open(os.environ["TIMES"], "a") as file:
        file.write(f"{begun} {time.monotonic()}\\n")
"""


class Topic(NamedTuple):
    """What each task waits for, and how long each of its tests takes."""

    needs: dict[int, list[int]]
    seconds: dict[int, list[float]]

    def bound(self, workers: int) -> float:
        ends: dict[int, float] = {}
        for task, needs in self.needs.items():
            ends[task] = max((ends[need] for need in needs), default=0.0) + max(self.seconds[task])
        return max(*ends.values(), sum(map(sum, self.seconds.values())) / workers)

    def levels(self) -> dict[int, list[int]]:
        """The same tasks, each waiting for all tasks of the level before its own."""
        level: dict[int, int] = {}
        for task, needs in self.needs.items():
            level[task] = max((level[need] + 1 for need in needs), default=0)
        return {task: [other for other in level if level[other] == level[task] - 1] for task in level}


def topic(seed: int) -> Topic:
    dice = random.Random(seed)
    needs: dict[int, list[int]] = {}
    for task in range(60):
        stream, place = divmod(task, 15)
        needs[task] = [task - dice.randint(1, min(3, place))] if place and dice.random() < 0.85 else []
        if stream and dice.random() < 0.2:
            needs[task].append(dice.randrange(stream * 15))
    drawn = {
        task: [
            dice.lognormvariate(0, 1) if dice.random() < 0.9 else 2 * dice.paretovariate(1.5)
            for _ in range(dice.randint(1, 10))
        ]
        for task in needs
    }
    most = sum(map(sum, drawn.values())) / 40
    capped = {task: [min(time, most) for time in times] for task, times in drawn.items()}
    scale = WORK / sum(map(sum, capped.values()))
    return Topic(needs, {task: [scale * time for time in times] for task, times in capped.items()})


def breakdown(needs: dict[int, list[int]]) -> str:
    lines = ["# Bench: Task Breakdown"]
    for task, before in needs.items():
        if task % 15 == 0:
            lines += ["", f"## Stream {'ABCD'[task // 15]}: Some"]
        waits = ", ".join(f"Task {need + 1}" for need in dict.fromkeys(before)) or "None"
        lines += ["", f"### {task + 1}. [ ] Task number {task + 1}", "", f"- **Tests**: `tests/test_{task + 1}.py`"]
        lines += [f"- **Dependencies**: {waits}"]
    return "\n".join(lines) + "\n"


def write(root: Path, what: Topic) -> None:
    (root / "tests").mkdir(parents=True)
    (root / "src").mkdir()
    (root / "src/app.py").write_text("x = 1\n")
    (root / "pyproject.toml").write_text(CONFIG)
    (root / "tests/nap.py").write_text(HEAD)
    for name, needs in (("own", what.needs), ("levels", what.levels())):
        (root / "notes" / name).mkdir(parents=True)
        (root / "notes" / name / "breakdown.md").write_text(breakdown(needs))
    for task, times in what.seconds.items():
        tests = [f"def test_{i}():\n    nap({seconds:.6f})\n" for i, seconds in enumerate(times)]
        (root / f"tests/test_{task + 1}.py").write_text("from nap import nap\n\n" + "\n".join(tests))
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "all"]):
        subprocess.run(["git", *words], cwd=root, check=True)


def pytest(root: Path, *options: str, **env: str) -> float:
    """Run it; seconds in all."""
    begun = time.monotonic()
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:randomly",
        "-p",
        "no:rerunfailures",
        "-p",
        "no:timeout",
        *options,
    ]
    done = subprocess.run(command, cwd=root, env={**os.environ, **env}, stdout=subprocess.PIPE, check=False)
    if b" passed" not in done.stdout:
        raise SystemExit(done.stdout.decode())
    return time.monotonic() - begun


def makespan(root: Path, *options: str) -> float:
    times = root.parent / "times"
    times.unlink(missing_ok=True)
    pytest(root, *options, TIMES=str(times))
    rows = [tuple(map(float, line.split())) for line in times.read_text().splitlines()]
    return max(end for _, end in rows) - min(begun for begun, _ in rows)


WAYS = {
    "first": ["--execute-topic=own"],
    "known": ["--execute-topic=own"],
    "worksteal": ["--dist=worksteal"],
    "levels": ["--execute-topic=levels", "--execute-no-cache"],
}
ASKED = {4: {"known": 1.05, "first": 1.12, "levels": 1.2}, 8: {"known": 1.05, "first": 1.12, "levels": 1.6}}


def streams(seeds: int, counts: list[int]) -> bool:
    good = True
    for workers in counts:
        found: dict[str, list[float]] = {way: [] for way in WAYS}
        for seed in range(seeds):
            with tempfile.TemporaryDirectory() as directory:
                root = Path(directory) / "project"
                what = topic(seed)
                write(root, what)
                for way, options in WAYS.items():
                    found[way].append(makespan(root, f"-n{workers}", *options) / what.bound(workers))
            print(workers, seed, {way: round(ratios[-1], 3) for way, ratios in found.items()}, flush=True)
        middle = {way: median(ratios) for way, ratios in found.items()}
        faster = median(level / known for level, known in zip(found["levels"], found["known"], strict=True))
        against = median(known / steal for known, steal in zip(found["known"], found["worksteal"], strict=True))
        print(
            f"{workers} workers, {seeds} seeds, medians over the bound: {', '.join(f'{k} {v:.3f}' for k, v in middle.items())}; "
            f"{faster:.2f} times faster than level after level; {against:.3f} of worksteal"
        )
        asked = ASKED[workers]
        good &= middle["known"] <= asked["known"] and middle["first"] <= asked["first"] and faster >= asked["levels"]
        good &= against <= 1.0
    return good


TRIVIAL = """
import pytest
def pytest_configure(config):
    from pytest_execute.scheduling.queue import Work
    from pytest_execute.scheduling.roles import role
    describe = lambda items: b""
    config.pluginmanager.register(role(config, describe, lambda about: Work({}, {}), str), "execute-scheduling")
"""
MEMORY = """
import resource
def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        open(config.rootpath / "peak", "w").write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
"""


def trivial(tests: int, rounds: int) -> bool:
    """The same tests, with and without our scheduler, in turns."""
    found: dict[str, list[tuple[float, float, float]]] = {"plain": [], "ours": []}
    with tempfile.TemporaryDirectory() as directory:
        for way in found:
            root = Path(directory) / way
            root.mkdir()
            (root / "pytest.ini").write_text("[pytest]\n")
            (root / "conftest.py").write_text(MEMORY + (TRIVIAL if way == "ours" else ""))
            for number in range(tests // 100):
                text = "\n".join(f"def test_{i}(): pass\n" for i in range(100))
                (root / f"test_{number}.py").write_text(text)
            pytest(root, "-n2")
        for _ in range(rounds):
            for way, figures in found.items():
                root = Path(directory) / way
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                wall = pytest(root, "-n2")
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                figures.append((wall, cpu, float((root / "peak").read_text())))
    ratios = [
        [ours / plain for ours, plain in zip(o, p, strict=True)]
        for o, p in zip(found["ours"], found["plain"], strict=True)
    ]
    wall, cpu, memory = (median(column) for column in zip(*ratios, strict=True))
    least = min(o[0] for o in found["ours"]) / min(p[0] for p in found["plain"])
    print(
        f"{tests} trivial tests, -n2, over plain -n2, {rounds} rounds: wall {wall:.3f} (min/min {least:.3f}), "
        f"CPU {cpu:.3f}, the controller's memory {memory:.3f}"
    )
    return min(wall, least) <= 1.05 and memory <= 1.2


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trivial", action="store_true")
    parser.add_argument("--tests", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--workers", type=int, nargs="*", default=[4, 8])
    asked = parser.parse_args()
    if shutil.which("git") is None:
        raise SystemExit("needs git")
    good = trivial(asked.tests, asked.rounds) if asked.trivial else streams(asked.seeds, asked.workers)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
