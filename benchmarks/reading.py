"""Measure how long reading a breakdown takes, in multiples of markdown-it-py's own time, and its memory.

usage: python benchmarks/reading.py [TASKS] [--rounds N]

Print the median of the ratios of alternating rounds, in processor time (wanted: at most 1.4), and the memory per task
at a quarter of the tasks and at all of them (wanted: the same). The 10,000 examples of the properties run with `pytest
tests/breakdown/test_properties.py --hypothesis-profile=long`.
"""

from __future__ import annotations

import argparse
import gc
import statistics
import time
import tracemalloc
from collections.abc import Callable

from markdown_it import MarkdownIt

from pytest_execute.breakdown import read_text

TASK = """\
### {n}. [x] Feature number {n} [2 hours]

- **Objective**: keep one row per run of feature {n}, the newest first
- **Files**: `src/app/feature_{n}.py`, `src/app/db.py:40-60`
- **Tests**: `tests/test_feature_{n}.py::test_saves_row`,
  `tests/test_feature_{n}.py::test_newest_first`
- **Dependencies**: {depends}
- **Behavior**: Given two runs, when listed, then the newest comes first
- [x] {n}.1 Write the failing tests
- [x] {n}.2 Add the model and its migration
"""


def breakdown_text(tasks: int) -> str:
    """Return a canonical breakdown with streams of a hundred tasks, each of which waits for the one before."""
    parts = ["# Benchmark\n"]
    for n in range(1, tasks + 1):
        if n % 100 == 1:
            note = f"Depends on Stream {n // 100}" if n > 100 else "Parallel"
            parts.append(f"## Stream {n // 100 + 1}: Part {n // 100 + 1} ({note})\n")
        parts.append(TASK.format(n=n, depends=f"Tasks {n - 2}, {n - 1}" if n % 100 > 2 else "None"))
    return "\n".join(parts)


def measure_seconds(work: Callable[[], object]) -> float:
    """Return the processor time of one call, after a garbage collection."""
    gc.collect()
    begin = time.process_time()
    work()
    return time.process_time() - begin


def memory_per_task(tasks: int) -> float:
    """Return the peak memory while reading, in kilobytes for each task."""
    text = breakdown_text(tasks)
    gc.collect()
    tracemalloc.start()
    read_text(text, "benchmark", "breakdown.md")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / 1024 / tasks


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tasks", type=int, nargs="?", default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    text = breakdown_text(args.tasks)
    markdown = MarkdownIt("commonmark").enable("table")
    reading = read_text(text, "benchmark", "breakdown.md")
    assert reading.plan is not None
    assert (len(reading.plan.tasks), reading.problems) == (args.tasks, ())
    markdown_times, own_times = [], []
    for _ in range(args.rounds):
        markdown_times.append(measure_seconds(lambda: markdown.parse(text)))
        own_times.append(measure_seconds(lambda: read_text(text, "benchmark", "breakdown.md")))
    own_time = statistics.median(own_times)
    ratio = statistics.median(own / other for own, other in zip(own_times, markdown_times, strict=True))
    print(f"{args.tasks} tasks, {len(text) // 1024} kB: {own_time:.2f} s, {ratio:.2f} times markdown-it-py")
    few, many = memory_per_task(args.tasks // 4), memory_per_task(args.tasks)
    print(f"memory: {few:.1f} kB per task of {args.tasks // 4}, {many:.1f} kB per task of {args.tasks}")


if __name__ == "__main__":
    main()
