"""Access to the commits of a demo."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tarfile
from pathlib import Path

from pytest_execute.demo.history import TOPIC

TASK = re.compile(r"^### (\d+)\. \[(.)\] .*\n((?:(?!#).*\n?)*)", re.MULTILINE)
FIELD = re.compile(r"^- \*\*(\w+)\*\*: ((?:.*)(?:\n  .*)*)", re.MULTILINE)


class DemoRepository:
    """Demo in a directory, read with plain git."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def git(self, *arguments: str) -> bytes:
        env = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        return subprocess.run(
            ["git", *arguments], cwd=self.directory, env=env, check=True, stdout=subprocess.PIPE
        ).stdout

    def git_text(self, *arguments: str) -> str:
        return self.git(*arguments).decode().strip()

    def commit(self, message: str) -> str:
        """Return the only commit of main with this first line."""
        lines = self.git_text("log", "--format=%H %s", "main").splitlines()
        (commit,) = (line[:40] for line in lines if line[41:] == message)
        return commit

    def changed(self, commit: str) -> list[str]:
        return self.git_text("diff-tree", "--no-commit-id", "--name-only", "-r", commit).splitlines()

    def tasks(self, commit: str = "main") -> dict[str, dict[str, str]]:
        """Return `{id: fields}` of the breakdown in a commit; the checkbox is the field "box"."""
        text = self.git_text("show", f"{commit}:notes/{TOPIC}/breakdown.md")
        return {number: {"box": box, **dict(FIELD.findall(body))} for number, box, body in TASK.findall(text)}

    def pytest(self, commit: str, tmp_path: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run pytest in an export of the commit."""
        with tarfile.open(fileobj=io.BytesIO(self.git("archive", commit))) as archive:
            archive.extractall(tmp_path, filter="data")
        options = ["-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-W", "ignore::pytest.PytestUnknownMarkWarning"]
        command = [sys.executable, "-B", "-m", "pytest", *options, *arguments]
        return subprocess.run(command, cwd=tmp_path, text=True, capture_output=True, check=False)
