"""Start commands at once, and compare each with the same command alone.

`python -m tests.session.side_by_side --rounds 20` does so with the smallest topic. Each round:

1. starts from an empty cache, or from that of the round before
2. starts two or four commands at once, drawn from pytest, gate, gate --staged and explain, each in the checkout or in a
   linked work tree, and as this user or, with `--other-python`, as another one, for whom root starts this Python
3. compares their exit statuses and reports with those of the commands alone
4. checks that no file of the user has changed, nothing is left among the temporary files, and the result cache of each
   work tree is one sound file with results
"""

from __future__ import annotations

import argparse
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from pytest_execute.tools import json_values
from pytest_execute.tools.cache import FILE_NAME
from pytest_execute.tools.pytest_cache import part_of
from tests import hello
from tests.repository import QUIET
from tests.session.kill_runs import changes, difference, state, without_times
from tests.topic import environment

COMMANDS = {
    "pytest": ("pytest", "--execute-topic=hello", "--execute-report={report}"),
    "gate": ("pytest_execute", "gate", "hello", "--report={report}"),
    "staged": ("pytest_execute", "gate", "hello", "--staged", "--report={report}"),
    "explain": ("pytest_execute", "explain", "tests/test_hello.py", "--json"),
}
NOBODY = 65534
SAFE = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}


class Run(NamedTuple):
    """Command to start: its name, in which of the work trees, and as which user (None: this one)."""

    command: str
    place: str
    user: int | None


class Result(NamedTuple):
    """Exit status of a command, and its report, or the text that it printed instead."""

    status: int
    report: Any


class Checkout:
    """Repository with a linked work tree, and a directory for temporary files that all runs share."""

    def __init__(self, top: Path, other_python: str = "") -> None:
        self.top, self.temporary, self.other_python = top, top / "temporary", other_python
        repository = hello.done(top / "checkout")
        repository.git("checkout", "-q", "--detach")
        repository.git("worktree", "add", "-q", str(top / "linked"), "main")
        repository.git("checkout", "-q", "main", "--ignore-other-worktrees")
        self.temporary.mkdir()
        self.temporary.chmod(0o1777)
        top.chmod(0o755)

    def places(self) -> list[Path]:
        return [self.top / "checkout", self.top / "linked"]

    def clear(self) -> None:
        for place in self.places():
            shutil.rmtree(place / ".pytest_cache", ignore_errors=True)

    def results(self, runs: Sequence[Run]) -> list[Result]:
        """Start all runs at once and return their results."""
        files = [self.temporary / f"report-{number}" for number in range(len(runs))]
        started = [self._start(run, file) for run, file in zip(runs, files, strict=True)]
        return [_result(child, file) for child, file in zip(started, files, strict=True)]

    def _start(self, run: Run, report: Path) -> subprocess.Popen[bytes]:
        python = self.other_python if run.user else sys.executable
        packages = {"PYTHONUSERBASE": sys.prefix} if run.user else {}  # the other Python has none of its own
        return subprocess.Popen(
            [python, "-m", *(word.format(report=report) for word in COMMANDS[run.command])],
            cwd=self.top / run.place,
            env=environment(TMPDIR=str(self.temporary), PYTHONDONTWRITEBYTECODE="1", **QUIET | SAFE | packages),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            user=run.user,
            group=run.user,
            extra_groups=None if run.user is None else [],
        )

    def files(self) -> dict[str, str]:
        return {path: digest for place in self.places() for path, digest in state(place).items()}

    def faults(self) -> Iterator[str]:
        """Yield what is left among the temporary files, and what is wrong with the caches."""
        for path in self.temporary.iterdir():
            if not path.name.startswith("pytest-of-"):
                yield f"{path.name} is left"
        for place in self.places():
            names = sorted(path.name for path in part_of(place / ".pytest_cache").glob("*"))
            if names:  # a reader that may not write leaves what sqlite keeps beside the file in WAL mode
                others = {*names} - {FILE_NAME, f"{FILE_NAME}-wal", f"{FILE_NAME}-shm"}
                yield from [f"{name} is left in the cache of {place.name}" for name in sorted(others)]
                yield from _damage(part_of(place / ".pytest_cache") / FILE_NAME)


def _result(child: subprocess.Popen[bytes], file: Path) -> Result:
    output, _ = child.communicate()
    text = file.read_bytes() if file.exists() else output
    file.unlink(missing_ok=True)
    try:
        return Result(child.returncode, without_times(json_values.decode(text)))
    except ValueError:
        return Result(child.returncode, output.decode(errors="replace"))


def _damage(file: Path) -> Iterator[str]:
    with closing(sqlite3.connect(file)) as database:
        (answer,) = database.execute("PRAGMA integrity_check").fetchone()
        kinds = {kind for (kind,) in database.execute("SELECT DISTINCT kind FROM facts")}
    if answer != "ok" or not kinds:
        yield f"{file}: {answer}, with {kinds or 'no results'}"


def draw(rng: random.Random, users: Sequence[int | None]) -> list[Run]:
    """Return two runs, or four."""
    commands, places = list(COMMANDS), ("checkout", "linked")
    return [Run(rng.choice(commands), rng.choice(places), rng.choice(users)) for _ in range(rng.choice((2, 4)))]


def rounds(checkout: Checkout, count: int, rng: random.Random) -> Iterator[tuple[list[Run], list[str]]]:
    """Yield the runs of each round, and its faults."""
    alone: dict[Run, Result] = {}
    for _ in range(count):
        runs = draw(rng, [None, NOBODY] if checkout.other_python else [None])
        for run in runs:
            alone.setdefault(run, checkout.results([run._replace(user=None)])[0])
        if rng.random() < 0.5:
            checkout.clear()
        before = checkout.files()
        faults = []
        for run, result in zip(runs, checkout.results(runs), strict=True):
            if result != alone[run]:
                faults.append(f"{run}: {result.status} {difference(alone[run].report, result.report)}")
        yield runs, [*faults, *changes(before, checkout.files()), *checkout.faults()]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--other-python", default="", help="a Python of the same version that any user can run")
    options = parser.parse_args()
    found = 0
    with tempfile.TemporaryDirectory() as directory:
        checkout = Checkout(Path(directory).resolve(), options.other_python)
        for runs, faults in rounds(checkout, options.rounds, random.Random(options.seed)):
            found += len(faults)
            words = (f"{run.command} in {run.place}{' as another user' * bool(run.user)}" for run in runs)
            print(f"{', '.join(words)}: {faults or 'nothing'}", flush=True)
    print(f"{options.rounds} rounds, {found} faults")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
