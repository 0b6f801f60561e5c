"""Today's tests on the tree of an older commit: composed as a git tree, written out byte for byte."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pytest_execute.core.layout import Layout
from pytest_execute.tools.git import Git, Tree
from pytest_execute.tools.scratch import remove

LINK, SUBMODULE = "120000", "160000"


def overlay(commit: Tree, today: Tree, layout: Layout) -> Tree:
    """The files of `commit`, with its tests and all that supports them replaced by those of `today`."""
    older = {path: entry for path, entry in commit.items() if not layout.is_held(path)}
    return older | {path: entry for path, entry in today.items() if layout.is_held(path)}


@contextmanager
def written(git: Git, tree: Tree, directory: Path) -> Iterator[Path]:
    """`tree` as files below `directory`, which is new and is removed on leaving."""
    directory.mkdir(parents=True)
    try:
        write(git, tree, directory)
        yield directory
    finally:
        remove(directory)


def write(git: Git, tree: Tree, directory: Path) -> None:
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
