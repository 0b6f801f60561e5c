"""A directory that holds one tree after the other, and the process that runs tests in it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pytest_execute.engine.builds import BuildFailed, Builds
from pytest_execute.engine.checkout import Checkout
from pytest_execute.engine.dependencies import hiding
from pytest_execute.engine.process import Aborted, ChildProcess, Record, start_child
from pytest_execute.engine.settings import LimitsFor, Settings, environment
from pytest_execute.tools.git import Git, Tree
from pytest_execute.tools.scratch import remove

COLLECTING = 60.0
"""Seconds that the imports of a tree's test files may take before they count as hanging; a first try has a part of them."""
CONFIG = ".pytest-execute"
OWN_NAME = ("pytest.toml", ".pytest.toml")
"""Configuration files that pytest reads in their own way because of their name."""
ALWAYS = (
    *("-p", "no:execute", "-p", "no:randomly", "-o", "addopts="),
    *("-n0", "--continue-on-collection-errors", "--no-header", "--tb=no"),
)


def importing(tests: Sequence[str], patience: LimitsFor) -> float:
    """The seconds that the imports may take, before these tests begin."""
    return COLLECTING * max(patience(test).importing for test in tests)


class TreeWorker:
    """Runs one order after the other, in a tree each. The process is started with the first, and anew where it is gone."""

    def __init__(self, git: Git, setting: Settings, directory: Path, code: Path, trees: Builds) -> None:
        self.trees = trees
        self.slot, self.setting, self.directory, self.code = Checkout(git, directory), setting, directory, code
        self.home = directory.with_name(f"home-{directory.name}")  # which does not begin as the directory does
        self.root = (directory / setting.prefix).resolve()
        self.server: ChildProcess | None = None
        self.loaded: list[str] = []  # packages, for all orders

    def obeyed(
        self, tree: Tree, tests: Sequence[str], patience: LimitsFor, path: Sequence[str] = (), **more: Any
    ) -> tuple[list[Record], Aborted | None]:
        """All that is said of an order for `tests` in `tree`, and how it got stuck.

        `path` comes first in what the Pythons that tests start find modules on.
        """
        with self._empty_home():
            try:
                self.slot.hold(self.trees.ready(tree, self.slot, self._environment()))
            except BuildFailed as error:
                return [{"test": test, "state": "unprepared", "message": str(error)} for test in tests], None
            config = self._write_config()
            if self.server is None or self.server.is_over():
                self.server = start_child(self._place(config))
            order = {
                **self._limits(tests, patience),
                "environment": self._environment(path),
                "hiding": hiding(tree, self.loaded),
                **more,
            }
            said, stuck = self.server.obey(order, max(order["limits"].values()) + importing(tests, patience))
            self.loaded = next((record["loaded"] for record in said if "loaded" in record), self.loaded)
            return said, stuck

    def _limits(self, tests: Sequence[str], patience: LimitsFor) -> Record:
        """The seconds that may pass, and that may be computed, for each test."""
        times = {test: patience(test).times * self.setting.seconds.get(test, 0.0) for test in tests}
        return {
            "limits": {test: patience(test).grace + more for test, more in times.items()},
            "computing": {test: patience(test).computing + more for test, more in times.items()},
        }

    def end(self) -> None:
        """End whatever runs here."""
        self.slot.contents.close()
        if self.server is not None:
            self.server.end()

    def _place(self, config: Path) -> Record:
        """What all orders have in common."""
        fixed = ("-c", str(config), f"--rootdir={self.root}", f"--confcutdir={self.root}")
        return {
            "tree": str(self.directory),
            "root": str(self.root),
            "user": self.setting.work_tree,
            "environment": self._environment(),
            "roots": self._roots(),
            "tops": list(self.setting.top_modules),
            "arguments": [*self.setting.pytest.arguments, *fixed, "-o", f"cache_dir={self.home}/cache", *ALWAYS],
            "memory": self.setting.memory,
            "code": str(self.code),
        }

    def _roots(self) -> list[str]:
        return [str(self.directory / each) for each in self.setting.roots]

    def _environment(self, path: Sequence[str] = ()) -> dict[str, str]:
        return environment(self.directory, self.home, [*path, *self._roots()])

    def _write_config(self) -> Path:
        name, content = self.setting.pytest.config
        path = self.root / (name if name in OWN_NAME else CONFIG + Path(name).suffix)
        self.root.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    @contextlib.contextmanager
    def _empty_home(self) -> Iterator[None]:
        """A home directory beside the tree, for as long as tests run in it."""
        self.home.mkdir(exist_ok=True)
        try:
            yield
        finally:
            remove(self.home)
