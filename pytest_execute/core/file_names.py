"""Names of files, which the system takes as bytes; Python has those that are not UTF-8 with surrogates (PEP 383)."""

from __future__ import annotations


def is_utf_8(path: str) -> bool:
    """Return whether programs that know text alone can take a path: coverage.py (7.17), xdist (3.8)."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
