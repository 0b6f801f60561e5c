"""Runs tests in composed trees: a process for the tree, below it processes for the tests, with time and memory limits."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pytest_execute.core.nodeids import file_of
from pytest_execute.forks.seen import Seen, State, read
from pytest_execute.forks.server import Record, Server, Stuck
from pytest_execute.forks.setting import Setting, environment
from pytest_execute.forks.trees import Slot
from pytest_execute.tools.git import Git, Tree
from pytest_execute.tools.scratch import remove

STARTED = Path(__file__).with_name("started")
"""What Pythons that tests start begin with, while functions are stubbed."""
COLLECTING = 60.0
"""Seconds that the imports of a tree's test files may take before they count as hanging."""
CONFIG = ".pytest-execute"
OWN_NAME = ("pytest.toml", ".pytest.toml")
"""Configuration files that pytest reads in their own way because of their name."""
ALWAYS = ["-p", "no:execute", "-p", "no:randomly", "-o", "addopts=", "-n0", "--continue-on-collection-errors"]


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
        seen: dict[str, Seen] = {}
        together, singly = True, set[str]()  # files with a test that ends what runs it
        limits = self.setting.limits if patient else {**self.setting.limits, **self.setting.quick}
        with self._slot() as slot:
            while left := [test for test in tests if test not in seen]:
                batch = left if together else [test for test in left if file_of(test) == file_of(left[0])]
                batch = batch[:1] if file_of(batch[0]) in singly else batch
                said, stuck = self._obeyed(slot, tree, {test: limits[test] for test in batch}, alone=alone)
                seen.update(done := read(said))
                if stuck == "spoilt" and done:
                    continue
                files = {file_of(test) for test in batch}
                singly |= files if stuck == "lost" and len(files) == 1 else set()
                if stuck is None or (not done and len(batch if stuck == "lost" else files) == 1):
                    state: State = "absent" if stuck is None or stuck == "spoilt" else stuck
                    seen.update({test: Seen(test=test, state=state) for test in batch if test not in seen})
                together = together and stuck is None
        return seen

    def stub(self, tree: Tree, tests: Sequence[str], mutants: Mapping[str, Any]) -> tuple[list[Record], Stuck | None]:
        """What is said of an order that stubs functions of `tree`; see `forks/stubbing.py` for both."""
        with self._slot() as slot:
            limits = {test: self.setting.limits[test] for test in tests}
            return self._obeyed(slot, tree, limits, path=[str(STARTED)], mutants=mutants)

    def _obeyed(
        self, slot: Slot, tree: Tree, limits: Mapping[str, float], path: Sequence[str] = (), **more: Any
    ) -> tuple[list[Record], Stuck | None]:
        """All that is said of an order for the tests of `limits`, and how it got stuck. `path` comes first in what Pythons start with."""
        slot.hold(tree)
        with self._server() as server, _home(slot) as home:
            order = self._order(slot.directory.resolve(), home, limits, path)
            return server.obey({**order, **more}, max(limits.values()) + COLLECTING)

    @contextlib.contextmanager
    def _slot(self) -> Iterator[Slot]:
        """A directory that nobody uses: list operations are atomic, so threads need no lock here and below."""
        try:
            slot = self.free.pop()
        except IndexError:
            slot = Slot(self.git, self.place.resolve() / f"tree-{next(self.numbers)}")
        yield slot
        self.free.append(slot)

    @contextlib.contextmanager
    def _server(self) -> Iterator[Server]:
        """A server that has nothing to do, which goes on with the next order where it came to the end of this one."""
        if self.over:
            raise RuntimeError("the runner has ended")
        try:
            server = self.idle.pop()
        except IndexError:
            self.servers.append(server := Server())
        yield server
        if not server.is_over():
            self.idle.append(server)

    def _order(self, tree: Path, home: Path, limits: Mapping[str, float], path: Sequence[str]) -> Record:
        setting = self.setting
        root = (tree / setting.prefix).resolve()
        config = _write_config(root, *setting.config)
        roots = [str(tree / each) for each in setting.roots]
        fixed = ["-c", str(config), f"--rootdir={root}", f"--confcutdir={root}", "-o", f"cache_dir={home}/cache"]
        return {
            "tree": str(tree),
            "root": str(root),
            "user": setting.user,
            "environment": environment(tree, home, [*path, *roots]),
            "roots": roots,
            "tops": list(setting.tops),
            "arguments": [*setting.arguments, *fixed, *ALWAYS],
            "limits": dict(limits),
            "memory": setting.memory,
            "code": str(self.code.resolve()),
        }


@contextlib.contextmanager
def _home(slot: Slot) -> Iterator[Path]:
    """An empty home directory beside the tree, for as long as tests run in it."""
    home = slot.directory.with_name(slot.directory.name + "-home")
    home.mkdir(exist_ok=True)
    try:
        yield home
    finally:
        remove(home)


def _write_config(root: Path, name: str, content: bytes) -> Path:
    path = root / (name if name in OWN_NAME else CONFIG + Path(name).suffix)
    root.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
