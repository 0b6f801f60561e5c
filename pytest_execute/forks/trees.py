"""A git tree as files, written byte for byte, and gone when it is no longer needed."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pytest_execute.tools.git import Git, Tree
from pytest_execute.tools.scratch import remove

LINK, SUBMODULE = "120000", "160000"


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
