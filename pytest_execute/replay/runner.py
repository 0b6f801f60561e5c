"""Runs tests in a composed tree: a process for the tree, below it a process for each test, with time and memory limits."""

from __future__ import annotations

import itertools
import json
import os
import select
import shutil
import site
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Literal

import msgspec
from msgspec import Struct

from pytest_execute.replay.causes import Seen
from pytest_execute.replay.overlay import written
from pytest_execute.tools import process
from pytest_execute.tools.git import Git, Tree

Stuck = Literal["timeout", "crash"]

CHILD = Path(__file__).with_name("child.py")
COLLECTING = 60.0
"""Seconds that the imports of a tree's test files may take before they count as hanging."""
CONFIG = ".pytest-execute"
OWN_NAME = ("pytest.toml", ".pytest.toml")
"""Configuration files that pytest reads in their own way because of their name."""


class Setting(Struct, frozen=True, kw_only=True):
    """What every tree is run with. `roots` are relative to the tree, `prefix` leads from it to the root directory.

    `config` is today's pytest configuration file as (name, content), `limits` the seconds that each test may take, `memory` the
    bytes that one process may take.
    """

    user: str
    roots: tuple[str, ...]
    tops: tuple[str, ...]
    prefix: str
    config: tuple[str, bytes]
    arguments: tuple[str, ...]
    limits: dict[str, float]
    memory: int


class Runner:
    """Runs tests in trees below `place`, each tree in a directory that is gone afterwards."""

    def __init__(self, git: Git, setting: Setting, place: Path) -> None:
        self.git, self.setting, self.place = git, setting, place
        self.numbers = itertools.count()

    def run(self, tree: Tree, tests: Sequence[str]) -> dict[str, Seen]:
        """What becomes of each of `tests` in `tree`."""
        number = next(self.numbers)
        with written(self.git, tree, self.place / f"tree-{number}") as directory:
            config = self._write_config(directory / self.setting.prefix)
            seen: dict[str, Seen] = {}
            for batch in self._batches(tests, seen):
                done, stuck = self._batch(directory, config, batch)
                seen.update(done)
                one_file = len({file_of(test) for test in batch}) == 1
                if stuck is None or (one_file and not done):
                    seen.update({test: Seen(test=test, state=stuck or "absent") for test in batch if test not in seen})
        return seen

    @staticmethod
    def _batches(tests: Sequence[str], seen: Mapping[str, Seen]) -> Iterator[list[str]]:
        """All tests at once; where that gets stuck, what is left of it file by file."""
        yield list(tests)
        while left := [test for test in tests if test not in seen]:
            yield [test for test in left if file_of(test) == file_of(left[0])]

    def _write_config(self, root: Path) -> Path:
        name, content = self.setting.config
        path = root / (name if name in OWN_NAME else CONFIG + Path(name).suffix)
        root.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def _batch(self, directory: Path, config: Path, tests: Sequence[str]) -> tuple[dict[str, Seen], Stuck | None]:
        """What the child told of `tests`, and "timeout" or "crash" where it did not come to its end, else None."""
        order = self._order(directory, config, tests)
        ours, theirs = os.pipe()
        home = directory.with_name(directory.name + "-home")
        home.mkdir(exist_ok=True)
        try:
            with (
                open(ours, "rb", buffering=0) as lines,
                process.fed(json.dumps(order).encode()) as stdin,
                process.group(
                    [sys.executable, str(CHILD), str(theirs)],
                    cwd=Path(order["root"]),
                    env=environment(directory, home, order["roots"]),
                    stdin=stdin,
                    pass_fds=[theirs],
                ),
            ):
                os.close(theirs)
                return listen(lines, max(order["limits"].values()) + COLLECTING)
        finally:
            shutil.rmtree(home, ignore_errors=True)

    def _order(self, directory: Path, config: Path, tests: Sequence[str]) -> dict[str, Any]:
        setting = self.setting
        tree = directory.resolve()
        root = (tree / setting.prefix).resolve()
        cache = f"cache_dir={directory.with_name(directory.name + '-home')}/cache"
        fixed = [
            "-c",
            str(config.resolve()),
            f"--rootdir={root}",
            f"--confcutdir={root}",
            "-o",
            "addopts=",
            "-o",
            cache,
            "-p",
            "no:execute",
        ]
        return {
            "tree": str(tree),
            "root": str(root),
            "user": setting.user,
            "roots": [str(tree / root) for root in setting.roots],
            "tops": list(setting.tops),
            "arguments": [*setting.arguments, *fixed, "-n0", "--continue-on-collection-errors"],
            "limits": {test: setting.limits[test] for test in tests},
            "memory": setting.memory,
        }


def file_of(test: str) -> str:
    """The file of a nodeid, relative to the root directory."""
    return test.split("::", 1)[0]


def listen(lines: IO[bytes], patience: float) -> tuple[dict[str, Seen], Stuck | None]:
    """Read the child's lines to its end, or until nothing has come for `patience` seconds."""
    seen: dict[str, Seen] = {}
    text = b""
    while True:
        if not select.select([lines], [], [], patience)[0]:
            return seen, "timeout"
        piece = lines.read(1 << 16)
        if not piece:
            return seen, "crash"
        *whole, text = (text + piece).split(b"\n")
        for line in whole:
            record = msgspec.json.decode(line)
            if record.get("end"):
                return seen, None
            seen[record["test"]] = msgspec.convert(record, Seen)


def environment(tree: Path, home: Path, roots: Sequence[str]) -> dict[str, str]:
    """The caller's environment, without what points at its checkout or steers its pytest, git or coverage."""
    steering = ("PYTEST_", "GIT_", "COV_", "COVERAGE_", "PYTHONPATH", "PYTHONOPTIMIZE", "PYTHONSTARTUP", "PYTHONHOME")
    env = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
    env.update(
        PYTHONPATH=os.pathsep.join(roots),
        PYTHONDONTWRITEBYTECODE="1",
        PYTHONHASHSEED="0",
        PYTHONUSERBASE=site.getuserbase(),
        GIT_CEILING_DIRECTORIES=str(tree.parent.resolve()),
        HOME=str(home),
        TMPDIR=str(home),
    )
    return env


def memory_limit() -> int:
    """Half of the machine's memory, in bytes: enough for any honest test, too little to take the machine down."""
    try:
        return max(2 << 30, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2)
    except (ValueError, OSError):
        return 4 << 30
