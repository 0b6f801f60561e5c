"""Runs tests in a composed tree: a process for the tree, below it processes for the tests, with time and memory limits."""

from __future__ import annotations

import contextlib
import itertools
import os
import select
import site
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from pytest_execute.core.nodeids import file_of
from pytest_execute.forks.seen import Seen, State
from pytest_execute.forks.touched import ANY
from pytest_execute.forks.trees import Slot
from pytest_execute.tools import process
from pytest_execute.tools.git import Git, Tree
from pytest_execute.tools.scratch import remove

Stuck = Literal["timeout", "crash", "spoilt", "lost"]
"""How an order did not come to its end: in the import of its test files, or at a test that changed the tree; or what runs it is gone."""

CHILD = Path(__file__).with_name("child.py")
STARTED = Path(__file__).with_name("started")
"""What Pythons that tests start begin with, while functions are stubbed."""
COLLECTING = 60.0
"""Seconds that the imports of a tree's test files may take before they count as hanging."""
CONFIG = ".pytest-execute"
OWN_NAME = ("pytest.toml", ".pytest.toml")
"""Configuration files that pytest reads in their own way because of their name."""


TELLING = ("failed", "skipped", "timeout")
"""States that the files which a test has opened tell something of: would another tree give another?"""


class Setting(Struct, frozen=True, kw_only=True):
    """What every tree is run with. `roots` are relative to the tree, `prefix` leads from it to the root directory.

    `config` is today's pytest configuration file as (name, content), `limits` the seconds that each test may take, `quick` those of a
    first try, `memory` the bytes that one process may take.
    """

    user: str
    roots: tuple[str, ...]
    tops: tuple[str, ...]
    prefix: str
    config: tuple[str, bytes]
    arguments: tuple[str, ...]
    limits: dict[str, float]
    memory: int
    quick: dict[str, float] = {}


class Server:
    """A process that has pytest loaded and forks itself for each order; see `forks/child.py`."""

    def __init__(self) -> None:
        ours, theirs = os.pipe()
        command = [sys.executable, str(CHILD), str(theirs)]
        self.process = process.start(command, cwd=CHILD.parent, env=unsteered(), pass_fds=[theirs])
        os.close(theirs)
        self.lines = open(ours, "rb", buffering=0)  # noqa: PTH123, SIM115 - a descriptor, closed in `end`
        self.group = 0

    def ask(self, order: Mapping[str, Any], patience: float) -> tuple[dict[str, Seen], Stuck | None]:
        """What became of the tests of `order`, and how it got stuck where it did not come to its end."""
        assert self.process.stdin is not None
        seen: dict[str, Seen] = {}
        whole = spoilt = began = False
        touched: set[str] = set()
        base: frozenset[str] | None = None
        try:
            self.process.stdin.write(msgspec.json.encode(order) + b"\n")
            self.process.stdin.flush()
            for record in self._records(patience):
                if "test" in record:
                    known = frozenset(touched) if record["state"] in TELLING and ANY not in touched else None
                    seen[record["test"]] = msgspec.convert({**record, "touched": known}, Seen)
                elif "touched" in record:
                    touched.add(record["touched"])
                elif "file" in record:
                    base = frozenset(touched) if base is None else base
                    touched = set(base)
                elif "over" in record:
                    return seen, None if whole else "spoilt" if spoilt else "lost" if began else "crash"
                self.group = record.get("group", self.group)
                whole, spoilt = whole or "end" in record, spoilt or "spoilt" in record
                began = began or "collected" in record or "fault" in record
        except TimeoutError:
            return seen, None if whole else "lost" if began else "timeout"
        except BrokenPipeError:
            pass
        return seen, "lost"

    def ask_all(self, order: Mapping[str, Any], patience: float) -> tuple[list[dict[str, Any]], Stuck | None]:
        """All that is said of `order`, as it is said, and how it got stuck where it did not come to its end."""
        assert self.process.stdin is not None
        said: list[dict[str, Any]] = []
        try:
            self.process.stdin.write(msgspec.json.encode(order) + b"\n")
            self.process.stdin.flush()
            for record in self._records(patience):
                if "over" in record:
                    return said, None if {"end": True} in said else "crash"
                self.group = record.get("group", self.group)
                said.append(record)
        except TimeoutError:
            return said, "timeout"
        except BrokenPipeError:
            pass
        return said, "crash"

    def _records(self, patience: float) -> Iterator[dict[str, Any]]:
        """The child's lines until it is gone; TimeoutError where none has come for `patience` seconds."""
        text = b""
        while True:
            if not select.select([self.lines], [], [], patience)[0]:
                raise TimeoutError
            piece = self.lines.read(1 << 16)
            if not piece:
                return
            *whole, text = (text + piece).split(b"\n")
            yield from map(msgspec.json.decode, whole)

    def end(self) -> None:
        """End it with all that it started."""
        process.kill_group(self.process.pid)
        if self.group:
            process.kill_group(self.group)
        self.process.communicate()
        self.lines.close()


class Runner:
    """Runs tests in trees below `place`, each in one of a few directories, which `close` removes."""

    def __init__(self, git: Git, setting: Setting, place: Path) -> None:
        self.git, self.setting, self.place = git, setting, place
        self.numbers = itertools.count()
        self.idle: list[Server] = []
        self.servers: list[Server] = []
        self.free: list[Slot] = []
        self.over = False
        self.code = place / "code"
        self.code.mkdir(parents=True, exist_ok=True)

    def close(self) -> None:
        """End whatever still runs, and remove what was written; threads that wait for it end too."""
        self.over = True
        for server in self.servers:
            server.end()
        for left in self.place.iterdir():
            remove(left)

    def run(self, tree: Tree, tests: Sequence[str], *, alone: bool = False, patient: bool = True) -> dict[str, Seen]:
        """What becomes of each of `tests` in `tree`: those of a file in one process, or each alone in one of its own."""
        slot = self._slot()
        seen: dict[str, Seen] = {}
        together, singly = True, set[str]()  # files with a test that ends what runs it
        while left := [test for test in tests if test not in seen]:
            batch = left if together else [test for test in left if file_of(test) == file_of(left[0])]
            batch = batch[:1] if file_of(batch[0]) in singly else batch
            slot.hold(tree)
            done, stuck = self._batch(slot.directory, batch, alone=alone, patient=patient)
            seen.update(done)
            if stuck == "spoilt" and done:
                continue
            files = {file_of(test) for test in batch}
            singly |= files if stuck == "lost" and len(files) == 1 else set()
            if stuck is None or (not done and len(batch if stuck == "lost" else files) == 1):
                state: State = "absent" if stuck is None or stuck == "spoilt" else stuck
                seen.update({test: Seen(test=test, state=state) for test in batch if test not in seen})
            together = together and stuck is None
        self.free.append(slot)
        return seen

    def stub(
        self, tree: Tree, tests: Sequence[str], mutants: Mapping[str, Any]
    ) -> tuple[list[dict[str, Any]], Stuck | None]:
        """What is said of an order that stubs functions of `tree`; see `forks/stubbing.py` for both."""
        slot = self._slot()
        slot.hold(tree)
        config = self._write_config(slot.directory / self.setting.prefix)
        home = slot.directory.with_name(slot.directory.name + "-home")
        home.mkdir(exist_ok=True)
        server = self._server()
        try:
            order = self._order(slot.directory, config, home, tests)
            order["environment"]["PYTHONPATH"] = os.pathsep.join([str(STARTED), order["environment"]["PYTHONPATH"]])
            said, stuck = server.ask_all({**order, "mutants": mutants}, max(order["limits"].values()) + COLLECTING)
            if stuck != "timeout" and server.process.poll() is None:
                self.idle.append(server)
            else:
                server.end()
            return said, stuck
        finally:
            self.free.append(slot)
            remove(home)

    def _slot(self) -> Slot:
        with contextlib.suppress(IndexError):
            return self.free.pop()
        return Slot(self.git, self.place.resolve() / f"tree-{next(self.numbers)}")

    def _write_config(self, root: Path) -> Path:
        name, content = self.setting.config
        path = root / (name if name in OWN_NAME else CONFIG + Path(name).suffix)
        root.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def _batch(
        self, directory: Path, tests: Sequence[str], *, alone: bool, patient: bool
    ) -> tuple[dict[str, Seen], Stuck | None]:
        """What became of `tests`, and why it did not come to the end where it did not."""
        config = self._write_config(directory / self.setting.prefix)
        home = directory.with_name(directory.name + "-home")
        home.mkdir(exist_ok=True)
        server = self._server()
        try:
            order = {**self._order(directory, config, home, tests), "alone": alone}
            if not patient:
                order["limits"] = {test: self.setting.quick.get(test, limit) for test, limit in order["limits"].items()}
            seen, stuck = server.ask(order, max(order["limits"].values()) + COLLECTING)
            if stuck != "timeout" and server.process.poll() is None:
                self.idle.append(server)
            else:
                server.end()
            return seen, stuck
        finally:
            remove(home)

    def _server(self) -> Server:
        """A server that has nothing to do: list operations are atomic, so threads need no lock here."""
        if self.over:
            raise RuntimeError("the runner has ended")
        with contextlib.suppress(IndexError):
            return self.idle.pop()
        server = Server()
        self.servers.append(server)
        return server

    def _order(self, directory: Path, config: Path, home: Path, tests: Sequence[str]) -> dict[str, Any]:
        setting = self.setting
        tree = directory.resolve()
        root = (tree / setting.prefix).resolve()
        roots = [str(tree / each) for each in setting.roots]
        fixed = [
            "-c",
            str(config.resolve()),
            f"--rootdir={root}",
            f"--confcutdir={root}",
            "-p",
            "no:execute",
            "-p",
            "no:randomly",
        ]
        fixed += ["-o", "addopts=", "-o", f"cache_dir={home}/cache", "-n0", "--continue-on-collection-errors"]
        return {
            "tree": str(tree),
            "root": str(root),
            "user": setting.user,
            "environment": environment(tree, home, roots),
            "roots": roots,
            "tops": list(setting.tops),
            "arguments": [*setting.arguments, *fixed],
            "limits": {test: setting.limits[test] for test in tests},
            "memory": setting.memory,
            "code": str(self.code.resolve()),
        }


def environment(tree: Path, home: Path, roots: Sequence[str]) -> dict[str, str]:
    """What a tree is run in: nothing that points at the caller's checkout, and a home of its own."""
    return {
        **unsteered(),
        "PYTHONPATH": os.pathsep.join(roots),
        "PYTHONUSERBASE": site.getuserbase(),
        "GIT_CEILING_DIRECTORIES": str(tree.parent.resolve()),
        "HOME": str(home),
        "TMPDIR": str(home),
    }


def unsteered() -> dict[str, str]:
    """The caller's environment without what steers its Python, pytest, git or coverage; the same on every run."""
    steering = ("PYTEST_", "GIT_", "COV_", "COVERAGE_", "PYTHONPATH", "PYTHONOPTIMIZE", "PYTHONSTARTUP", "PYTHONHOME")
    env = {name: value for name, value in os.environ.items() if not name.startswith(steering)}
    return {**env, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0"}


def memory_limit() -> int:
    """Half of the machine's memory, in bytes: enough for any honest test, too little to take the machine down."""
    try:
        return max(2 << 30, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2)
    except (ValueError, OSError):
        return 4 << 30
