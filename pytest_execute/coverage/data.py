"""What coverage.py wrote, read from its documented tables: its own way to contexts by line takes many times as long."""

from __future__ import annotations

import contextlib
import functools
import operator
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

LINES = """select file.path, context.context, numbits from line_bits
    join file on file.id = file_id join context on context.id = context_id"""
HALF = 1 << 21
"""More lines than a file has."""
ARCS = f"""select file.path, context.context, group_concat(fromno * {2 * HALF} + tono + {HALF}) from arc
    join file on file.id = file_id join context on context.id = context_id group by file_id, context_id"""

Wanted = Callable[[str], bool]
Points = set[tuple[int, int]]
"""Ways from line to line, where branches are measured; where only lines are, (line, line)."""


class _Ways(dict[str, tuple[int, int]]):
    """Ways from line to line by the numbers that `ARCS` makes of them; each is read once."""

    def __missing__(self, number: str) -> tuple[int, int]:
        start, end = divmod(int(number), 2 * HALF)
        self[number] = way = (start, end - HALF)
        return way


class Recording:
    """All that was measured in all processes, by file and by context, contexts being gates joined by `|`.

    `lines` holds each set of lines as the bits of one number, which is many times faster than a set; `ways` holds ways from line to line
    as the database tells them, until they are asked for.
    """

    def __init__(self) -> None:
        self.lines: dict[str, dict[str, int]] = {}
        self.ways: dict[str, dict[str, list[str]]] = {}
        self.way = _Ways()

    def points(self, path: str, wanted: Wanted | None = None) -> Points:
        """What ran of a file, in the contexts that are `wanted`, or in any."""
        contexts = self.ways.get(path, {}).items()
        texts = [text for name, some in contexts if wanted is None or wanted(name) for text in some]
        found = set(map(self.way.__getitem__, ",".join(texts).split(","))) if texts else set[tuple[int, int]]()
        found.update((line, line) for line in numbers(self.bits(path, wanted)))
        return found

    def bits(self, path: str, wanted: Wanted | None = None) -> int:
        """The lines that ran of a file, where lines alone are measured, as the bits of a number."""
        contexts = self.lines.get(path, {}).items()
        return functools.reduce(operator.or_, (bits for name, bits in contexts if wanted is None or wanted(name)), 0)

    def contexts(self, path: str) -> set[str]:
        """The contexts in which something of a file ran."""
        return {*self.lines.get(path, {}), *self.ways.get(path, {})}


def read(directory: Path) -> Recording:
    """The recording of every process that wrote into `directory`; a file that a killed process left half written is left out."""
    recording = Recording()
    for file in sorted(directory.glob("data.*")):
        with contextlib.suppress(sqlite3.DatabaseError), contextlib.closing(_open(file)) as database:
            _read(database, recording)
    return recording


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)


def _read(database: sqlite3.Connection, recording: Recording) -> None:
    for path, context, numbits in database.execute(LINES).fetchall():
        lines = recording.lines.setdefault(path, {})
        lines[context] = lines.get(context, 0) | int.from_bytes(numbits, "little")
    for path, context, ways in database.execute(ARCS):
        recording.ways.setdefault(path, {}).setdefault(context, []).append(ways)


def numbers(bits: int) -> Iterator[int]:
    """The numbers of a set that is packed into bits.

    >>> list(numbers(0b101))
    [0, 2]
    """
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
