"""Measure how near a run comes to the shortest possible: `python benchmarks/scheduling.py`.

With `--trivial` it measures what ten thousand tests cost.

Sixty tasks in four streams, some 62 dependencies and 330 tests that sleep for 40 seconds in all, durations with heavy
tails. The graphs are drawn so that what does not depend on us, level after level, task after task, file by file, comes
out as far from the bound as in the sketch that the figures asked for come from. From the start of the first test to the
end of the last one; what pytest and xdist take to start and to end is told apart. The bound is the longest path, each
task as long as its longest test, or an even share of all work, whichever is longer. `levels` runs the same tasks level
after level, a level being all tasks that are equally deep in the graph. Every figure is a ratio within one run of this
program. With `--kept FILE` a measurement can be cut into pieces (`--seeds 0 1 2`): what is there counts along.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import NamedTuple

from plain import command, on_a_terminal

WORK = 40.0
"""Seconds of sleep in all."""
LONGEST = WORK / 20
"""No test is longer, or it alone would be the run."""
CHANCE = ("randomly", "rerunfailures", "timeout", "cov", "hypothesispytest")
CONFIG = """
[tool.pytest.ini_options]
testpaths = ["tests"]
[tool.pytest-execute]
source = ["src"]
test-first = "off"
coverage = {task = 0, stream = 0, system = 0, changed = 0}
mutation = {task = "off"}
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


TAILS: dict[str, Callable[[random.Random], float]] = {
    "lognormal": lambda dice: dice.lognormvariate(0, 1.2),
    "pareto": lambda dice: dice.paretovariate(1.3),
}


def topic(seed: int, tail: str = "lognormal") -> Topic:
    """Draw a topic: each task but a stream's first needs one before it, and some need one of an earlier stream."""
    dice = random.Random(seed)
    needs: dict[int, list[int]] = {}
    for task in range(60):
        stream, place = divmod(task, 15)
        needs[task] = [task - dice.randint(1, place)] if place else []
        if stream and dice.random() < 0.15:
            needs[task].append(dice.randrange(stream * 15))
    drawn = {task: [TAILS[tail](dice) for _ in range(dice.randint(1, 10))] for task in needs}
    most = LONGEST / WORK * sum(map(sum, drawn.values()))
    capped = {task: [min(time, most) for time in times] for task, times in drawn.items()}
    scale = WORK / sum(map(sum, capped.values()))
    return Topic(needs, {task: [scale * time for time in times] for task, times in capped.items()})


def breakdown(needs: Mapping[int, Sequence[int]]) -> str:
    lines = ["# Bench: Task Breakdown"]
    for task, before in needs.items():
        if task % 15 == 0:
            lines += ["", f"## Stream {'ABCD'[task // 15]}: Some"]
        waits = ", ".join(f"Task {need + 1}" for need in dict.fromkeys(before)) or "None"
        lines += ["", f"### {task + 1}. [ ] Task number {task + 1}", "", f"- **Tests**: `tests/test_{task + 1}.py`"]
        lines += [f"- **Dependencies**: {waits}"]
    return "\n".join(lines) + "\n"


def write(root: Path, tests: Mapping[str, str], topics: Mapping[str, Mapping[int, Sequence[int]]]) -> None:
    """A repository with these files below `tests`, and a topic for each of these graphs."""
    (root / "tests").mkdir(parents=True)
    (root / "src").mkdir()
    (root / "src/app.py").write_text("x = 1\n")
    (root / "pyproject.toml").write_text(CONFIG)
    for name, needs in topics.items():
        (root / "notes" / name).mkdir(parents=True)
        (root / "notes" / name / "breakdown.md").write_text(breakdown(needs))
    for name, text in tests.items():
        (root / "tests" / name).write_text(text)
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "all"]):
        subprocess.run(["git", *words], cwd=root, check=True)


def pytest(root: Path, *options: str, **env: str) -> float:
    """Run it; seconds in all."""
    begun = time.monotonic()
    words, whole = command(*options, without=CHANCE), {**os.environ, **env}
    whole.pop("PYTHONDONTWRITEBYTECODE", None)  # or each worker compiles what it imports, again and again
    if "TERM" in env:
        said = on_a_terminal(words, root, whole)
    else:
        said = subprocess.run(words, cwd=root, env=whole, capture_output=True, check=False).stdout
    if b" passed" not in said:
        raise SystemExit(said.decode())
    return time.monotonic() - begun


# -- streams


WAYS = {
    "first": ["--execute-topic=own"],
    "known": ["--execute-topic=own"],
    "worksteal": ["--dist=worksteal"],
    "levels": ["--execute-topic=levels", "--execute-no-cache"],
}
ASKED = {4: {"known": 1.05, "first": 1.12, "levels": 1.2}, 8: {"known": 1.05, "first": 1.12, "levels": 1.6}}
Row = dict[str, float]


def measured(seed: int, workers: int, tail: str) -> Row:
    """Each way over the bound, and the seconds that pytest and xdist take besides."""
    what = topic(seed, tail)
    row: Row = {}
    with tempfile.TemporaryDirectory() as directory:
        root, times = Path(directory) / "project", Path(directory) / "times"
        naps = {
            f"test_{task + 1}.py": "from nap import nap\n\n"
            + "\n".join(f"def test_{i}():\n    nap({seconds:.6f})\n" for i, seconds in enumerate(durations))
            for task, durations in what.seconds.items()
        }
        write(root, {"nap.py": HEAD, **naps}, {"own": what.needs, "levels": what.levels()})
        for way, options in WAYS.items():
            whole = pytest(root, "-q", f"-n{workers}", *options, TIMES=str(times))
            rows = [tuple(map(float, line.split())) for line in times.read_text().splitlines()]
            span = max(end for _, end in rows) - min(begun for begun, _ in rows)
            row |= {way: span / what.bound(workers), f"{way} besides": whole - span}
            times.unlink()
    return row


def streams(seeds: Sequence[int], counts: Sequence[int], tail: str, kept: Path | None) -> bool:
    found = [json.loads(line) for line in kept.read_text().splitlines()] if kept and kept.exists() else []
    for workers in counts:
        for seed in seeds:
            found.append({"workers": workers, "seed": seed, **measured(seed, workers, tail)})
            print({key: round(value, 3) for key, value in found[-1].items()}, flush=True)
            if kept is not None:
                kept.write_text("".join(json.dumps(row) + "\n" for row in found))
    good = [told([row for row in found if row["workers"] == workers], workers) for workers in counts]
    return all(good)


def told(rows: Sequence[Row], workers: int) -> bool:
    """Print the medians; whether they are as asked."""
    middle = {key: median(row[key] for row in rows) for key in rows[0]}
    faster = median(row["levels"] / row["known"] for row in rows)
    against = median(row["known"] / row["worksteal"] for row in rows)
    asked = ASKED.get(workers, ASKED[8])
    print(f"{workers} workers, {len(rows)} seeds, medians, over the bound (and seconds to start and to end):")
    for way in WAYS:
        print(f"  {way:>9} {middle[way]:.3f} ({middle[f'{way} besides']:.1f} s)")
    print(f"  {faster:.2f} times faster than level after level, {against:.3f} of worksteal; asked: {asked}")
    good = middle["known"] <= asked["known"] and middle["first"] <= asked["first"]
    return good and faster >= asked["levels"] and against <= 1.0


# -- trivial tests


MEMORY = """
import resource
def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        open(config.rootpath / "peak", "w").write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
"""
Way = tuple[list[str], dict[str, str]]
PLAIN: Way = (["-q"], {})
OURS: Way = (["-q", "--execute-topic=none"], {})
DUMB: Way = (OURS[0][1:], {"TERM": "dumb"})
SHOWN: Way = (OURS[0][1:], {"TERM": "xterm"})


class Cost(NamedTuple):
    """Seconds, seconds of the processors, and the controller's memory."""

    wall: float
    cpu: float
    memory: float

    def over(self, other: Cost) -> Cost:
        return Cost(*(mine / theirs for mine, theirs in zip(self, other, strict=True)))


def cost(root: Path, way: Way) -> Cost:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = pytest(root, "-n2", *way[0], **way[1])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, float((root / "peak").read_text()))


def trivial(tests: int, rounds: int, shown: bool) -> bool:
    """The same tests, without us and with a topic whose tasks none of them counts for, in turns."""
    text = "".join(f"def test_{i}(): pass\n" for i in range(100))
    files = {"conftest.py": MEMORY, **{f"test_many_{number}.py": text for number in range(tests // 100)}}
    ways = [DUMB, SHOWN] if shown else [PLAIN, OURS]
    ratios: list[Cost] = []
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "project"
        write(root, files, {"none": {0: []}})
        pytest(root, "-n2", *OURS[0])
        for number in range(rounds):
            costs = [cost(root, way) for way in (ways if number % 2 else ways[::-1])][:: 1 if number % 2 else -1]
            ratios.append(costs[1].over(costs[0]))
            print(*([round(figure, 2) for figure in each] for each in (*costs, ratios[-1])), flush=True)
    middle = Cost(*map(median, zip(*ratios, strict=True)))
    print(
        f"{tests} trivial tests, -n2, {'progress shown' if shown else 'ours'} over {'not' if shown else 'plain'}, "
        f"{rounds} rounds: "
        f"wall {middle.wall:.3f}, processors {middle.cpu:.3f}, the controller's memory {middle.memory:.3f}; "
        "asked: wall 1.05, memory 1.2"
    )
    return middle.wall <= 1.05 and middle.memory <= 1.2


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trivial", action="store_true")
    parser.add_argument("--shown", action="store_true", help="with --trivial: what the display costs on a terminal")
    parser.add_argument("--tests", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seeds", type=int, nargs="*", default=range(10))
    parser.add_argument("--workers", type=int, nargs="*", default=[4, 8])
    parser.add_argument("--tail", choices=TAILS, default="lognormal", help="how the durations are spread")
    parser.add_argument("--kept", type=Path)
    asked = parser.parse_args()
    if asked.trivial:
        good = trivial(asked.tests, asked.rounds, asked.shown)
    else:
        good = streams(asked.seeds, asked.workers, asked.tail, asked.kept)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
