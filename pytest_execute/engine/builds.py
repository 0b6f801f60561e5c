"""Build step of projects that need one: the policy's `prepare` command runs once in each tree.

What the command adds belongs to the tree from then on.
"""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

from pytest_execute.engine.checkout import Checkout
from pytest_execute.engine.child.messages import BuildMessage, BuildResult
from pytest_execute.engine.child.snapshot import take_snapshot
from pytest_execute.engine.settings import Settings, child_environment
from pytest_execute.tools import json_values, process
from pytest_execute.tools.git import Entry, Git, Tree
from pytest_execute.tools.git_write import write_blobs

BUILD_SCRIPT = Path(__file__).parent / "child" / "build.py"
TIMEOUT = 600.0
"""Seconds that the command may take in one tree."""


class BuildFailed(Exception):
    """Failure of the command, or its change of a file of the tree, as the message says."""


class Builds:
    """Results of the command for each tree: the tree with the files that the command added, or the error."""

    def __init__(self, git: Git, settings: Settings) -> None:
        self.git, self.settings = git, settings
        self.command = f"`{shlex.join(settings.prepare)}`"
        self.results: dict[frozenset[tuple[str, Entry]], Tree | BuildFailed] = {}
        self.processes: list[subprocess.Popen[bytes]] = []

    def built(self, tree: Tree, checkout: Checkout, environment: Mapping[str, str]) -> Tree:
        """Return `tree` with the files that the command adds, running the command in `checkout` once.

        Raises BuildFailed.
        """
        if not self.settings.prepare:
            return tree
        key = frozenset(tree.items())
        if key not in self.results:
            try:
                self.results[key] = self._build(tree, checkout, environment)
            except BuildFailed as error:
                self.results[key] = error
        result = self.results[key]
        if isinstance(result, BuildFailed):
            raise result
        return result

    def end(self) -> None:
        """End the commands that run now."""
        for child in self.processes:
            assert child.stdin is not None
            with contextlib.suppress(OSError):
                child.stdin.close()

    def _build(self, tree: Tree, checkout: Checkout, environment: Mapping[str, str]) -> Tree:
        checkout.switch_to(tree)
        result = self._run_command(checkout.directory, environment)
        if result["status"] is None:
            raise BuildFailed(f"{self.command} {result['last_line']}")
        if result["status"]:
            raise BuildFailed(f"{self.command} ended with {result['status']}: {result['last_line']}")
        return tree | self._added(tree, checkout)

    def _run_command(self, directory: Path, environment: Mapping[str, str]) -> BuildResult:
        result, output = (directory.with_name(f"{directory.name}-{name}") for name in ("result", "output"))
        path = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", os.defpath)])
        build: BuildMessage = {
            "command": [*self.settings.prepare],
            "root": str(directory / self.settings.prefix),
            "environment": {**environment, "PATH": path},
            "output_file": str(output),
            "result_file": str(result),
        }
        result.unlink(missing_ok=True)
        child = process.start([sys.executable, str(BUILD_SCRIPT)], cwd=BUILD_SCRIPT.parent, env=child_environment())
        self.processes.append(child)
        try:
            assert child.stdin is not None
            child.stdin.write(json_values.encode(build) + b"\n")
            child.stdin.flush()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(TIMEOUT)
        except BrokenPipeError:
            pass
        finally:
            self.processes.remove(child)
            child.communicate()
        if result.exists():
            done: BuildResult = json_values.decode(result.read_bytes(), BuildResult)
            return done
        return {"status": None, "last_line": f"did not end within {TIMEOUT:.0f} s"}

    def _added(self, tree: Tree, checkout: Checkout) -> Tree:
        """Return the files that are in the directory and not in `tree`.

        Raises BuildFailed where a file of the tree changed.
        """
        snapshot = take_snapshot(str(checkout.directory))
        unchanged = {path for path, mark in snapshot.items() if checkout.marks.get(path) == mark}
        for path in sorted(tree.keys() - _relative(checkout, unchanged)):
            if str(checkout.directory / path) in checkout.marks:
                raise BuildFailed(f"{self.command} changed {path}, a file of the commit; let it only add files")
        files = (path for path, mark in snapshot.items() if len(mark) > 1 and not Path(path).is_symlink())
        new = [
            path for path in sorted(_relative(checkout, files) - tree.keys()) if "__pycache__" not in path.split("/")
        ]
        oids = write_blobs(self.git, (checkout.directory / path for path in new))
        modes = ("100755" if os.access(checkout.directory / path, os.X_OK) else "100644" for path in new)
        return {path: Entry(mode, oid) for path, mode, oid in zip(new, modes, oids, strict=True)}


def _relative(checkout: Checkout, paths: Iterable[str]) -> set[str]:
    return {PurePosixPath(path).relative_to(checkout.directory).as_posix() for path in paths}
