"""Compare trees with git: changed and renamed files, and the commit that brought each line."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.tools.git import Git

BLAME_HEADER = re.compile(rb"([0-9a-f]{40,64}) \d+ (\d+)(?: \d+)?$")

FILES = ("-r", "-z", "--ignore-submodules=none")
"""Options of `git diff-tree`: all files, their names as they are, and submodules whatever `.gitmodules` says."""


def changed_files(git: Git, old: str, new: str) -> list[str]:
    """Return the sorted paths whose content differs."""
    return _differing_files(git, old, new)


def removed_files(git: Git, old: str, new: str) -> list[str]:
    """Return the sorted paths that only `old` has."""
    return _differing_files(git, old, new, "--diff-filter=D")


def removed_in_commits(git: Git, commits: Iterable[str]) -> set[str]:
    """Return the paths that one of the commits removed, compared with any of its parents."""
    options = (*FILES, "--name-only", "-m", "--no-renames", "--no-commit-id", "--diff-filter=D")
    stdin = "".join(f"{commit}\n" for commit in commits).encode()
    output = git.run("diff-tree", "--stdin", *options, stdin=stdin) if stdin else b""
    return {os.fsdecode(path) for path in output.split(b"\0") if path}


def _differing_files(git: Git, old: str, new: str, *options: str) -> list[str]:
    output = git.run("diff-tree", *FILES, "--name-only", "--no-renames", *options, old, new)
    return sorted(os.fsdecode(path) for path in output.split(b"\0") if path)


def renamed_files(git: Git, old: str, new: str) -> dict[str, str]:
    """Return `{new path: old path}` of the files that were renamed: at least half of the content is the same.

    Line ends do not count (`hash_chars` in git's diffcore-delta.c).
    """
    output = git.run("diff-tree", *FILES, "--name-status", "-M50%", "-l0", "--diff-filter=R", old, new)
    _, *names = output.split(b"\0")  # each record is a status, the old path and the new one
    return {os.fsdecode(new): os.fsdecode(old) for old, new in zip(names[::3], names[1::3], strict=False)}


def commits_that_added(git: Git, commits: Mapping[str, tuple[str, ...]], paths: Collection[str]) -> list[str]:
    """Return those of `commits` that have one of `paths` and whose first parent has it not.

    `commits` maps them to their parents; one without parents is compared with the tree without files.
    """
    stdin = "".join(f"{' '.join((commit, *parents[:1]))}\n" for commit, parents in commits.items()).encode()
    options = (*FILES, "--name-only", "--root", "--no-renames", "--diff-filter=A")
    output = git.run("diff-tree", "--stdin", *options, "--", *paths, stdin=stdin) if commits else b""
    return [name for name in map(os.fsdecode, output.split(b"\0")) if name in commits]


def blame(git: Git, commit: str, path: str, content: bytes) -> dict[int, str]:
    """Return `{line: the commit that brought it}` of a file, which has this content in `commit`.

    Whitespace changes (`-w`) and moved or copied lines do not count.
    """
    options = ("--porcelain", "-w", "-M", "-C", "--no-textconv", "--encoding=none")
    output = git.run("blame", *options, commit, "--", path)
    try:
        return parse_blame(output, content)
    except ValueError as error:
        raise ExecuteError(Problem("git", str(error), path)) from None


def parse_blame(output: bytes, content: bytes) -> dict[int, str]:
    """Return `{line: commit}` from the output of `git blame --porcelain`; each line of `content` has to be there.

    Raises ValueError otherwise: a line that is lost would belong to nobody, and nobody would have to cover it.
    """
    found = list(_blamed_lines(output))
    lines = content.removesuffix(b"\n").split(b"\n") if content else []
    if [(number, text) for number, _, text in found] != list(enumerate(lines, start=1)):
        raise ValueError("`git blame` shows another text than git has stored: run git without a wrapper")
    return {number: commit for number, commit, _ in found}


def _blamed_lines(output: bytes) -> Iterator[tuple[int, str, bytes]]:
    """Yield number, commit and text of each line; number 0 where a header is no header."""
    header = None
    for line in output.split(b"\n")[:-1]:
        if header is None:
            header = BLAME_HEADER.match(line)
            if header is None:
                yield 0, "", line
        elif line.startswith(b"\t"):
            yield int(header[2]), header[1].decode(), line[1:]
            header = None
    if header is not None:
        yield 0, "", b""
