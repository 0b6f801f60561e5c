"""Compare the cost of coverage per task with pytest-cov and a context per test: `python benchmarks/coverage_cost.py`.

A generated suite runs on two workers: without coverage, with pytest-execute (a context per task, branches; no
proofs, no mutation), and with `pytest-cov --cov-context=test --cov-branch`. They take turns, and the fastest round
counts. It needs pytest-cov. Then the lines of every task are read from a recording of 10,000 tests of 60 tasks in 500
files.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import coverage

from pytest_execute.coverage.data import read

FILES, TASKS = 60, 20
CODE = """
def work(n):
    total = 0
    for i in range(n):
        if i % 3 == 0:
            total += i
        elif i % 5:
            total -= 1
        else:
            total ^= i
    return total


def near(n):
    return [work(k) for k in range(n)]
"""
TEST = """
import pytest
from app import m{0}


@pytest.mark.parametrize("n", range({1}))
@pytest.mark.task("{2}")
def test_{0}(n):
    assert m{0}.work(6000 + n) is not None
    assert len(m{0}.near(30)) == 30
"""
PROJECT = """
[tool.pytest.ini_options]
pythonpath = ["src"]
testpaths = ["tests"]

[tool.pytest-execute]
source = ["src/app"]
test-first = "off"

[tool.pytest-execute.mutation]
task = "off"
"""
COMMON = ["-q", "-n2", "-p", "no:randomly", "-p", "no:cacheprovider"]
MODES = {
    "plain": ["-p", "no:execute", "-p", "no:cov"],
    "ours": ["-p", "no:cov", "--execute-topic=made"],
    "pytest-cov": ["-p", "no:execute", "--cov=src/app", "--cov-branch", "--cov-context=test", "--cov-report="],
}


def write_repository(root: Path, tests: int) -> None:
    """Make a repository with the suite, and a plan whose tasks share the test files."""
    plan = "# Made: Task Breakdown\n\n## Stream A: All\n"
    for task in range(1, TASKS + 1):
        plan += f"\n### {task}. [x] Task {task}\n\n- **Files**: `src/app/m{task}.py`\n- **Dependencies**: None\n"
    files = {"pyproject.toml": PROJECT, "src/app/__init__.py": "", "notes/made/breakdown.md": plan}
    for n in range(FILES):
        files[f"src/app/m{n}.py"] = CODE
        files[f"tests/test_{n}.py"] = TEST.format(n, tests // FILES + (n < tests % FILES), n % TASKS + 1)
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    who = ["-c", "user.name=A", "-c", "user.email=a@example.org"]
    for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-qm", "all"]):
        subprocess.run(["git", *words], cwd=root, check=True)


def run_timed(command: list[str], root: Path, tests: int) -> tuple[float, float]:
    """Return (seconds of the clock, seconds of the processors) of a run."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    assert f"{tests} passed" in done.stdout, done.stdout[-2000:] + done.stderr[-2000:]
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def compare_runs(tests: int, rounds: int) -> float:
    """Return the ratio of our processor time to pytest-cov's, each in its fastest round."""
    taken: dict[str, list[tuple[float, float]]] = {mode: [] for mode in MODES}
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory) / "made"
        write_repository(root, tests)
        for number in range(rounds):
            for mode in list(MODES)[:: 1 if number % 2 else -1]:
                taken[mode].append(run_timed([sys.executable, "-m", "pytest", *COMMON, *MODES[mode]], root, tests))
                wall, cpu = taken[mode][-1]
                print(f"{mode:>10}: {wall:6.2f} s, {cpu:6.2f} s of the processors", flush=True)
    least: dict[str, list[float]] = {
        mode: [min(values) for values in zip(*rows, strict=True)] for mode, rows in taken.items()
    }
    for mode in ("ours", "pytest-cov"):
        wall, cpu = (mine / theirs for mine, theirs in zip(least[mode], least["plain"], strict=True))
        print(f"{mode} to plain: {wall:.2f}, processors {cpu:.2f}")
    wall, cpu = (mine / theirs for mine, theirs in zip(least["ours"], least["pytest-cov"], strict=True))
    print(f"ours to pytest-cov: {wall:.2f}, processors {cpu:.2f} (required: at most 1)")
    return cpu


def write_recording(directory: Path, branch: bool, dense: bool) -> None:
    """Write a recording of 10,000 tests in 500 files, 30 files a test and 40 lines a file, in the contexts of 60 tasks.

    Each test reaches the same 40 lines of a file. With `dense`, it reaches 40 of 400 lines, so that a task reaches
    nearly all.
    """
    chance = random.Random(6)
    data = coverage.CoverageData(basename=str(directory / "data"), suffix="made")
    for task in range(60):
        reached: dict[str, set[int]] = {}
        for _ in range(10_000 // 60):
            for file in chance.sample(range(500), 30):
                first = 1 + (chance.randrange(10) * 40 if dense else 0)
                reached.setdefault(f"/made/m{file}.py", set()).update(range(first, first + 40))
        data.set_context(f"task:{task}")
        if branch:
            data.add_arcs({path: {(line, line + 1) for line in lines} for path, lines in reached.items()})
        else:
            data.add_lines(reached)
    data.close(force=True)


def read_recording(branch: bool, dense: bool = False) -> float:
    """Return the seconds until the lines of every task are read by file; with `branch`, its arcs."""
    with tempfile.TemporaryDirectory() as directory:
        write_recording(Path(directory), branch, dense)
        start = time.process_time()
        recording = read(Path(directory))
        points_in = recording.arcs if branch else recording.line_bits
        paths = recording.packed_arcs if branch else recording.lines
        found = [{path: points_in(path, f"task:{task}".__eq__) for path in paths} for task in range(60)]
        taken = time.process_time() - start
    points = sum(each.bit_count() if isinstance(each, int) else len(each) for files in found for each in files.values())
    kind = f"{'branches' if branch else 'lines'}{', dense' if dense else ''}"
    print(
        f"sets of 60 tasks in 500 files, {kind}: {taken:.2f} s for {points} points (required: less than 2 s)",
        flush=True,
    )
    return taken


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--tests", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    slowest = max(read_recording(False), read_recording(False, dense=True), read_recording(True))
    read_recording(True, dense=True)  # only printed: no limit is set for five million rows
    return int(slowest >= 2 or compare_runs(arguments.tests, arguments.rounds) > 1)


if __name__ == "__main__":
    sys.exit(main())
