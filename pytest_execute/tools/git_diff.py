"""Compare trees with git: changed files, changed lines, and the commit that brought each line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable

from pytest_execute.tools.git import Git

HUNK = re.compile(rb"@@ -\d+(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
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


def changed_lines(git: Git, old: str, new: str) -> dict[str, set[int]]:
    """Return `{path: line numbers}` that `new` has and `old` has not; a path that only lost lines has an empty set.

    The options undo whatever the user's configuration may say of diffs.
    """
    diff = git.run(
        "-c", "core.quotePath=false", "diff", "--unified=0", "--no-color", "--no-ext-diff", "--no-textconv",
        "--no-renames", "--text", "--src-prefix=a/", "--dst-prefix=b/", old, new,
    )  # fmt: skip
    return parse_changed_lines(diff)


def blame(git: Git, commit: str, path: str) -> dict[int, str]:
    """Return `{line: the commit that brought it}`. Whitespace changes (`-w`) and moved or copied lines do not count."""
    output = git.run("blame", "--porcelain", "-w", "-M", "-C", commit, "--", path)
    headers = filter(None, map(BLAME_HEADER.match, output.split(b"\n")))
    return {int(header[2]): header[1].decode() for header in headers}


def parse_changed_lines(diff: bytes) -> dict[str, set[int]]:
    """Return `{path: line numbers}` that a diff without context adds.

    The line counts of each hunk are respected, so that an added line that looks like a header is not taken for one.
    """
    changed: dict[str, set[int]] = {}
    path: str | None = None
    lines_left = 0
    for line in diff.split(b"\n"):
        if lines_left and line[:1] in (b"+", b"-"):
            lines_left -= 1
        elif line.startswith(b"+++ "):
            name = os.fsdecode(line[4:].rstrip(b"\t"))
            path = name[2:] if name.startswith("b/") else None
        elif line.startswith(b"@@ ") and (hunk := HUNK.match(line)):
            removed, start, added = (int(number or 1) for number in hunk.groups())
            lines_left = removed + added
            if path is not None:
                changed.setdefault(path, set()).update(range(start, start + added))
    return changed
