"""A real git repository for a test: write files, commit, branch, look at what git says."""

from __future__ import annotations

import os
import subprocess
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


class Repository:
    """A repository at `path`, made with the first use."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True, exist_ok=True)
        self.git("init", "-q", "-b", "main")

    def git(self, *arguments: str) -> str:
        """What git prints; a failure of git fails the test."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | QUIET
        done = subprocess.run(["git", *arguments], cwd=self.path, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.rstrip("\n")

    def put(self, path: str, text: str | None) -> None:
        target = self.path / path
        if text is None:
            target.unlink()
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(dedent(text).lstrip("\n"))

    def commit(self, message: str = "work", files: dict[str, str | None] | None = None) -> str:
        """Write `files`, commit all there is, and give the commit's id."""
        for path, text in (files or {}).items():
            self.put(path, text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD")

    def state(self) -> tuple[str, ...]:
        """All that a tool must leave as it was: status, stash, worktrees, branches, the bytes of the index."""
        index = (self.path / ".git" / "index").read_bytes().hex()
        asked = (["status", "--porcelain"], ["stash", "list"], ["worktree", "list"], ["for-each-ref"])
        # the index first: `git status` may refresh it
        return (index, *(self.git("--no-optional-locks", *words) for words in asked))
