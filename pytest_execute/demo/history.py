"""Write the demo as a git repository: the same commits, with the same ids, on every machine.

`git fast-import` makes the commits: it takes names and dates from its input, and reads no work tree.
"""

from __future__ import annotations

import contextlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.demo.commits import BREAKDOWN, SKELETON, TASKS, TOPIC, Commit, commits_of
from pytest_execute.demo.flaws import FLAWED_SKELETON, FLAWED_TASKS, FLAWS
from pytest_execute.tools.git_process import GitProcess, own_environment

__all__ = ["FLAWS", "TOPIC", "build"]

DIRECTORY = Path(__file__).parent
START_TIME = 1_772_442_000  # 2026-03-02 09:00 UTC
SECONDS_BETWEEN_COMMITS = 25 * 60
STORED_NAMES = {".gitignore": "gitignore"}  # as `.gitignore` it would hide files of this package from git


def build(directory: Path, flawed: bool = False) -> None:
    """Make the repository in `directory`, with main checked out. Raises ExecuteError where it is not new or empty."""
    if directory.is_file() or (directory.is_dir() and any(directory.iterdir())):
        message = "there is something here already: name a new or an empty directory"
        raise ExecuteError(Problem("not-empty", message, str(directory)))
    commits = commits_of(FLAWED_TASKS, FLAWED_SKELETON) if flawed else commits_of(TASKS, SKELETON)
    layers = ("project-flawed", "project") if flawed else ("project",)
    with _made(directory):
        git = GitProcess(directory, own_environment())
        git.run("init", "--quiet", "--template=", "--initial-branch=main", "--object-format=sha1")
        git = git.with_variables(GIT_DIR=".git")  # without it, git may ask whether the directory belongs to the user
        git.run("fast-import", "--quiet", stdin=b"".join(_stream(commits, DemoProject(layers))))
        git.run("read-tree", "-u", "--reset", "HEAD")


@contextlib.contextmanager
def _made(directory: Path) -> Iterator[None]:
    """Make a directory unless it is there; after an error it is as it was before, empty or not there."""
    was_there = directory.exists()
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"cannot be made: {error.strerror}: name another directory"
        raise ExecuteError(Problem("unwritable", message, str(directory))) from None
    try:
        yield
    except BaseException:
        shutil.rmtree(directory, ignore_errors=True)
        if was_there:
            directory.mkdir(exist_ok=True)
        raise


class DemoProject:
    """Files of the application at each stage of its history.

    `layers` are directories beside this module: the first that has a file counts. `project-earlier/STAGE` comes first.
    """

    def __init__(self, layers: tuple[str, ...]) -> None:
        self._layers = layers

    def read(self, path: str, stage: str) -> bytes:
        """Return the content of a file at a stage: its last state where no earlier one is stored."""
        layers = (f"project-earlier/{stage}", *self._layers) if stage else self._layers
        files = (DIRECTORY / layer / STORED_NAMES.get(path, path) for layer in layers)
        return next(file for file in files if file.is_file()).read_bytes()

    def tree(self, commits: list[Commit]) -> dict[str, bytes]:
        """Return `{path: content}` after these commits; only the tasks that they did are ticked."""
        files = {path: self.read(path, commit.stage) for commit in commits for path in commit.paths}
        if BREAKDOWN in files:
            files[BREAKDOWN] = _untick(files[BREAKDOWN], {commit.done for commit in commits})
        return files


def _untick(breakdown: bytes, done: set[str]) -> bytes:
    """Return the breakdown with the boxes open of all tasks that are not done."""

    def box(match: re.Match[bytes]) -> bytes:
        task = (match["task"] or match["parent"]).decode()
        return match[0] if task in done else match[0].replace(b"[x]", b"[ ]")

    return re.sub(rb"(?m)^### (?P<task>\d+)\. \[x\]|^- \[x\] (?P<parent>\d+)\.\d+ ", box, breakdown)


def _stream(commits: list[Commit], project: DemoProject) -> Iterator[bytes]:
    """Yield the input of `git fast-import`: each commit with all of its files."""
    numbers: dict[str, list[int]] = {}  # by branch: the numbers of the commits in it, the last one at the end
    for number, commit in enumerate(commits):
        parents = [numbers.get(commit.branch) or numbers.get("main", [])]
        if commit.merges:
            parents.append(numbers[commit.merges])
        contained = list(dict.fromkeys(ancestor for parent in parents for ancestor in parent))
        numbers[commit.branch] = [*contained, number]
        date = START_TIME + number * SECONDS_BETWEEN_COMMITS
        person = f"{commit.author} <{commit.author}@ferry.example> {date} +0000"
        yield f"commit refs/heads/{commit.branch}\nmark :{number + 1}\nauthor {person}\ncommitter {person}\n".encode()
        yield _data(f"{commit.message}\n".encode())
        for word, parent in zip(("from", "merge"), parents, strict=False):
            yield f"{word} :{parent[-1] + 1}\n".encode() if parent else b""
        yield b"deleteall\n"
        for path, content in project.tree([commits[index] for index in numbers[commit.branch]]).items():
            yield f"M 100644 inline {path}\n".encode() + _data(content)


def _data(content: bytes) -> bytes:
    return f"data {len(content)}\n".encode() + content + b"\n"
