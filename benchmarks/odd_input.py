"""Give the readers odd input of growing size, and report what takes more than linear time, or ends in another error.

usage: python benchmarks/odd_input.py [--inputs N] [--letters N] [--seed N]

Each input puts one to three units, repeated, into a place of a breakdown, a policy, a record or evidence. It is read at
a size, and where that takes long at twice the size: three times the processor time is more than linear. Only
ExecuteError may be raised, and no reading may need more than 3 kB of memory for each letter.
"""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import argparse
import random
import signal
import sys
import time
import traceback
import tracemalloc
from collections.abc import Callable
from types import FrameType

from pytest_execute.breakdown import read_text
from pytest_execute.breakdown.task_files import join_task_files
from pytest_execute.core.closing import read_closing
from pytest_execute.core.errors import ExecuteError
from pytest_execute.core.policy import read_policy
from pytest_execute.reports.breakdown import as_json, explain, render
from pytest_execute.reports.evidence_json import SCHEMA
from pytest_execute.reports.evidence_json import read as read_evidence

TASK = "### 1. [ ] A\n\n- **Objective**: x\n- **{field}**: {text}\n\n### 2. [ ] B\n\n{text}\n"
FIELDS = (
    "Files", "Tests", "Dependencies", "Blocks", "Effort", "Objective", "Behavior", "Acceptance", "Agent", "Commit",
    "Status", "Testing", "Phase", "Task ID",
)  # fmt: skip
PLACES = (
    *(TASK.replace("{field}", field) for field in FIELDS),
    TASK.replace("{field}", "{text}"),
    "### 1. [ ] {text}\n\n### 2. [ ] B\n",
    "## Stream A: {text}\n\n### Task 1: {text}\n\n- Files: `a.py`\n\n### Task 2: B\n",
    "- [ ] T001 {text}\n- [ ] T002 B\n  {text}\n",
    "- [ ] {text} A\n- [{text}] 2.1 B\n- [ ] 2.2 C\n",
    "### {text}. [ ] A\n\n### 2. [ ] A\n",
    "| ID | Task | Depends on |\n|---|---|---|\n| T1 | A | - |\n| {text} | {text} | {text} |\n",
    "### 1. [ ] A\n\n- [ ] 1.1 {text}\n\n> {text}\n\n```\n{text}\n```\n\n<!-- {text} -->\n",
    "### 1. [ ] A\n\n### 2. [ ] B\n\n{text} depends on {text}\n\n## Quality Gates\n\n- **{text}**: {text}\n",
    "---\n{text}\n---\n\n{text}\n",
)
UNITS = (
    *"aA1é()[]`*_|:#>-~+&/.\\\"'{}@$\0\ue000、。：→— \t\n",
    "aA1", "a/", "a.", "../", "a.py ", "a.py, ", "`a` ", "``", "1.", "1-", "1, ", "T1, ", "T1-", "-a", ".a", "Task 1, ",
    "Tasks 1-", "[ ]", "[x] ", "1.1 [x] a ", "[a](", "**a** ", "**a**: b ", "_a: ", "__ ", "a: b | ", "depends on ",
    "before ", "after Task 1 ", "Task 1 → ", "when ", "must ", "all previous ", "none (", "done ", "[1 hour] ", "::",
    "a::", '"a.py', "tests/", "pytest -k ", "<a ", "<!--", "<details>", "{#", "- ", "\n  a", "\n  **a**: b", "\n\na",
    "\n  `a.py`", "\n  - [ ] 1.1 a", "\n- [ ] T1 a", "\n### 1. a", "\n## a\n", "\n> - [ ] T3 a", "\n| a | b |", "\r",
)  # fmt: skip
CPU_SECONDS = 20
MAX_BYTES = 3000
"""Memory for each letter; a text of few letters has a megabyte of its own."""


def read_breakdown(text: str) -> None:
    """Read a breakdown, and write each of its reports."""
    reading = read_text(text, "t", "b.md")
    as_json(reading)
    render(reading, None)
    explain(reading)


READERS: dict[str, tuple[Callable[[str], object], tuple[str, ...]]] = {
    "breakdown": (read_breakdown, PLACES),
    "task files": (
        lambda text: join_task_files({"1.md": text}),
        ("---\nname: a\nstatus: {text}\n---\n{text}", "{text}"),
    ),
    "policy": (
        lambda text: read_policy(text, "pyproject.toml"),
        (
            "[tool.pytest-execute]\nsource = {text}",
            '[tool.pytest-execute]\nnotes = "{text}"',
            "[{text}]\n{text} = {text}",
        ),
    ),
    "record": (lambda text: read_closing(text, "closed.toml"), ("commit = {text}", 'commit = "{text}"')),
    "evidence": (
        lambda text: read_evidence(text.encode(errors="replace"), "evidence.json"),
        ("{text}", f'{{"schema": "{SCHEMA}", "tests": {{text}}', '{"schema": "{text}"}'),
    ),
}


class TakesTooLong(BaseException):
    """The reader was stopped."""


def _stop(number: int, frame: FrameType | None) -> None:
    raise TakesTooLong


def seconds(read: Callable[[str], object], text: str) -> float:
    """Return the processor time of one reading; TakesTooLong after a while."""
    begin = time.process_time()
    signal.setitimer(signal.ITIMER_VIRTUAL, CPU_SECONDS)
    try:
        read(text)
    except ExecuteError:
        pass
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return time.process_time() - begin


def memory(read: Callable[[str], object], text: str) -> int:
    """Return the peak memory of one reading."""
    tracemalloc.start()
    try:
        seconds(read, text)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return peak


def fault(read: Callable[[str], object], place: str, unit: str, letters: int) -> str:
    """Return what is wrong with reading one input, or an empty text."""
    one, two = (place.replace("{text}", (unit * letters)[: letters * times]) for times in (1, 2))
    try:
        first = seconds(read, one)
        if first > 0.2 and (second := seconds(read, two)) > 3 * first:
            return f"more than linear: {first:.1f} s, {second:.1f} s for twice the size"
        if first > 0.1 and (peak := memory(read, one)) > MAX_BYTES * len(one) + 1_000_000:
            return f"{peak // 1_000_000} MB for {len(one)} letters"
    except TakesTooLong:
        return f"more than {CPU_SECONDS} s"
    except Exception:  # noqa: BLE001 - whatever is raised is reported
        return traceback.format_exc(limit=-3)
    return ""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=1000)
    parser.add_argument("--letters", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    signal.signal(signal.SIGVTALRM, _stop)
    chance, faults = random.Random(options.seed), 0
    for _ in range(options.inputs):
        name = chance.choice([*READERS, "breakdown", "breakdown", "breakdown"])
        read, places = READERS[name]
        place, unit = chance.choice(places), "".join(chance.choices(UNITS, k=chance.choice((1, 1, 2, 3))))
        if wrong := fault(read, place, unit, options.letters):
            faults += 1
            print(f"{name} {place!r} {unit!r}: {wrong}", flush=True)
    print(f"{options.inputs} inputs of {options.letters} letters, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
