"""Compare trees with git: changed and renamed files, and the commit that brought each line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from pytest_execute.tools.git import Git

BLAME_HEADER = re.compile(rb"([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?$")


def changed_files(git: Git, old: str, new: str) -> list[str]:
    """Return the sorted paths whose content differs."""
    return _differing_files(git, old, new)


def removed_files(git: Git, old: str, new: str) -> list[str]:
    """Return the sorted paths that only `old` has."""
    return _differing_files(git, old, new, "--diff-filter=D")


def removed_in_commits(git: Git, commits: Iterable[str]) -> set[str]:
    """Return the paths that one of the commits removed, compared with any of its parents."""
    options = ("-r", "-m", "-z", "--name-only", "--no-renames", "--no-commit-id", "--diff-filter=D")
    stdin = "".join(f"{commit}\n" for commit in commits).encode()
    output = git.run("diff-tree", "--stdin", *options, stdin=stdin) if stdin else b""
    return {os.fsdecode(path) for path in output.split(b"\0") if path}


def _differing_files(git: Git, old: str, new: str, *options: str) -> list[str]:
    output = git.run("diff-tree", "-r", "-z", "--name-only", "--no-renames", *options, old, new)
    return sorted(os.fsdecode(path) for path in output.split(b"\0") if path)


def renamed_files(git: Git, old: str, new: str) -> dict[str, str]:
    """Return `{new path: old path}` of the files that were renamed: at least half of the content is the same.

    Line ends do not count (`hash_chars` in git's diffcore-delta.c).
    """
    output = git.run("diff-tree", "-r", "-z", "--name-status", "-M50%", "-l0", "--diff-filter=R", old, new)
    _, *names = output.split(b"\0")  # each record is a status, the old path and the new one
    return {os.fsdecode(new): os.fsdecode(old) for old, new in zip(names[::3], names[1::3], strict=False)}


def blame(git: Git, commit: str, path: str) -> dict[int, str]:
    """Return `{line: the commit that brought it}`. Whitespace changes (`-w`) and moved or copied lines do not count."""
    output = git.run("blame", "--porcelain", "-w", "-M", "-C", commit, "--", path)
    headers = filter(None, map(BLAME_HEADER.match, output.split(b"\n")))
    return {int(header[2]): header[1].decode() for header in headers}
