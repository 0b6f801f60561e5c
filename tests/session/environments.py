"""Judge a small topic in unusual environments, drawn at random, and compare with a plain run.

`python -m tests.session.environments --draws 500` does so with one command after the other. Each draw:

1. makes the repository anew and lays one condition over it, or two
2. runs a command and compares its exit status and its report with those of the plain run
3. checks for tracebacks, and that no file of the user has changed and nothing is left outside the cache

A new condition is one entry of CONDITIONS in `conditions.py`: its name, and a function that changes a `Place`.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec

from tests import hello
from tests.session.conditions import CONDITIONS, Place
from tests.session.kill_runs import COMMANDS, changes, difference, state, without_times
from tests.topic import environment, honest

TOPICS: dict[str, Callable[[Path], object]] = {"hello": hello.done, "sums": honest}
TRACEBACKS = ("Traceback (most recent call last)", "INTERNALERROR", "Exception ignored")
SECONDS = 300.0
"""Limit of one run: one that takes longer hangs."""
Result = Literal["alike", "different", "impossible"]


class Outcome(msgspec.Struct):
    """Exit status of a command, what it printed, its report, and the faults that show without another run."""

    status: int
    text: str
    report: Any
    faults: list[str]


def judge(template: Path, top: Path, command: str, conditions: Sequence[str] = ()) -> Outcome:
    """Copy the topic to the new directory `top`, lay the conditions over it, and run the command."""
    place = Place(top)
    for directory in (place.home, place.temporary):
        directory.mkdir(parents=True)
    shutil.copytree(template, place.repository, symlinks=True)
    place.git("update-index", "-q", "--refresh")
    for name in conditions:
        CONDITIONS[name](place)
    before, top_before = _user_files(place), set(top.iterdir())
    outcome = _run(place, template.name, command)
    outcome.faults += [f"traceback: {text}" for text in TRACEBACKS if text in outcome.text]
    outcome.faults += changes(before, _user_files(place))
    left = [*place.temporary.iterdir(), *(set(top.iterdir()) - top_before)]
    outcome.faults += [f"{path.name} is left" for path in left if not path.name.startswith("pytest-of-")]
    return outcome


def _user_files(place: Place) -> dict[str, str]:
    """Return a digest of each file of the user, also where the git directory is another one."""
    return state(place.git_dir) | state(place.repository)


def _run(place: Place, topic: str, command: str) -> Outcome:
    report = place.temporary / "report.json"
    words = [word.format(topic=topic) for word in COMMANDS[command]]
    option = f"--execute-report={report}" if command == "pytest" else f"--report={report}"
    options = place.options if command == "pytest" else ["--", *place.options] if place.options else []
    env = {name: value for name, value in {**environment(), **place.env}.items() if value is not None}
    done = subprocess.run(
        [sys.executable, "-m", *words, option, *options],
        cwd=place.cwd,
        env={**env, "PYTHONHASHSEED": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=SECONDS,
        umask=place.umask,
        check=False,
    )
    content = without_times(msgspec.json.decode(report.read_bytes())) if report.exists() else None
    report.unlink(missing_ok=True)
    return Outcome(done.returncode, done.stdout.decode(errors="replace"), content, [])


def compare(plain: Outcome, other: Outcome) -> list[str]:
    """Return the faults of a run: its own, and where it differs from the plain one."""
    faults = list(other.faults)
    if plain.status != other.status:
        faults.append(f"status {other.status} instead of {plain.status}")
    if plain.report != other.report:
        found = difference(plain.report, other.report) if other.report is not None else "none"
        faults.append(f"another report: {found}")
    return faults


def draw(rng: random.Random, names: Sequence[str]) -> list[str]:
    """Return one name, or two different ones."""
    return rng.sample(names, rng.choice((1, 2)))


class Judge:
    """Judges copies of one topic, all of them in the same place, as reports name commits and paths."""

    def __init__(self, directory: Path, topic: str) -> None:
        self.template, self.top = directory / "template" / topic, directory / "top"
        TOPICS[topic](self.template)
        self.plain: dict[str, Outcome] = {}

    def outcome(self, command: str, conditions: Sequence[str] = ()) -> Outcome:
        """Return what a command does under some conditions."""
        try:
            return judge(self.template, self.top, command, conditions)
        finally:
            shutil.rmtree(self.top, ignore_errors=True)

    def result(self, command: str, conditions: Sequence[str]) -> tuple[Result, list[str]]:
        """Return whether a command does the same under some conditions as in a plain run, and lines about it."""
        if command not in self.plain:
            self.plain[command] = self.outcome(command)
        try:
            outcome = self.outcome(command, conditions)
        except subprocess.CalledProcessError as error:  # of a condition: the other one stands in its way
            return "impossible", [str(error)]
        faults = compare(self.plain[command], outcome)
        return ("different", [*faults, *outcome.text.splitlines()[-8:]]) if faults else ("alike", [])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=500)
    parser.add_argument("--singly", action="store_true", help="each condition once, instead of draws")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--command", action="append", choices=COMMANDS, help="default: each in turn")
    parser.add_argument("--topic", choices=TOPICS, default="hello")
    parser.add_argument("--only", default="", help="draw conditions whose name has this text")
    options = parser.parse_args()
    commands, rng = options.command or list(COMMANDS), random.Random(options.seed)
    names = [name for name in CONDITIONS if options.only in name]
    drawn = [[name] for name in names] if options.singly else [draw(rng, names) for _ in range(options.draws)]
    results: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as directory:
        judged = Judge(Path(directory).resolve(), options.topic)
        for number, conditions in enumerate(drawn):
            command = commands[number % len(commands)]
            result, lines = judged.result(command, conditions)
            results[result] += 1
            print(f"{number + 1}: {command}: {' + '.join(conditions)}: {result}", *lines, sep="\n    ", flush=True)
    print(f"{len(drawn)} draws: {', '.join(f'{count} {result}' for result, count in results.items())}")
    return results["different"]


if __name__ == "__main__":
    sys.exit(main())
