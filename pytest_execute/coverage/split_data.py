"""Splits data files that were recorded for pytest-cov and for us at once.

Where the user's settings have subprocesses measured (`patch = subprocess`), a subprocess runs one coverage.py for both.
The static context of its data holds the gates, between two marks, beside the user's own static context.
"""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from coverage.numbits import nums_to_numbits

MARK = "\x1f"
"""The ASCII unit separator, which no sensible context has."""
MARKED_CONTEXT = re.compile(f"{MARK}([^{MARK}]*){MARK}")


def mark_context(static: str | None, gates: str) -> str:
    """Return the context of a process for `gates`, where the user's settings give the context `static`."""
    return f"{static or ''}{MARK}{gates}{MARK}"


def split_files(data_file: Path, directory: Path, *, our_branch: bool, their_branch: bool) -> None:
    """Split each marked file beside `data_file`: it keeps pytest-cov's part, and `directory` gets ours.

    `our_branch` is True if we measure branches, `their_branch` if pytest-cov does. A file that cannot be read stays as
    it is.
    """
    for file in sorted(data_file.parent.glob(f"{data_file.name}.*")):
        with contextlib.suppress(sqlite3.DatabaseError):
            is_marked = any(MARKED_CONTEXT.search(context) for context in _contexts(file))
            if is_marked:
                ours = directory / f"data.{file.name.removeprefix(data_file.name).lstrip('.')}"
                with _open(file) as source, _open(ours, "rwc") as target:
                    source.backup(target)
                _rewrite(ours, _our_context, our_branch)
            # The file of a process that ran nothing has no context, and yet its meta table says that it has arcs.
            # coverage.py refuses to combine it with data that has lines.
            if is_marked or not their_branch:
                _rewrite(file, _their_context, their_branch)


def _our_context(context: str) -> str:
    marked = MARKED_CONTEXT.search(context)
    return marked[1] if marked else context


def _their_context(context: str) -> str:
    return MARKED_CONTEXT.sub("", context).lstrip("|")


@contextlib.contextmanager
def _open(file: Path, mode: str = "rw") -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode={mode}", uri=True)) as database, database:
        yield database


def _contexts(file: Path) -> list[str]:
    with _open(file) as database:
        return [context for (context,) in database.execute("select context from context")]


def _rewrite(file: Path, rename: Callable[[str], str], branch: bool) -> None:
    with _open(file) as database:
        for context in [row[0] for row in database.execute("select context from context")]:
            database.execute("update context set context = ? where context = ?", (rename(context), context))
        if not branch:
            _reduce_to_lines(database)


def _reduce_to_lines(database: sqlite3.Connection) -> None:
    """Change the data as if lines alone had been measured."""
    lines: dict[tuple[int, int], set[int]] = {}
    for file, context, line in database.execute("select file_id, context_id, tono from arc where tono >= 0"):
        lines.setdefault((file, context), set()).add(line)
    for (file, context), numbers in lines.items():
        database.execute("insert or replace into line_bits values (?, ?, ?)", (file, context, nums_to_numbits(numbers)))
    database.execute("delete from arc")
    database.execute("update meta set value = '0' where key = 'has_arcs'")
