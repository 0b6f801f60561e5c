"""Parts what a process wrote that was measured for pytest-cov and for us at once: its context tells the gates, between marks."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

from coverage.numbits import nums_to_numbits

MARK = "\x1f"
MARKED = re.compile(f"{MARK}([^{MARK}]*){MARK}")


def marked(static: str | None, gates: str) -> str:
    """The context of a process that belongs to `gates`, where the user's settings say `static`."""
    return f"{static or ''}{MARK}{gates}{MARK}"


def part(base: Path, directory: Path, *, branch: bool, theirs: bool) -> None:
    """Of each marked file beside the data file `base`, leave what pytest-cov asked for, and put what we did into `directory`.

    `branch` and `theirs` say whether we, and pytest-cov, measure branches. What cannot be read is left as it is.
    """
    for file in sorted(base.parent.glob(f"{base.name}.*")):
        with contextlib.suppress(sqlite3.DatabaseError):
            is_marked = any(MARKED.search(context) for context in _contexts(file))
            if is_marked:
                ours = directory / f"data.{file.name.removeprefix(base.name).lstrip('.')}"
                with _open(file) as source, _open(ours, "rwc") as target:
                    source.backup(target)
                _rewrite(ours, lambda context: found[1] if (found := MARKED.search(context)) else context, branch)
            if (
                is_marked or not theirs
            ):  # a process that ran nothing has no context, and says that branches were measured
                _rewrite(file, lambda context: MARKED.sub("", context).lstrip("|"), theirs)


@contextlib.contextmanager
def _open(file: Path, mode: str = "rw") -> Iterator[sqlite3.Connection]:
    with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode={mode}", uri=True)) as database, database:
        yield database


def _contexts(file: Path) -> list[str]:
    with _open(file) as database:
        return [context for (context,) in database.execute("select context from context")]


def _rewrite(file: Path, name: Callable[[str], str], branch: bool) -> None:
    with _open(file) as database:
        for context in [row[0] for row in database.execute("select context from context")]:
            database.execute("update context set context = ? where context = ?", (name(context), context))
        if not branch:
            _to_lines(database)


def _to_lines(database: sqlite3.Connection) -> None:
    """As if lines alone had been measured."""
    lines: dict[tuple[int, int], set[int]] = {}
    for file, context, line in database.execute("select file_id, context_id, tono from arc where tono >= 0"):
        lines.setdefault((file, context), set()).add(line)
    for (file, context), found in lines.items():
        database.execute("insert or replace into line_bits values (?, ?, ?)", (file, context, nums_to_numbits(found)))
    database.execute("delete from arc")
    database.execute("update meta set value = '0' where key = 'has_arcs'")
