"""Git repositories for tests."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent

QUIET = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_AUTHOR_NAME": "A. Author",
    "GIT_AUTHOR_EMAIL": "author@example.org",
    "GIT_COMMITTER_NAME": "A. Author",
    "GIT_COMMITTER_EMAIL": "author@example.org",
}

"""Environment in which git reads nobody's configuration."""
USER_SETTINGS = {"diff.noprefix": "true", "color.ui": "always", "diff.external": "false", "log.showSignature": "true"}
"""Configuration of a user that changes what git prints."""


class Repository:
    """Git repository at `path`."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        """Run git and return its output; a failure of git fails the test."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | QUIET
        done = subprocess.run(
            ["git", "-c", "maintenance.auto=false", *arguments],
            cwd=self.path,
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.rstrip("\n")

    def put(self, path: str, text: str | None) -> None:
        """Write a file of the work tree, or remove it where `text` is None."""
        target = self.path / path
        if text is None:
            target.unlink()
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(dedent(text).lstrip("\n"))

    def commit(self, message: str = "work", files: Mapping[str, str | None] | None = None) -> str:
        """Write `files`, commit everything, and return the id of the commit."""
        for path, text in (files or {}).items():
            self.put(path, text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def state(self) -> tuple[str, ...]:
        """Return the state that a tool must not change: the bytes of the index, status, stash, worktrees, branches."""
        index = (self.path / ".git" / "index").read_bytes().hex()
        commands = (["status", "--porcelain"], ["stash", "list"], ["worktree", "list"], ["for-each-ref"])
        # the index first: `git status` may refresh it
        return (index, *(self.git("--no-optional-locks", *words) for words in commands))
