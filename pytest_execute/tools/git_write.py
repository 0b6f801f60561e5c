"""Write trees, blobs and commits to the scratch directory of a `Git`, never to the user's repository."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from pytest_execute.core.errors import ExecuteError
from pytest_execute.tools.git import Git

PATHS_PER_COMMAND = 200
"""Files in one command: Linux allows 2 MiB of arguments, and a path has at most 4 KiB."""
IDENTITY = ("-c", "user.name=pytest-execute", "-c", "user.email=pytest-execute@localhost")


def write_work_tree(git: Git, head: str) -> str:
    """Return the id of the tree that a commit of the whole work tree, untracked files included, would have.

    A virtual environment at the top that git does not ignore is left out, and so are the outputs of this program: they
    are not part of the user's work. Nor is what git cannot commit: a nested repository that has no commit, and a file
    that is not tracked and may not be read.
    """
    index = _private_index(git, "snapshot")
    git.run("read-tree", head, index=index)
    others = {path.parent.name for path in git.work_tree.glob("*/pyvenv.cfg")} | set(_outputs(git))
    if others:  # `git add` fails where an excluded path is ignored as well
        others -= _ignored(git, others)
    excluded = [f":(top,exclude,literal){name}" for name in sorted(others)]
    add = ("-c", "core.fsmonitor=false", "add", "--all", "--", ":/", *excluded)
    try:
        git.run(*add, index=index)
    except ExecuteError:
        unreadable = [f":(top,exclude,literal){name}" for name in _never_committed(git, index)]
        if not unreadable:
            raise
        git.run(*add, *unreadable, index=index)
    return git.run_text("write-tree", index=index)


def _never_committed(git: Git, index: Path) -> Iterator[str]:
    """Yield what is not tracked and makes `git add` fail: files without permission, repositories without commit."""
    for name in git.run("ls-files", "-z", "--others", "--exclude-standard", index=index).split(b"\0"):
        path = git.work_tree / os.fsdecode(name)
        is_repository = name.endswith(b"/")  # git lists the files of any other directory
        if _has_no_commit(path) if is_repository else not (path.is_symlink() or os.access(path, os.R_OK)):
            yield os.fsdecode(name)


def _has_no_commit(repository: Path) -> bool:
    try:
        return Git.find(repository).find_commit("HEAD") is None
    except ExecuteError:
        return True


def _ignored(git: Git, names: Iterable[str]) -> set[str]:
    """Return those paths that git ignores; its command fails where it ignores none."""
    try:
        output = git.run("check-ignore", "-z", "--stdin", stdin=os.fsencode("\0".join(names)))
    except ExecuteError:
        return set()
    return {os.fsdecode(name) for name in output.split(b"\0")}


def _outputs(git: Git) -> Iterator[str]:
    """Yield the outputs of this program in the work tree, as paths from its top."""
    top = git.work_tree.resolve()
    for path in git.outputs:
        if path.resolve().is_relative_to(top):
            yield path.resolve().relative_to(top).as_posix()


def write_index(git: Git, index_file: Path) -> str:
    """Return the id of the tree that a commit of the index in `index_file` would have; the file itself is only read."""
    index = _private_index(git, "staged")
    index.write_bytes(index_file.read_bytes())
    return git.run_text("write-tree", index=index)


def write_blobs(git: Git, files: Iterable[Path]) -> list[str]:
    """Store the contents of files, byte for byte, and return their ids."""
    paths = [str(path.absolute()) for path in files]
    oids: list[str] = []
    for start in range(0, len(paths), PATHS_PER_COMMAND):  # `--stdin-paths` has no `-z` (git 2.51)
        command = ("hash-object", "-w", "--no-filters", "--", *paths[start : start + PATHS_PER_COMMAND])
        oids += git.run_text(*command).split()
    return oids


def write_blob(git: Git, content: bytes) -> str:
    """Store a content and return its id."""
    return git.run("hash-object", "-w", "--stdin", stdin=content).decode().strip()


def write_commit(git: Git, tree: str, parents: Iterable[str]) -> str:
    """Return the id of a new commit of `tree` after `parents`."""
    after = [word for parent in parents for word in ("-p", parent)]
    return git.run_text(*IDENTITY, "commit-tree", "--no-gpg-sign", *after, "-m", "snapshot", tree)


def _private_index(git: Git, name: str) -> Path:
    assert git.scratch is not None, "Git.with_scratch comes before anything is written"
    index = git.scratch / f"{name}.index"
    index.unlink(missing_ok=True)
    return index
