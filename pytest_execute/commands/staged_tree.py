"""Write the staged files, or those of a commit, to a directory of their own, for pytest to run in."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pytest_execute.commands.pytest_run import RunLocation
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.layout import Layout
from pytest_execute.engine.checkout import write_tree
from pytest_execute.tools import process
from pytest_execute.tools.environment import python_path, without_git_variables
from pytest_execute.tools.git import Git
from pytest_execute.tools.git_write import write_index
from pytest_execute.tools.output_files import FULL
from pytest_execute.tools.pytest_cache import make_part
from pytest_execute.tools.scratch import scratch
from pytest_execute.workflow import find_project, prefix_of, project_layout

BLOCK = 4096
"""Bytes that are written to find out if a disk is full."""


@contextlib.contextmanager
def staged_tree(repository: Git, project: Path, cache: Path) -> Iterator[RunLocation]:
    """Yield the location of `project` in a directory that holds the staged files and nothing else."""
    _require_space(cache)
    with scratch(cache) as parent:
        git = repository.with_scratch(parent)
        index = _index_file(git)
        yield _write(git, write_index(git, index), project, cache, f"--execute-index={index}")


@contextlib.contextmanager
def committed_tree(repository: Git, project: Path, cache: Path, commit: str) -> Iterator[RunLocation]:
    """Yield the location of `project` in a directory that holds the files of a commit and nothing else."""
    with scratch(cache) as parent:
        yield _write(repository.with_scratch(parent), commit, project, cache, f"--execute-commit={commit}")


def _write(git: Git, treeish: str, project: Path, cache: Path, option: str) -> RunLocation:
    """Write a tree below the scratch directory of `git`, and return the location of `project` there."""
    assert git.scratch is not None
    parent, tree = git.scratch, git.tree(treeish)
    directory = parent / "staged"
    directory.mkdir()
    write_tree(git, tree, directory)
    relative = project.relative_to(git.work_tree.resolve())
    root = directory / relative
    if not root.is_dir():
        hint = "nothing of this project is there: run `git add` first"
        raise ExecuteError(Problem("not-staged", hint, str(project)))
    # pytest looks for its configuration upwards: it must not find one of another project above this directory
    (parent / "pytest.ini").write_text("[pytest]\n")
    options = (
        f"--rootdir={root}",
        f"--execute-repository={git.work_tree}",
        option,
        f"--execute-work-tree={directory}",
        f"--execute-cache-dir={cache}",
        *("-p", "no:cacheprovider"),
    )
    # on PYTHONPATH, staged modules come before those of an installed checkout
    found = find_project(root, top=directory)
    known = Layout(prefix=prefix_of(root, directory), home=prefix_of(found.home, directory))
    layout = project_layout(git, tree, found.policy_from(directory), known)
    environment = {
        "PYTHONPATH": python_path((directory / each for each in layout.import_roots(tree)), root),
        "PYTHONDONTWRITEBYTECODE": "1",
        "GIT_CEILING_DIRECTORIES": str(parent),
    }
    _prepare(found.policy.prepare, root, environment)
    return RunLocation(root, options, environment)


def _require_space(cache: Path) -> None:
    """Raise ExecuteError where the disk of the checkout is full: what is staged could not be committed either."""
    try:
        with tempfile.TemporaryFile(dir=make_part(cache)) as file:
            file.write(bytes(BLOCK))
    except OSError as error:
        if error.errno in FULL:
            message = f"{error.strerror}, so what is staged could not be committed either: free some space"
            raise ExecuteError(Problem("unwritable", message, str(cache))) from None


def _prepare(command: Sequence[str], root: Path, environment: Mapping[str, str]) -> None:
    """Run the command of the policy that makes what the tests need, as in each tree of the replay."""
    if not command:
        return
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
    env = {**without_git_variables(os.environ), **environment, "PATH": path}
    try:
        done = process.run(command, cwd=root, env=env)
        problem = f"ended with {done.returncode}: {process.last_line(done)}" if done.returncode else ""
    except OSError as error:
        problem = f"could not be started: {error.strerror}"
    if problem:
        message = f"`{shlex.join(command)}`, the policy's `prepare`, {problem}"
        raise ExecuteError(Problem("not-prepared", f"{message}: let it work where only the files of git are"))


def _index_file(git: Git) -> Path:
    """Return the index that will be committed. `git commit -a` makes another one, and names it in GIT_INDEX_FILE."""
    path = git.work_tree / (os.environ.get("GIT_INDEX_FILE") or git.git_dir / "index")
    if not path.exists():
        raise ExecuteError(Problem("no-index", "nothing is staged: run `git add` first", str(git.work_tree)))
    return path
