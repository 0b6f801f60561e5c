"""Moves the coverage data of a worker on another machine to this one.

The worker sends its data files as bytes. Here, the paths in them are changed to those of this checkout.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterable
from pathlib import Path

CHANGE_ROOT = "update file set path = ? || substr(path, ?) where substr(path, 1, ?) = ?"


def pack(directory: Path) -> list[bytes]:
    """Return the data files that all processes wrote into `directory`."""
    return [file.read_bytes() for file in sorted(directory.glob("data.*"))]


def unpack(files: Iterable[bytes], directory: Path, worker: str, remote_root: str, local_root: Path) -> None:
    """Write the data files of `worker` into `directory`, with paths below `remote_root` changed to `local_root`."""
    directory.mkdir(parents=True, exist_ok=True)
    start, length = f"{remote_root}/", len(remote_root) + 1
    for number, data in enumerate(files):
        file = directory / f"data.{worker}.{number}"
        file.write_bytes(data)
        with (
            contextlib.suppress(sqlite3.DatabaseError),  # a process that was killed leaves a file half written
            contextlib.closing(sqlite3.connect(file)) as database,
            database,
        ):
            # substr counts from 1
            database.execute(CHANGE_ROOT, (f"{local_root}/", length + 1, length, start))
