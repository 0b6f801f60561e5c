"""Record that a topic was closed, `closed.toml` beside its breakdown: the commit that it passed at."""

from __future__ import annotations

import re

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.toml_reader import BrokenToml, read_toml

FILE_NAME = "closed.toml"
COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def read_closing(text: str, path: str) -> str:
    """Return the commit that a record names. Raises ExecuteError where it names none; `path` is for the message."""
    try:
        commit = read_toml(text).get("commit")
    except BrokenToml as error:
        raise ExecuteError(Problem("broken-toml", f"not valid TOML: {error}", path)) from None
    if not isinstance(commit, str) or not COMMIT.fullmatch(commit):
        raise ExecuteError(Problem("bad-record", "commit: expected the id of a commit: close the topic again", path))
    return commit


def describe_closing(topic: str, commit: str) -> str:
    """Return where a closed topic is judged, for the user."""
    return f"{topic} was closed at {commit[:7]}, and is judged there"


def write_closing(commit: str, version: str) -> str:
    """Return the text of a record."""
    comment = "# Written by `pytest-execute close`: the topic passed at this commit, and `gate` judges it there."
    return f'{comment}\ncommit = "{commit}"\nversion = "{version}"\n'
