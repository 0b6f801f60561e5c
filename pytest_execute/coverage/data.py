"""Reads the data files of coverage.py into sets of lines and arcs per context.

It reads the tables of coverage.py's documented database schema (version 7 as of coverage.py 7.17), because
`CoverageData.contexts_by_lineno` takes many times as long on large data.
"""

from __future__ import annotations

import contextlib
import functools
import operator
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from pytest_execute.tools import json_values

SELECT_LINES = """select file.path, context.context, numbits from line_bits
    join file on file.id = file_id join context on context.id = context_id"""
ARC_OFFSET = 1 << 21
"""More than the number of lines of any file. It packs an arc into one number; line numbers of exits are negative."""
SELECT_ARCS = f"""select file.path, context.context,
    group_concat(fromno * {2 * ARC_OFFSET} + tono + {ARC_OFFSET}) from arc
    join file on file.id = file_id join context on context.id = context_id group by file_id, context_id"""
SELECT_FILES = "select path from file where id in (select file_id from line_bits union select file_id from arc)"

ContextFilter = Callable[[str], bool]
Encoded = tuple[dict[str, dict[str, str]], dict[str, dict[str, list[str]]]]
Arcs = set[tuple[int, int]]
"""Pairs (from line, to line); (line, line) for each line where branches are not measured."""


class _ParsedArcs(dict[str, tuple[int, int]]):
    """Arcs by the numbers into which `SELECT_ARCS` packs them; each number is parsed once."""

    def __missing__(self, packed: str) -> tuple[int, int]:
        start, end = divmod(int(packed), 2 * ARC_OFFSET)
        self[packed] = arc = (start, end - ARC_OFFSET)
        return arc


class Recording:
    """Lines and arcs that ran in all processes, by file and by context. A context is the ids of gates, joined by `|`.

    `lines` holds each set of lines as the bits of one number, which is many times faster than a set. `packed_arcs`
    holds arcs as the texts of the database, which `arcs` parses.
    """

    def __init__(self) -> None:
        self.lines: dict[str, dict[str, int]] = {}
        self.packed_arcs: dict[str, dict[str, list[str]]] = {}
        self._parsed = _ParsedArcs()

    def arcs(self, path: str, is_counted: ContextFilter | None = None) -> Arcs:
        """Return the arcs of a file that ran in the contexts that `is_counted` accepts, by default in any."""
        contexts = self.packed_arcs.get(path, {}).items()
        texts = [text for context, some in contexts if is_counted is None or is_counted(context) for text in some]
        arcs = set(map(self._parsed.__getitem__, ",".join(texts).split(","))) if texts else set[tuple[int, int]]()
        arcs.update((line, line) for line in unpack_bits(self.line_bits(path, is_counted)))
        return arcs

    def line_bits(self, path: str, is_counted: ContextFilter | None = None) -> int:
        """Return the lines of a file that ran, as bits; 0 where arcs were recorded instead of lines."""
        contexts = self.lines.get(path, {}).items()
        counted = (bits for context, bits in contexts if is_counted is None or is_counted(context))
        return functools.reduce(operator.or_, counted, 0)

    def renamed(self, files: Mapping[str, str], contexts: Mapping[str, str]) -> Recording:
        """Return what was recorded in these files and contexts, under their new names."""
        renamed = Recording()
        for path in files.keys() & {*self.lines, *self.packed_arcs}:
            for context in contexts.keys() & self.contexts(path):
                bits = self.lines.get(path, {}).get(context, 0)
                renamed.add(files[path], contexts[context], bits, self.packed_arcs.get(path, {}).get(context, []))
        return renamed

    def update(self, other: Recording) -> None:
        """Add all that was recorded in another process."""
        for path in {*other.lines, *other.packed_arcs}:
            for context in other.contexts(path):
                bits = other.lines.get(path, {}).get(context, 0)
                self.add(path, context, bits, other.packed_arcs.get(path, {}).get(context, []))

    def add(self, path: str, context: str, bits: int, packed_arcs: Iterable[str] = ()) -> None:
        """Add lines of a file, as bits, and arcs, as the texts of the database."""
        lines = self.lines.setdefault(path, {})
        lines[context] = lines.get(context, 0) | bits
        self.packed_arcs.setdefault(path, {}).setdefault(context, []).extend(packed_arcs)

    def encode(self) -> bytes:
        """Return all that was recorded as JSON."""
        lines = {path: {context: hex(bits) for context, bits in some.items()} for path, some in self.lines.items()}
        return json_values.encode((lines, self.packed_arcs))

    @classmethod
    def decode(cls, data: bytes) -> Recording:
        """Return the recording that `encode` wrote."""
        recording = cls()
        lines, recording.packed_arcs = json_values.decode(data, Encoded)
        for path, some in lines.items():
            recording.lines[path] = {context: int(bits, 16) for context, bits in some.items()}
        return recording

    def contexts(self, path: str) -> set[str]:
        """Return the contexts in which some line of a file ran."""
        return {*self.lines.get(path, {}), *self.packed_arcs.get(path, {})}


def read(directory: Path) -> Recording:
    """Read the data files of all processes in `directory`; skip files that a killed process left half written."""
    recording = Recording()
    for file in sorted(directory.glob("data.*")):
        with contextlib.suppress(sqlite3.DatabaseError), contextlib.closing(_open(file)) as database:
            _read(database, recording)
    return recording


def files_that_ran(directory: Path) -> set[str]:
    """Return the files of which a line ran, by the data files of all processes in `directory`."""
    found: set[str] = set()
    for file in sorted(directory.glob("data.*")):
        with contextlib.suppress(sqlite3.DatabaseError), contextlib.closing(_open(file)) as database:
            found.update(path for (path,) in database.execute(SELECT_FILES))
    return found


def _open(file: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)


def _read(database: sqlite3.Connection, recording: Recording) -> None:
    # numbits: line n is bit n % 8 of byte n // 8, so that the bytes are one little-endian number.
    for path, context, numbits in database.execute(SELECT_LINES).fetchall():
        recording.add(path, context, int.from_bytes(numbits, "little"))
    for path, context, arcs in database.execute(SELECT_ARCS):
        recording.add(path, context, 0, [arcs])


def unpack_bits(bits: int) -> Iterator[int]:
    """Yield the positions of the bits that are set.

    >>> list(unpack_bits(0b101))
    [0, 2]
    """
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest
