"""Trees of projects with a build step: a command runs once in each, and what it adds belongs to the tree from then on."""

from __future__ import annotations

import contextlib
import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct

from pytest_execute.engine.checkout import Checkout
from pytest_execute.engine.child.snapshot import take_snapshot
from pytest_execute.engine.settings import Settings, clean_environment
from pytest_execute.tools import process
from pytest_execute.tools.git import Entry, Git, Tree
from pytest_execute.tools.git_write import write_blobs

BUILDING = Path(__file__).parent / "child" / "build.py"
PATIENCE = 600.0
"""Seconds in which a tree must be prepared."""


class BuildFailed(Exception):
    """The command did not do what it should; the message says how."""


class _Built(Struct, frozen=True):
    status: int | None = None
    last: str = f"did not end within {PATIENCE:.0f} s"


class Builds:
    """The trees that have been prepared, with what the command added, or what it said where it failed."""

    def __init__(self, git: Git, setting: Settings) -> None:
        self.git, self.setting = git, setting
        self.command = f"`{shlex.join(setting.prepare)}`"
        self.known: dict[frozenset[tuple[str, Entry]], Tree | BuildFailed] = {}
        self.running: list[subprocess.Popen[bytes]] = []

    def ready(self, tree: Tree, slot: Checkout, environment: Mapping[str, str]) -> Tree:
        """`tree` with what the command of the policy adds to it, for which it runs in `slot`. Raises Unprepared."""
        if not self.setting.prepare:
            return tree
        key = frozenset(tree.items())
        if key not in self.known:
            try:
                self.known[key] = self._prepared(tree, slot, environment)
            except BuildFailed as error:
                self.known[key] = error
        found = self.known[key]
        if isinstance(found, BuildFailed):
            raise found
        return found

    def end(self) -> None:
        """End whatever is built just now."""
        for child in self.running:
            assert child.stdin is not None
            with contextlib.suppress(OSError):
                child.stdin.close()

    def _prepared(self, tree: Tree, slot: Checkout, environment: Mapping[str, str]) -> Tree:
        slot.hold(tree)
        built = self._build(slot.directory, environment)
        if built.status is None:
            raise BuildFailed(f"{self.command} {built.last}")
        if built.status:
            raise BuildFailed(f"{self.command} ended with {built.status}: {built.last}")
        return tree | self._added(tree, slot)

    def _build(self, directory: Path, environment: Mapping[str, str]) -> _Built:
        said, log = (directory.with_name(f"{directory.name}-{name}") for name in ("said", "log"))
        path = os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", os.defpath)])
        order = {
            "command": self.setting.prepare,
            "root": str(directory / self.setting.prefix),
            "environment": {**environment, "PATH": path},
            "log": str(log),
            "said": str(said),
        }
        said.unlink(missing_ok=True)
        child = process.start([sys.executable, str(BUILDING)], cwd=BUILDING.parent, env=clean_environment())
        self.running.append(child)
        try:
            assert child.stdin is not None
            child.stdin.write(msgspec.json.encode(order) + b"\n")
            child.stdin.flush()
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(PATIENCE)
        except BrokenPipeError:
            pass
        finally:
            self.running.remove(child)
            child.communicate()
        return msgspec.json.decode(said.read_bytes(), type=_Built) if said.exists() else _Built()

    def _added(self, tree: Tree, slot: Checkout) -> Tree:
        """The files that stand in the directory of `slot` and not in `tree`; one of the tree that is another now is refused."""
        there = take_snapshot(str(slot.directory))
        still = {path for path, mark in there.items() if slot.marks.get(path) == mark}
        for path in sorted(tree.keys() - _below(slot, still)):
            if str(slot.directory / path) in slot.marks:
                raise BuildFailed(f"{self.command} changed {path}, which stood in the tree: it may only add to it")
        files = (path for path, mark in there.items() if len(mark) > 1 and not Path(path).is_symlink())
        new = [path for path in sorted(_below(slot, files) - tree.keys()) if "__pycache__" not in path.split("/")]
        oids = write_blobs(self.git, (slot.directory / path for path in new))
        modes = ("100755" if os.access(slot.directory / path, os.X_OK) else "100644" for path in new)
        return {path: Entry(mode, oid) for path, mode, oid in zip(new, modes, oids, strict=True)}


def _below(slot: Checkout, paths: Iterable[str]) -> set[str]:
    return {PurePosixPath(path).relative_to(slot.directory).as_posix() for path in paths}
