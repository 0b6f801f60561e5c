"""Coverage from a worker elsewhere: its files travel as bytes, and speak of this checkout once they are here."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

MOVE = "update file set path = ? || substr(path, ?) where substr(path, 1, ?) = ?"


def pack(directory: Path) -> list[bytes]:
    """What all processes wrote into `directory`."""
    return [file.read_bytes() for file in sorted(directory.glob("data.*"))]


def unpack(files: Iterable[bytes], directory: Path, name: str, there: str, here: Path) -> None:
    """Write them into `directory`, as if what ran below `there` had run below `here`; `name` tells workers apart."""
    directory.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(files):
        file = directory / f"data.{name}.{number}"
        file.write_bytes(data)
        with (
            contextlib.suppress(sqlite3.DatabaseError),
            contextlib.closing(sqlite3.connect(file)) as database,
            database,
        ):
            database.execute(MOVE, (f"{here}/", len(there) + 2, len(there) + 1, f"{there}/"))
