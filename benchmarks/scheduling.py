"""Measure the time of a run beside the shortest possible one: `python benchmarks/scheduling.py`.

`--trivial` measures the cost of ten thousand trivial tests instead.

1. The plan has sixty tasks in four streams, some 62 dependencies and 330 tests that sleep for 40 seconds in all, with
   heavy-tailed durations.
2. A run's time is that from the start of the first test to the end of the last one. The seconds that pytest and xdist
   take to start and to end are printed separately.
3. The bound is the longest path, each task as long as its longest test, or an even share of all work, whichever is
   longer.
4. `levels` runs the same tasks level after level; a level is all tasks that are equally deep in the graph.
5. Every figure is a ratio within one run of this program. With `--results FILE` a measurement can be done in parts
   (`--seeds 0 1 2`): the results in the file are included.
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

from plain import command, run_on_terminal

WORK = 40.0
"""Seconds of sleep in all."""
LONGEST = WORK / 20
"""Seconds of the longest test; a longer one would take as long as the whole run."""
OTHER_PLUGINS = ("randomly", "rerunfailures", "timeout", "cov", "hypothesispytest")
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
    """Dependencies of each task, and the seconds of each of its tests."""

    needs: dict[int, list[int]]
    seconds: dict[int, list[float]]

    def bound(self, workers: int) -> float:
        """Return the seconds of the shortest possible run."""
        ends: dict[int, float] = {}
        for task, needs in self.needs.items():
            ends[task] = max((ends[need] for need in needs), default=0.0) + max(self.seconds[task])
        return max(*ends.values(), sum(map(sum, self.seconds.values())) / workers)

    def levels(self) -> dict[int, list[int]]:
        """Return the same tasks, each with all tasks of the level before its own as dependencies."""
        level: dict[int, int] = {}
        for task, needs in self.needs.items():
            level[task] = max((level[need] + 1 for need in needs), default=0)
        return {task: [other for other in level if level[other] == level[task] - 1] for task in level}


TAILS: dict[str, Callable[[random.Random], float]] = {
    "lognormal": lambda rng: rng.lognormvariate(0, 1.2),
    "pareto": lambda rng: rng.paretovariate(1.3),
}


def draw_topic(seed: int, tail: str = "lognormal") -> Topic:
    """Draw a plan: each task depends on an earlier one of its stream, and some on one of an earlier stream."""
    rng = random.Random(seed)
    needs: dict[int, list[int]] = {}
    for task in range(60):
        stream, place = divmod(task, 15)
        needs[task] = [task - rng.randint(1, place)] if place else []
        if stream and rng.random() < 0.15:
            needs[task].append(rng.randrange(stream * 15))
    drawn = {task: [TAILS[tail](rng) for _ in range(rng.randint(1, 10))] for task in needs}
    most = LONGEST / WORK * sum(map(sum, drawn.values()))
    capped = {task: [min(time, most) for time in times] for task, times in drawn.items()}
    scale = WORK / sum(map(sum, capped.values()))
    return Topic(needs, {task: [scale * time for time in times] for task, times in capped.items()})


def breakdown_text(needs: Mapping[int, Sequence[int]]) -> str:
    lines = ["# Bench: Task Breakdown"]
    for task, before in needs.items():
        if task % 15 == 0:
            lines += ["", f"## Stream {'ABCD'[task // 15]}: Some"]
        waits = ", ".join(f"Task {need + 1}" for need in dict.fromkeys(before)) or "None"
        lines += ["", f"### {task + 1}. [ ] Task number {task + 1}", "", f"- **Tests**: `tests/test_{task + 1}.py`"]
        lines += [f"- **Dependencies**: {waits}"]
    return "\n".join(lines) + "\n"


def write_repository(root: Path, tests: Mapping[str, str], topics: Mapping[str, Mapping[int, Sequence[int]]]) -> None:
    """Write a repository with these files below `tests`, and a topic for each of these graphs."""
    (root / "tests").mkdir(parents=True)
    (root / "src").mkdir()
    (root / "src/app.py").write_text("x = 1\n")
    (root / "pyproject.toml").write_text(CONFIG)
    for name, needs in topics.items():
        (root / "notes" / name).mkdir(parents=True)
        (root / "notes" / name / "breakdown.md").write_text(breakdown_text(needs))
    for name, text in tests.items():
        (root / "tests" / name).write_text(text)
    for words in (["init", "-q"], ["add", "-A"], ["-c", "user.name=b", "-c", "user.email=b@b", "commit", "-qm", "all"]):
        subprocess.run(["git", *words], cwd=root, check=True)


def run_pytest(root: Path, *options: str, **env: str) -> float:
    """Run pytest and return its seconds."""
    begun = time.monotonic()
    arguments, environment = command(*options, without=OTHER_PLUGINS), {**os.environ, **env}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # or each worker compiles what it imports, again and again
    if "TERM" in env:
        output = run_on_terminal(arguments, root, environment)
    else:
        output = subprocess.run(arguments, cwd=root, env=environment, capture_output=True, check=False).stdout
    if b" passed" not in output:
        raise SystemExit(output.decode())
    return time.monotonic() - begun


# Streams


MODES = {
    "first": ["--execute-topic=own"],
    "known": ["--execute-topic=own"],
    "worksteal": ["--dist=worksteal"],
    "levels": ["--execute-topic=levels", "--execute-no-cache"],
}
REQUIRED = {4: {"known": 1.05, "first": 1.12, "levels": 1.2}, 8: {"known": 1.05, "first": 1.12, "levels": 1.6}}
Row = dict[str, float]


def measure(seed: int, workers: int, tail: str) -> Row:
    """Return the ratio of each mode to the bound, and the seconds that pytest and xdist take to start and to end."""
    drawn = draw_topic(seed, tail)
    row: Row = {}
    with tempfile.TemporaryDirectory() as directory:
        root, times = Path(directory) / "project", Path(directory) / "times"
        naps = {
            f"test_{task + 1}.py": "from nap import nap\n\n"
            + "\n".join(f"def test_{i}():\n    nap({seconds:.6f})\n" for i, seconds in enumerate(durations))
            for task, durations in drawn.seconds.items()
        }
        write_repository(root, {"nap.py": HEAD, **naps}, {"own": drawn.needs, "levels": drawn.levels()})
        for mode, options in MODES.items():
            whole = run_pytest(root, "-q", f"-n{workers}", *options, TIMES=str(times))
            rows = [tuple(map(float, line.split())) for line in times.read_text().splitlines()]
            span = max(end for _, end in rows) - min(begun for begun, _ in rows)
            row |= {mode: span / drawn.bound(workers), f"{mode} start and end": whole - span}
            times.unlink()
    return row


def measure_streams(seeds: Sequence[int], counts: Sequence[int], tail: str, results: Path | None) -> bool:
    lines = results.read_text().splitlines() if results and results.exists() else []
    rows: list[Row] = [json.loads(line) for line in lines]
    for workers in counts:
        for seed in seeds:
            rows.append({"workers": workers, "seed": seed, **measure(seed, workers, tail)})
            print({key: round(value, 3) for key, value in rows[-1].items()}, flush=True)
            if results is not None:
                results.write_text("".join(json.dumps(row) + "\n" for row in rows))
    are_good = [report([row for row in rows if row["workers"] == workers], workers) for workers in counts]
    return all(are_good)


def report(rows: Sequence[Row], workers: int) -> bool:
    """Print the medians; return True if they meet the limits."""
    middle = {key: median(row[key] for row in rows) for key in rows[0]}
    faster = median(row["levels"] / row["known"] for row in rows)
    against = median(row["known"] / row["worksteal"] for row in rows)
    required = REQUIRED.get(workers, REQUIRED[8])
    print(f"{workers} workers, {len(rows)} seeds, medians, over the bound (and seconds to start and to end):")
    for mode in MODES:
        print(f"  {mode:>9} {middle[mode]:.3f} ({middle[f'{mode} start and end']:.1f} s)")
    print(f"  {faster:.2f} times faster than level after level, {against:.3f} of worksteal; required: {required}")
    is_near = middle["known"] <= required["known"] and middle["first"] <= required["first"]
    return is_near and faster >= required["levels"] and against <= 1.0


# Trivial tests


MEMORY = """
import resource
def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        open(config.rootpath / "peak", "w").write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))
"""
Mode = tuple[list[str], dict[str, str]]
PLAIN: Mode = (["-q"], {})
WITH_TOPIC: Mode = (["-q", "--execute-topic=none"], {})
NOT_SHOWN: Mode = (WITH_TOPIC[0][1:], {"TERM": "dumb"})
SHOWN: Mode = (WITH_TOPIC[0][1:], {"TERM": "xterm"})


class Cost(NamedTuple):
    """Seconds, processor seconds, and the memory of the controller in kilobytes."""

    wall: float
    cpu: float
    memory: float

    def over(self, other: Cost) -> Cost:
        return Cost(*(mine / theirs for mine, theirs in zip(self, other, strict=True)))


def measure_cost(root: Path, mode: Mode) -> Cost:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = run_pytest(root, "-n2", *mode[0], **mode[1])
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, float((root / "peak").read_text()))


def measure_trivial(tests: int, rounds: int, shown: bool) -> bool:
    """Compare the same tests without the plugin, and with a topic that has none of them, in alternating rounds."""
    text = "".join(f"def test_{i}(): pass\n" for i in range(100))
    files = {"conftest.py": MEMORY, **{f"test_many_{number}.py": text for number in range(tests // 100)}}
    modes = [NOT_SHOWN, SHOWN] if shown else [PLAIN, WITH_TOPIC]
    ratios: list[Cost] = []
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "project"
        write_repository(root, files, {"none": {0: []}})
        run_pytest(root, "-n2", *WITH_TOPIC[0])
        for number in range(rounds):
            step = 1 if number % 2 else -1
            costs = [measure_cost(root, mode) for mode in modes[::step]][::step]
            ratios.append(costs[1].over(costs[0]))
            print(*([round(figure, 2) for figure in each] for each in (*costs, ratios[-1])), flush=True)
    middle = Cost(*map(median, zip(*ratios, strict=True)))
    print(
        f"{tests} trivial tests, -n2, {'progress shown' if shown else 'ours'} over {'not' if shown else 'plain'}, "
        f"{rounds} rounds: "
        f"wall {middle.wall:.3f}, processors {middle.cpu:.3f}, the controller's memory {middle.memory:.3f}; "
        "required: wall 1.05, memory 1.2"
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
    parser.add_argument("--results", type=Path)
    options = parser.parse_args()
    if options.trivial:
        is_good = measure_trivial(options.tests, options.rounds, options.shown)
    else:
        is_good = measure_streams(options.seeds, options.workers, options.tail, options.results)
    return 0 if is_good else 1


if __name__ == "__main__":
    sys.exit(main())
