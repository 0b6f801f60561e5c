"""Edit breakdowns at random, and count the edits that the reader does not notice, and those that it does not survive.

usage: python benchmarks/mutated_breakdowns.py DIRECTORY… [--edits N] [--seed N] [-v]

Every `*.md` below the directories is edited in one line at a time: a line that was read as part of the plan is
removed, doubled, or has its tick changed. Each such edit has to change the plan or the problems (line numbers aside).
No edit may end in an exception; other edits (a cut line, a mark in a line, two lines swapped) only have to end.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import msgspec

from pytest_execute.breakdown import ParsedBreakdown, read_text

MARKS = (
    "```",
    "- [ ] ",
    "#",
    "**",
    "[x]",
    "`",
    "|",
    "(",
    "1.",
    "T1-T9",
    "\t",
    "    ",
    "<!--",
    "> ",
    "_",
    "\uff1a",
    "\0",
)


def essence(reading: ParsedBreakdown) -> tuple[object, ...]:
    """Return plan and problems without line numbers."""
    plan = re.sub(rb'"line":\d+,?', b"", msgspec.json.encode(reading.plan))
    problems = sorted((p.code, p.severity, re.sub(r"on line \d+", "", p.message)) for p in reading.problems)
    return plan, problems


def removed(lines: list[str], at: int) -> list[str]:
    """Return the lines without one."""
    return lines[:at] + lines[at + 1 :]


def doubled(lines: list[str], at: int) -> list[str]:
    """Return the lines with one of them twice."""
    return lines[: at + 1] + lines[at:]


def ticked(lines: list[str], at: int) -> list[str]:
    """Return the lines with another mark in the first box of a line."""
    line = lines[at]
    turned = re.sub(r"\[([ xX])\]", lambda box: "[x]" if box[1] == " " else "[ ]", line, count=1)
    return [*lines[:at], turned, *lines[at + 1 :]]


NOTICED: dict[str, Callable[[list[str], int], list[str]]] = {"removed": removed, "doubled": doubled, "ticked": ticked}


def broken(lines: list[str], at: int, random: random.Random) -> list[str]:
    """Return the lines after an edit that may mean anything."""
    line, other = lines[at], random.randrange(len(lines))
    cut = random.randint(0, len(line))
    lines = list(lines)
    kind = random.randrange(4)
    if kind == 0:
        lines[at : at + 1] = [line[:cut], line[cut:]]
    elif kind == 1:
        lines[at], lines[other] = lines[other], line
    elif kind == 2:
        del lines[min(at, other) : max(at, other)]
    else:
        lines[at] = line[:cut] + random.choice(MARKS) + line[cut:]
    return lines


def _certain_lines(reading: ParsedBreakdown) -> list[int]:
    """Return the lines that were read, without those that may state again what another line says."""
    redundant = ("depends", "blocks", "order", "stream", "status")
    return [line for line, meaning in sorted(reading.account.read.items()) if not meaning.startswith(redundant)] or [1]


class Mutations:
    """Edits of breakdowns, with what became of them."""

    def __init__(self, files: list[Path], seed: int, verbose: bool) -> None:
        self.random = random.Random(seed)
        self.verbose = verbose
        self.counts: Counter[str] = Counter()
        texts = [file.read_text(encoding="utf-8", errors="replace") for file in files]
        self.files = [
            (file.name, text, read_text(text, "t", file.name)) for file, text in zip(files, texts, strict=True)
        ]

    def run(self, edits: int) -> None:
        """Make this many edits."""
        for _ in range(edits):
            name, text, reading = self.random.choice(self.files)
            lines = text.split("\n")
            kind = self.random.choice([*NOTICED, "broken"])
            at = self.random.randrange(len(lines))
            if kind != "broken" and not reading.errors:
                at = self.random.choice(_certain_lines(reading)) - 1
            edit = NOTICED.get(kind)
            changed = edit(lines, at) if edit else broken(lines, at, self.random)
            self.check(kind, name, reading, lines, changed, at)

    def check(
        self, kind: str, name: str, reading: ParsedBreakdown, lines: list[str], changed: list[str], at: int
    ) -> None:
        """Count one edit as survived, noticed or missed."""
        self.counts["edits"] += 1
        try:
            other = read_text("\n".join(changed), "t", name)
        except Exception:  # noqa: BLE001 - whatever is raised is counted
            self.counts["exceptions"] += 1
            traceback.print_exc()
            return
        is_same_text = changed == lines or not lines[at].strip()
        if kind != "broken" and not reading.errors and not is_same_text and essence(other) == essence(reading):
            self.counts[f"{kind} unnoticed"] += 1
            if self.verbose:
                print(f"{name}:{at + 1}: {kind} unnoticed ({reading.account.meaning(at + 1)}): {lines[at][:100]}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directories", nargs="+", type=Path)
    parser.add_argument("--edits", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("-v", action="store_true", dest="verbose")
    options = parser.parse_args()
    files = sorted(file for directory in options.directories for file in directory.rglob("*.md"))
    mutations = Mutations(files, options.seed, options.verbose)
    mutations.run(options.edits)
    print(", ".join(f"{count} {name}" for name, count in sorted(mutations.counts.items())))
    return 1 if mutations.counts.keys() - {"edits"} else 0


if __name__ == "__main__":
    sys.exit(main())
