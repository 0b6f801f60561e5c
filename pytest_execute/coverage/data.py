"""What coverage.py wrote, read from its documented tables: its own way to contexts by line takes many times as long."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable
from itertools import groupby
from operator import itemgetter
from pathlib import Path

LINES = """select file.path, context.context, numbits from line_bits
    join file on file.id = file_id join context on context.id = context_id"""
ARCS = """select file_id, context_id, fromno, tono from arc order by file_id, context_id"""

Points = set[tuple[int, int]]
"""Ways from line to line, where branches are measured; where only lines are, (line, line)."""


class Recording:
    """All that was measured in all processes: `{path: {context: points}}`, contexts being gates joined by `|`."""

    def __init__(self) -> None:
        self.files: dict[str, dict[str, Points]] = {}

    def add(self, path: str, context: str, points: Iterable[tuple[int, int]]) -> None:
        self.files.setdefault(path, {}).setdefault(context, set()).update(points)

    def points(self, path: str, wanted: Callable[[str], bool] | None = None) -> Points:
        """What ran of a file, in the contexts that are `wanted`, or in any."""
        contexts = self.files.get(path, {})
        return set().union(*(points for context, points in contexts.items() if wanted is None or wanted(context)))


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
        recording.add(path, context, ((line, line) for line in _numbers(numbits)))
    paths = dict(database.execute("select id, path from file"))
    contexts = dict(database.execute("select id, context from context"))
    for (file, context), rows in groupby(database.execute(ARCS), key=itemgetter(0, 1)):
        recording.add(paths[file], contexts[context], map(itemgetter(2, 3), rows))


def _numbers(numbits: bytes) -> Iterable[int]:
    """The numbers of a set that coverage.py packed, a bit each."""
    bits = int.from_bytes(numbits, "little")
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
