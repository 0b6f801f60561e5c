"""Worker of the engine: a directory that holds one tree after another, and the child process that runs tests in it."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from pytest_execute.engine.builds import BuildFailed, Builds
from pytest_execute.engine.checkout import Checkout
from pytest_execute.engine.child.messages import JobLimits, JobMessage, JobOptions, JobReply, SetupMessage
from pytest_execute.engine.process import Aborted, ChildProcess, start_child
from pytest_execute.engine.settings import LimitsFor, tree_environment
from pytest_execute.engine.tree_contents import shadowed_modules
from pytest_execute.tools.git import Tree
from pytest_execute.tools.scratch import remove

IMPORT_SECONDS = 60.0
"""Seconds that the imports of a job's test files may take; an `import_share` allows a part of them."""
CONFIG_NAME = ".pytest-execute"
OWN_NAME = ("pytest.toml", ".pytest.toml")
"""Configuration files that pytest (from 9.0 on) reads in their own format because of their name."""
ARGUMENTS = (
    *("-p", "no:execute", "-p", "no:randomly", "-o", "addopts="),
    *("-n0", "--continue-on-collection-errors", "--no-header", "--tb=no"),
)
"""Options of pytest in every tree, after the project's own."""


def import_limit(tests: Sequence[str], limits: LimitsFor) -> float:
    """Return the seconds that the imports may take, before these tests begin."""
    return IMPORT_SECONDS * max(limits(test).import_share for test in tests)


class TreeWorker:
    """Runs one job after another, each in one tree.

    Starts the child process for the first job, and where it is gone.
    """

    def __init__(self, builds: Builds, directory: Path, code: Path) -> None:
        self.builds, self.settings = builds, builds.settings
        self.checkout, self.directory, self.code = Checkout(builds.git, directory), directory, code
        self.home = directory.with_name(f"home-{directory.name}")  # no path below it begins with the tree's directory
        self.root = (directory / self.settings.prefix).resolve()
        self.is_test = functools.cache(self.settings.layout.is_test)
        self.child: ChildProcess | None = None
        self.preloaded: list[str] = []  # packages that the child loaded for all jobs

    def run(
        self, tree: Tree, tests: Sequence[str], limits: LimitsFor, options: JobOptions, import_path: Sequence[str] = ()
    ) -> tuple[list[JobReply], Aborted | None]:
        """Return all replies to a job for `tests` in `tree`, and how it was aborted, None where it ran to its end.

        `import_path` comes first in the module path of Pythons that tests start.
        """
        with self._empty_home():
            try:
                self.checkout.switch_to(self.builds.built(tree, self.checkout, self._environment()))
            except BuildFailed as error:
                return [{"test": test, "state": "unprepared", "message": str(error)} for test in tests], None
            config = self._write_config()
            if self.child is None or self.child.is_ended():
                self.child = start_child(self._setup(config))
            job: JobMessage = {
                **self._limits(tests, limits),
                "environment": self._environment(import_path),
                "test_modules": [path for path in tree if path.endswith(".py") and self.is_test(path)],
                "shadowed_modules": sorted(shadowed_modules(tree, self.preloaded)),
                **options,
            }
            replies, aborted = self.child.run_job(job, max(job["wall_limits"].values()) + import_limit(tests, limits))
            self.preloaded = next((reply["preloaded"] for reply in replies if "preloaded" in reply), self.preloaded)
            return replies, aborted

    def _limits(self, tests: Sequence[str], limits: LimitsFor) -> JobLimits:
        """Return the seconds that may pass, and the seconds of processor time, for each test."""
        extra = {test: limits(test).factor * self.settings.seconds.get(test, 0.0) for test in tests}
        return {
            "wall_limits": {test: limits(test).wall_seconds + seconds for test, seconds in extra.items()},
            "cpu_limits": {test: limits(test).cpu_seconds + seconds for test, seconds in extra.items()},
        }

    def end(self) -> None:
        """End the processes of this worker."""
        self.checkout.contents.close()
        if self.child is not None:
            self.child.end()

    def _setup(self, config: Path) -> SetupMessage:
        """Return the child's first line: everything that its jobs have in common."""
        fixed = ("-c", str(config), f"--rootdir={self.root}", f"--confcutdir={self.root}")
        return {
            "tree": str(self.directory),
            "root": str(self.root),
            "work_tree": self.settings.work_tree,
            "environment": self._environment(),
            "source_roots": self._roots(),
            "top_modules": list(self.settings.top_modules),
            "installed": self.settings.installed,
            "arguments": [*self.settings.pytest.arguments, *fixed, "-o", f"cache_dir={self.home}/cache", *ARGUMENTS],
            "memory": self.settings.memory,
            "bytecode_cache": str(self.code),
        }

    def _roots(self) -> list[str]:
        return [str(self.directory / root) for root in self.settings.roots]

    def _environment(self, import_path: Sequence[str] = ()) -> dict[str, str]:
        return tree_environment(self.directory, self.home, [*import_path, *self._roots()])

    def _write_config(self) -> Path:
        file, content = self.settings.pytest.config
        name = Path(file).name
        name = name if name in OWN_NAME else CONFIG_NAME + Path(name).suffix
        directory = Path(os.path.normpath(self.root / file)).parent
        path = (directory if directory.is_relative_to(self.directory.resolve()) else self.root) / name
        for each in (self.root, path.parent):
            each.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    @contextlib.contextmanager
    def _empty_home(self) -> Iterator[None]:
        """Make a home directory beside the tree, for as long as tests run in it."""
        self.home.mkdir(exist_ok=True)
        try:
            yield
        finally:
            remove(self.home)
