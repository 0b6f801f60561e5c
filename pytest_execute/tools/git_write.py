"""Write trees, blobs and commits to the scratch directory of a `Git`, never to the user's repository."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.tools.git import Git
from pytest_execute.tools.git_process import GitProcess

PATHS_PER_COMMAND = 200
"""Files in one command: Linux allows 2 MiB of arguments, and a path has at most 4 KiB."""
IDENTITY = {
    f"GIT_{role}_{field}": value
    for role in ("AUTHOR", "COMMITTER")
    for field, value in {"NAME": "pytest-execute", "EMAIL": "pytest-execute@localhost"}.items()
}


def write_work_tree(git: Git, head: str) -> str:
    """Return the id of the tree that a commit of the whole work tree, untracked files included, would have.

    A virtual environment at the top that git does not ignore is left out, and so are the outputs of this program: they
    are not part of the user's work. Nor is what git cannot commit: a nested repository that has no commit, and a file
    that is not tracked and may not be read.
    """
    index = _private_index(git, "snapshot")
    user, own = (each.with_variables(GIT_INDEX_FILE=str(index)) for each in (git.user, git.own))
    own.run("read-tree", head)
    # a file that holds what `head` has is unchanged, whatever the user's filters and attributes would make of it
    own.with_variables(GIT_WORK_TREE=str(git.work_tree)).complete("update-index", "-q", "--refresh")
    others = {path.parent.name for path in git.work_tree.glob("*/pyvenv.cfg")} | set(_outputs(git))
    if others:  # `git add` fails where an excluded path is ignored as well
        others -= _ignored(git, others)
    excluded = [f":(top,exclude,literal){name}" for name in sorted(others)]
    add = ("add", "--all", "--", ":/", *excluded)
    try:
        user.run(*add)
    except ExecuteError:
        unreadable = [f":(top,exclude,literal){name}" for name in _never_committed(user)]
        if not unreadable:
            raise
        user.run(*add, *unreadable)
    return own.run("write-tree").decode().strip()


def _never_committed(user: GitProcess) -> Iterator[str]:
    """Yield what is not tracked and makes `git add` fail: files without permission, repositories without commit."""
    for name in user.run("ls-files", "-z", "--others", "--exclude-standard").split(b"\0"):
        path = user.directory / os.fsdecode(name)
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
    done = git.user.complete("check-ignore", "-z", "--stdin", stdin=os.fsencode("\0".join(names)))
    return {os.fsdecode(name) for name in done.stdout.split(b"\0")}


def _outputs(git: Git) -> Iterator[str]:
    """Yield the outputs of this program in the work tree, as paths from its top."""
    top = git.work_tree.resolve()
    for output in git.outputs:
        for path in (output.resolve(), output.parent.resolve() / output.name):  # a link is written as well
            if path.is_relative_to(top):
                yield path.relative_to(top).as_posix()


def write_index(git: Git, index_file: Path) -> str:
    """Return the id of the tree that a commit of the index in `index_file` would have; the file itself is only read.

    Raises ExecuteError where a merge has left conflicts in it.
    """
    index = _private_index(git, "staged")
    index.write_bytes(index_file.read_bytes())
    user = git.user.with_variables(GIT_INDEX_FILE=str(index))  # a part of it may lie in the user's git directory
    entries = user.run("ls-files", "--unmerged", "-z").split(b"\0")[:-1]
    if entries:
        paths = sorted({os.fsdecode(entry.partition(b"\t")[2]) for entry in entries})
        message = f"the index has conflicts in {', '.join(paths)}: resolve them and run `git add`"
        raise ExecuteError(Problem("unmerged", message, str(git.work_tree)))
    return user.run("write-tree").decode().strip()


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
    return git.own.with_variables(**IDENTITY).run("commit-tree", *after, "-m", "snapshot", tree).decode().strip()


def _private_index(git: Git, name: str) -> Path:
    assert git.scratch is not None, "Git.with_scratch comes before anything is written"
    index = git.scratch / f"{name}.index"
    index.unlink(missing_ok=True)
    return index
