"""Writes the demo as a git repository: the same commits, with the same ids, on every machine."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.demo.commits import BREAKDOWN, SKELETON, TOPIC, WORK, Commit, story
from pytest_execute.demo.flaws import FLAWED_SKELETON, FLAWED_WORK, FLAWS
from pytest_execute.tools import git, process

__all__ = ["FLAWS", "TOPIC", "build"]

HERE = Path(__file__).parent
BEGIN = 1_772_442_000  # 2026-03-02 09:00 UTC
PACE = 25 * 60
RENAMED = {".gitignore": "gitignore"}  # as `.gitignore` it would hide files of the package itself


def build(directory: Path, flawed: bool = False) -> None:
    """Make a repository of the demo in `directory`, which must be new or empty; main is checked out at the end."""
    if directory.is_file() or (directory.is_dir() and any(directory.iterdir())):
        message = "there is something here already: name a new or an empty directory"
        raise ExecuteError(Problem("not-empty", message, str(directory)))
    commits = story(FLAWED_WORK, FLAWED_SKELETON) if flawed else story(WORK, SKELETON)
    layers = ("project-flawed", "project") if flawed else ("project",)
    directory.mkdir(parents=True, exist_ok=True)
    _git(directory, "init", "--quiet", "--template=", "--initial-branch=main", "--object-format=sha1")
    _git(directory, "fast-import", "--quiet", stdin=b"".join(_stream(commits, DemoProject(layers))))
    _git(directory, "reset", "--quiet", "--hard")


class DemoProject:
    """The files of the application as each stage of its history has them."""

    def __init__(self, layers: tuple[str, ...]) -> None:
        self._layers = layers

    def read(self, path: str, stage: str) -> bytes:
        """The content of a file as the commit of `stage` brings it: its last state where no earlier one is kept."""
        layers = (f"project-earlier/{stage}", *self._layers) if stage else self._layers
        files = (HERE / layer / RENAMED.get(path, path) for layer in layers)
        return next(file for file in files if file.is_file()).read_bytes()

    def tree(self, commits: list[Commit]) -> dict[str, bytes]:
        """The files after all these commits, with the boxes of the tasks they did ticked."""
        files = {path: self.read(path, commit.stage) for commit in commits for path in commit.paths}
        if BREAKDOWN in files:
            files[BREAKDOWN] = _untick(files[BREAKDOWN], {commit.done for commit in commits})
        return files


def _untick(breakdown: bytes, done: set[str]) -> bytes:
    """The breakdown with the boxes of all tasks open that are not done."""

    def box(match: re.Match[bytes]) -> bytes:
        number = (match["task"] or match["parent"]).decode()
        return match[0] if number in done else match[0].replace(b"[x]", b"[ ]")

    return re.sub(rb"(?m)^### (?P<task>\d+)\. \[x\]|^- \[x\] (?P<parent>\d+)\.\d+ ", box, breakdown)


def _stream(commits: list[Commit], project: DemoProject) -> Iterator[bytes]:
    """What `git fast-import` reads: each commit with all of its files."""
    made: dict[str, list[int]] = {}  # by branch: all commits in it, the last one at the end
    for number, commit in enumerate(commits):
        parents = [made.get(commit.branch) or made.get("main", [])]
        if commit.merges:
            parents.append(made[commit.merges])
        contained = list(dict.fromkeys(one for parent in parents for one in parent))
        made[commit.branch] = [*contained, number]
        who = f"{commit.author} <{commit.author}@ferry.example> {BEGIN + number * PACE} +0000"
        yield f"commit refs/heads/{commit.branch}\nmark :{number + 1}\nauthor {who}\ncommitter {who}\n".encode()
        yield _data(f"{commit.message}\n".encode())
        for word, parent in zip(("from", "merge"), parents, strict=False):
            yield f"{word} :{parent[-1] + 1}\n".encode() if parent else b""
        yield b"deleteall\n"
        for path, content in project.tree([commits[one] for one in made[commit.branch]]).items():
            yield f"M 100644 inline {path}\n".encode() + _data(content)


def _data(content: bytes) -> bytes:
    return f"data {len(content)}\n".encode() + content + b"\n"


def _git(directory: Path, *arguments: str, stdin: bytes = b"") -> None:
    """Run git without any configuration but the repository's own."""
    env = git.clean_environment() | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    answer = process.run(["git", *arguments], cwd=directory, env=env, stdin=stdin)
    if answer.returncode:
        said = answer.stderr.decode(errors="replace").strip()
        raise ExecuteError(Problem("git", f"`git {arguments[0]}` failed: {said}", str(directory)))
