"""Names that files can have: bytes, which Python has with surrogates where they are not UTF-8 (PEP 383)."""

from __future__ import annotations

MAX_NAME = 255
"""Bytes in the name of one file or directory, on all common file systems."""
MAX_PATH = 4095
"""Bytes in a path, on Linux."""


def is_possible_path(path: str) -> bool:
    r"""Return whether a file can have this path: no NUL in it, and no name that is too long.

    >>> is_possible_path("src/app.py"), is_possible_path("a" * 256), is_possible_path("a\0b")
    (True, False, False)
    """
    if "\0" in path or len(path) > MAX_PATH:
        return False
    raw = path.encode(errors="surrogatepass")
    return len(raw) <= MAX_PATH and all(len(name) <= MAX_NAME for name in raw.split(b"/"))


def is_utf_8(path: str) -> bool:
    """Return whether programs that know text alone can take a path: coverage.py (7.17), xdist (3.8)."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
