"""Hook in a linked worktree: tests that use git leave the user's repository alone."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests import hello
from tests.repository import Repository
from tests.topic import ADDOPTS

TEST = """
from hello import commits


def test_counts_the_commits_of_a_repository_of_its_own(tmp_path):
    assert commits(tmp_path) == 1
"""
CODE = """
import subprocess


def commits(directory):
    def git(*words):
        command = ["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *words]
        return subprocess.run(command, cwd=directory, check=True, capture_output=True, text=True).stdout

    git("init", "-q")
    git("config", "core.bare", "false")
    (directory / "a").write_text("a")
    git("add", ".")
    git("commit", "-q", "-m", "first")
    return int(git("rev-list", "--count", "HEAD"))
"""


@pytest.fixture
def worktree(tmp_path: Path) -> Repository:
    """Return a linked worktree in which the task is done and its tick is staged."""
    main = Repository(tmp_path / "main")
    settings = f"[tool.pytest.ini_options]\n{ADDOPTS}pythonpath = ['src']\n"
    main.commit("Begin", {"pyproject.toml": settings, ".gitignore": hello.IGNORED})
    notes = {
        "breakdown.md": hello.BREAKDOWN.format(" "),
        "research.md": "# R\n\nKnown.\n",
        "plan.md": "# P\n\nCount.\n",
    }
    main.commit("Plan", {f"notes/hello/{name}": text for name, text in notes.items()})
    main.commit("Test", {"tests/test_hello.py": TEST})
    main.commit("Count", {"src/hello.py": CODE})
    main.git("worktree", "add", "-q", "-b", "side", str(tmp_path / "side"))
    side = Repository.__new__(Repository)
    side.path = tmp_path / "side"
    side.put("notes/hello/breakdown.md", hello.BREAKDOWN.format("x"))
    side.git("add", "-A")
    return side


def install(worktree: Repository, command: str) -> None:
    """Install a pre-commit hook that runs this command."""
    hook = Path(worktree.git("rev-parse", "--git-common-dir"), "hooks", "pre-commit")
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\nexec {sys.executable} -m {command} >&2\n")
    hook.chmod(0o755)


@pytest.mark.parametrize(
    "command",
    [
        "pytest_execute gate hello --scope claimed -- -n0",
        "pytest -n0 --execute-topic=hello --execute-task=1",
        "pytest -n1 --execute-topic=hello --execute-task=1",
    ],
)
def test_a_commit_goes_through_and_the_repository_stays_as_it_is(worktree: Repository, command: str) -> None:
    install(worktree, command)
    settings = worktree.git("config", "--list", "--local")
    worktree.git("commit", "-q", "-m", "Tick")
    assert worktree.git("rev-list", "--count", "HEAD") == "5"
    assert worktree.git("status", "--porcelain") == ""
    assert worktree.git("config", "--list", "--local") == settings
