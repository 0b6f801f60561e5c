"""What was learnt once, kept for the next run: a sqlite file that concurrent runs share, each fact with its own checksum.

A fact is bytes under a kind and a key; the key names all that the fact depends on. Whatever is damaged is set aside and never
trusted. The checksums tell accidents, not forgers: who can write here could as well change the tests.
"""

from __future__ import annotations

import contextlib
import hashlib
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

NAME = "ledger-1.sqlite"
"""The number is that of the table's form."""
TABLE = "CREATE TABLE IF NOT EXISTS facts (kind, key, value, checksum, PRIMARY KEY (kind, key))"
PATIENCE = 60.0
"""Seconds to wait for another run that writes."""
AT_ONCE = 500
MOST = 256 << 20
"""Bytes from which on the older half is forgotten."""

T = TypeVar("T")


class Damaged(Exception):
    """The file does not hold what was written to it."""


class ResultCache:
    """The ledger in the directory `place`, made with its first use; without a place it lasts as long as the run.

    `say` is told in one line what became of a ledger that cannot be used. Threads may share a ledger.
    """

    def __init__(self, place: Path | None, say: Callable[[str], None], most: int = MOST) -> None:
        self.file = place / NAME if place is not None else None
        self.say, self.most = say, most
        self.lock = threading.RLock()
        self.database: sqlite3.Connection | None = None

    def known(self, kind: str, keys: Iterable[str]) -> dict[str, bytes]:
        """What is known under `keys`; a key that nothing was learnt for is left out."""
        wanted = list(keys)
        return self._attempt(lambda database: dict(_read(database, kind, wanted)))

    def learn(self, kind: str, facts: Mapping[str, bytes]) -> None:
        """Keep `facts`, in place of what was known under their keys; all or, where the run is killed, none."""
        rows = [(kind, key, value, _checksum(kind, key, value)) for key, value in facts.items()]
        self._attempt(lambda database: _write(database, rows))

    def close(self) -> None:
        """Let go of the file, smaller where it has grown too large."""
        with self.lock:
            if self.database is not None:
                with contextlib.suppress(sqlite3.Error):
                    _shrink(self.database, self.most)
                self.database.close()
                self.database = None

    def __del__(self) -> None:
        """Nobody closed it: Python 3.13 and later warn of a database that is only forgotten."""
        if self.database is not None:
            self.database.close()

    def _attempt(self, step: Callable[[sqlite3.Connection], T]) -> T:
        """Do it; where the file is damaged, or cannot be used, do it on a new one."""
        with self.lock:
            try:
                return step(self._open())
            except (Damaged, sqlite3.DatabaseError, OSError) as error:
                self._leave(error)
                return step(self._open())

    def _open(self) -> sqlite3.Connection:
        if self.database is None:
            if self.file is not None:
                self.file.parent.mkdir(parents=True, exist_ok=True)
            name = self.file if self.file is not None else ":memory:"
            self.database = sqlite3.connect(name, timeout=PATIENCE, isolation_level=None, check_same_thread=False)
            for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", TABLE):
                self.database.execute(statement)
        return self.database

    def _leave(self, error: Exception) -> None:
        """Let go of a ledger that cannot be used: a damaged file goes aside, any other fault ends the keeping."""
        if self.database is not None:
            self.database.close()
            self.database = None
        if self.file is None:
            raise error
        if not isinstance(error, OSError | sqlite3.OperationalError):
            try:
                self._set_aside(self.file)
                return
            except OSError as failure:
                error = failure
        self.say(f"the ledger cannot be kept: {error} ({self.file})")
        self.file = None

    def _set_aside(self, file: Path) -> None:
        aside = file.with_name(f"{NAME}.damaged")
        file.replace(aside)
        for suffix in ("-wal", "-shm"):
            file.with_name(NAME + suffix).unlink(missing_ok=True)
        self.say(f"the ledger was damaged: it is set aside as {aside}, and all is learnt anew")


def _read(database: sqlite3.Connection, kind: str, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        question = f"SELECT key, value, checksum FROM facts WHERE kind = ? AND key IN ({','.join('?' * len(some))})"
        for key, value, checksum in database.execute(question, (kind, *some)):
            if not isinstance(value, bytes) or checksum != _checksum(kind, key, value):
                raise Damaged
            yield key, value


def _write(database: sqlite3.Connection, rows: Sequence[tuple[str, str, bytes, bytes]]) -> None:
    database.execute("BEGIN IMMEDIATE")
    try:
        database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)", rows)
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def digest(*words: str) -> str:
    """A short word for all these, to be a key or a part of one."""
    return hashlib.blake2b("\0".join(words).encode(errors="surrogateescape"), digest_size=16).hexdigest()


def _checksum(kind: str, key: str, value: bytes) -> bytes:
    return hashlib.blake2b(b"\0".join((kind.encode(), key.encode(), value)), digest_size=16).digest()


def _shrink(database: sqlite3.Connection, most: int) -> None:
    """Forget the older half of the facts where they take more than `most` bytes."""
    (pages,), (size,) = (
        database.execute("PRAGMA page_count").fetchone(),
        database.execute("PRAGMA page_size").fetchone(),
    )
    if pages * size > most:
        database.execute("DELETE FROM facts WHERE rowid <= (SELECT (min(rowid) + max(rowid)) / 2 FROM facts)")
        database.execute("VACUUM")
