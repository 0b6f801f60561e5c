"""Git trees written out as files, byte for byte."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from pathlib import Path

from pytest_execute.engine.child.snapshot import Snapshot, take_snapshot
from pytest_execute.tools.git import LINK_MODE, SUBMODULE_MODE, BlobReader, Git, Tree
from pytest_execute.tools.scratch import remove


class Checkout:
    """Directory that holds one tree after another.

    A switch keeps the files that are right, and removes or writes the others.
    """

    def __init__(self, git: Git, directory: Path) -> None:
        self.contents, self.directory = BlobReader(git), directory
        self.tree: Tree = {}
        self.marks: Snapshot = {}

    def switch_to(self, tree: Tree) -> None:
        """Make the directory hold `tree`, whatever tests have done to the directory."""
        try:
            self._switch_to(tree)
        except OSError:  # a test took permissions away, or put a file where a directory was: write everything again
            remove(self.directory)
            self.tree, self.marks = {}, {}
            self._switch_to(tree)

    def _switch_to(self, tree: Tree) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        top = str(self.directory)
        snapshot = take_snapshot(top)
        unchanged = {
            path
            for path, entry in tree.items()
            if self.tree.get(path) == entry
            and (mark := self.marks.get(f"{top}/{path}")) is not None
            and snapshot.get(f"{top}/{path}") == mark
        }
        self.tree, old_marks = {}, self.marks
        keep = {f"{top}/{path}" for path in unchanged}
        keep |= {f"{top}/{parent}" for path in unchanged for parent in _parents(path)}
        for path in sorted(snapshot.keys() - keep, reverse=True):
            # the mark of a directory has one part; os is used as the paths are strings
            os.rmdir(path) if len(snapshot[path]) == 1 else os.unlink(path)  # noqa: PTH106, PTH108 - see above
        for path in snapshot.keys() & keep:
            if len(snapshot[path]) == 1 and snapshot[path] != old_marks.get(path):
                raise PermissionError(path)
        missing = {path: entry for path, entry in tree.items() if path not in unchanged}
        write_tree(self.contents, missing, self.directory)
        self.tree, self.marks = tree, take_snapshot(top)


def _parents(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path


def write_tree(git: Git | BlobReader, tree: Tree, directory: Path) -> None:
    """Write each blob as git stores it, without attributes, filters or line endings.

    Leave out links that lead out of the tree.
    """
    files = {path: entry for path, entry in tree.items() if entry.mode != SUBMODULE_MODE}
    contents = git.blobs(entry.oid for entry in files.values())
    for path, entry in files.items():
        target = directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        content = contents[entry.oid]
        if entry.mode != LINK_MODE:
            target.write_bytes(content)
            target.chmod(0o755 if entry.mode == "100755" else 0o644)
        elif stays_inside(path, os.fsdecode(content)):
            target.symlink_to(os.fsdecode(content))


def stays_inside(path: str, target: str) -> bool:
    """Return whether a link at `path`, relative to the top of the tree, leads to somewhere in the tree."""
    return not posixpath.normpath(posixpath.join(posixpath.dirname(path), target)).startswith(("..", "/"))
