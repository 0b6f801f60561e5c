"""A git tree as files, written byte for byte, and gone when it is no longer needed."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from pathlib import Path

from pytest_execute.engine.child.snapshot import Marks, take_snapshot
from pytest_execute.tools.git import BlobReader, Git, Tree
from pytest_execute.tools.scratch import remove

LINK, SUBMODULE = "120000", "160000"


class Checkout:
    """A directory that holds one tree after the other: what is right stays, the rest is removed or written."""

    def __init__(self, git: Git, directory: Path) -> None:
        self.contents, self.directory = BlobReader(git), directory
        self.held: Tree = {}
        self.marks: Marks = {}

    def hold(self, tree: Tree) -> None:
        """Make the directory hold `tree`, whatever was done to it."""
        try:
            self._hold(tree)
        except OSError:  # permissions taken away, a file where a directory was: from nothing, then
            remove(self.directory)
            self.held, self.marks = {}, {}
            self._hold(tree)

    def _hold(self, tree: Tree) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        top = str(self.directory)
        there = take_snapshot(top)
        right = {
            path
            for path, entry in tree.items()
            if self.held.get(path) == entry
            and (known := self.marks.get(f"{top}/{path}")) is not None
            and there.get(f"{top}/{path}") == known
        }
        self.held, before = {}, self.marks
        keep = {f"{top}/{path}" for path in right}
        keep |= {f"{top}/{parent}" for path in right for parent in _parents(path)}
        for path in sorted(there.keys() - keep, reverse=True):
            os.rmdir(path) if len(there[path]) == 1 else os.unlink(path)  # noqa: PTH106, PTH108
        for path in there.keys() & keep:
            if len(there[path]) == 1 and there[path] != before.get(path):
                raise PermissionError(path)
        write_tree(self.contents, {path: entry for path, entry in tree.items() if path not in right}, self.directory)
        self.held, self.marks = tree, take_snapshot(top)


def _parents(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def write_tree(git: Git | BlobReader, tree: Tree, directory: Path) -> None:
    """Write each blob as it is stored: no attribute, filter or line ending has a say. Links that leave the tree are left out."""
    files = {path: entry for path, entry in tree.items() if entry.mode != SUBMODULE}
    contents = git.blobs(entry.oid for entry in files.values())
    for path, entry in files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        content = contents[entry.oid]
        if entry.mode != LINK:
            target.write_bytes(content)
            target.chmod(0o755 if entry.mode == "100755" else 0o644)
        elif stays_inside(path, os.fsdecode(content)):
            target.symlink_to(os.fsdecode(content))


def stays_inside(path: str, target: str) -> bool:
    """Does a link at `path`, relative to the top of the tree, lead to somewhere in the tree?"""
    return not posixpath.normpath(posixpath.join(posixpath.dirname(path), target)).startswith(("..", "/"))
