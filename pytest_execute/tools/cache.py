"""Cache of results for later runs: a sqlite file that concurrent runs share.

An entry is bytes under a kind and a key; the key must name all that the entry depends on. Each entry has a checksum,
and a file with a damaged entry is set aside. Checksums find accidents, not forgeries: who can write to the cache could
as well change the tests.

| limit | value | meaning |
| --- | --- | --- |
| `BUSY_TIMEOUT` | 60 seconds | time to wait for another run that writes |
| `ATTEMPTS` | 3 | times to make the file anew where it is damaged or removed |
| `KEYS_PER_QUERY` | 500 | sqlite allows 999 variables in one statement before 3.32, and 32,766 since |
| `MAX_BYTES` | 256 MiB | size from which the older half of the entries is removed when the cache is closed |
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pytest_execute.tools.pytest_cache import make_part, part_of

FILE_NAME = "results-1.sqlite"
"""Name of the file; its number is the version of the table."""
CREATE_TABLE = "CREATE TABLE IF NOT EXISTS facts (kind, key, value, checksum, PRIMARY KEY (kind, key))"
BUSY_TIMEOUT = 60.0
ATTEMPTS = 3
KEYS_PER_QUERY = 500
MAX_BYTES = 256 << 20

T = TypeVar("T")


class DamagedCache(Exception):
    """Entry whose checksum does not fit its content."""


class ResultCache:
    """Cache in a file of pytest's cache directory, made with the first use, and again where it is removed meanwhile.

    Without a directory it lasts as long as the run. `warn` is called with one line where the file cannot be used.
    Threads may share a cache.
    """

    def __init__(self, directory: Path | None, warn: Callable[[str], None], max_bytes: int = MAX_BYTES) -> None:
        self.directory, self.warn, self.max_bytes = directory, warn, max_bytes
        self.file = part_of(directory) / FILE_NAME if directory is not None else None
        self.opened: os.stat_result | None = None
        self.lock = threading.RLock()
        self.database: sqlite3.Connection | None = None

    def get(self, kind: str, keys: Iterable[str]) -> dict[str, bytes]:
        """Return the entries under `keys`; a key without an entry is left out."""
        wanted = list(keys)
        return self._with_database(lambda database: dict(_read(database, kind, wanted)))

    def put(self, kind: str, entries: Mapping[str, bytes]) -> None:
        """Store entries, in place of older ones under their keys: all of them or, where the run is killed, none."""
        rows = [(kind, _stored(key), value, _checksum(kind, key, value)) for key, value in entries.items()]
        self._with_database(lambda database: _write(database, rows))

    def close(self) -> None:
        """Close the file, and remove old entries where it has grown too large."""
        with self.lock:
            if self.database is not None:
                with contextlib.suppress(sqlite3.Error):
                    _shrink(self.database, self.max_bytes)
            self._close_database()

    def __del__(self) -> None:
        """Close the database, as Python 3.13 and later warn of one that is not closed."""
        self._close_database()

    def _close_database(self) -> None:
        if self.database is not None:
            self.database.close()
            self.database = None

    def _with_database(self, step: Callable[[sqlite3.Connection], T]) -> T:
        """Return the value of a step; where the file is damaged or cannot be used, try again with a new one."""
        with self.lock:
            for _ in range(ATTEMPTS):
                try:
                    return step(self._open())
                except (DamagedCache, sqlite3.DatabaseError, OSError) as error:
                    if not self._is_removed():
                        self._replace_file(error)
            self._leave_file("it is damaged or removed again and again")
            return step(self._open())

    def _open(self) -> sqlite3.Connection:
        """Return the open database. In WAL mode one run can write while others read."""
        if self._is_removed():
            self._close_database()
        if self.database is None:
            if self.directory is not None and self.file is not None:
                make_part(self.directory)
            name = self.file if self.file is not None else ":memory:"
            self.database = sqlite3.connect(name, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False)
            for statement in ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = NORMAL", CREATE_TABLE):
                self.database.execute(statement)
            self.opened = self.file.stat() if self.file is not None else None
        return self.database

    def _is_removed(self) -> bool:
        """Return whether the open file has lost its name: by `pytest --cache-clear` or `git clean`."""
        if self.database is None or self.file is None or self.opened is None:
            return False
        try:
            return not os.path.samestat(self.file.stat(), self.opened)
        except OSError:
            return True

    def _replace_file(self, error: Exception) -> None:
        """Set a damaged file aside. After any other error, or where that fails, go on in memory."""
        self._close_database()
        if self.file is None:
            raise error
        if not isinstance(error, OSError | sqlite3.OperationalError):
            try:
                self._set_aside(self.file)
                return
            except OSError as failure:
                error = failure
        self._leave_file(error)

    def _leave_file(self, reason: object) -> None:
        """Go on in memory."""
        self._close_database()
        self.warn(f"the result cache cannot be used, so this run keeps no results: {reason} ({self.file})")
        self.file = None

    def _set_aside(self, file: Path) -> None:
        """Rename the file, and remove those that sqlite keeps beside it in WAL mode."""
        aside = file.with_name(f"{FILE_NAME}.damaged")
        file.replace(aside)
        for suffix in ("-wal", "-shm"):
            file.with_name(FILE_NAME + suffix).unlink(missing_ok=True)
        self.warn(f"the result cache was damaged: it was renamed to {aside}, and a new one is made")


def digest(*texts: str) -> str:
    """Return a short digest of texts, to be a key or a part of one."""
    return hashlib.blake2b("\0".join(texts).encode(errors="surrogatepass"), digest_size=16).hexdigest()


def _stored(key: str) -> bytes:
    """Return a key as bytes: sqlite takes no text with a part of a name that is not UTF-8."""
    return key.encode(errors="surrogatepass")


def _checksum(kind: str, key: str, value: bytes) -> bytes:
    return hashlib.blake2b(b"\0".join((kind.encode(), _stored(key), value)), digest_size=16).digest()


def _read(database: sqlite3.Connection, kind: str, keys: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    """Yield the keys and values of entries. Raises DamagedCache where one of them has another checksum."""
    for start in range(0, len(keys), KEYS_PER_QUERY):
        some = keys[start : start + KEYS_PER_QUERY]
        query = f"SELECT key, value, checksum FROM facts WHERE kind = ? AND key IN ({','.join('?' * len(some))})"
        for stored, value, checksum in database.execute(query, (kind, *map(_stored, some))):
            key = stored.decode(errors="surrogatepass")
            if not isinstance(value, bytes) or checksum != _checksum(kind, key, value):
                raise DamagedCache
            yield key, value


def _write(database: sqlite3.Connection, rows: Sequence[tuple[str, bytes, bytes, bytes]]) -> None:
    database.execute("BEGIN IMMEDIATE")
    try:
        database.executemany("INSERT OR REPLACE INTO facts VALUES (?, ?, ?, ?)", rows)
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def _shrink(database: sqlite3.Connection, max_bytes: int) -> None:
    """Remove the older half of the entries where the file is larger than `max_bytes`. Row ids grow with time."""
    (pages,), (page_size,) = (
        database.execute("PRAGMA page_count").fetchone(),
        database.execute("PRAGMA page_size").fetchone(),
    )
    if pages * page_size > max_bytes:
        database.execute("DELETE FROM facts WHERE rowid <= (SELECT (min(rowid) + max(rowid)) / 2 FROM facts)")
        database.execute("VACUUM")
