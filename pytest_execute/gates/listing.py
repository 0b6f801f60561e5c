"""Lists of names in messages, which are cut where they are long."""

from __future__ import annotations

from collections.abc import Sequence

SHOWN = 3


def list_names(names: Sequence[str]) -> str:
    """Return the first names of a list, and the number of the others.

    >>> list_names(["a", "b"]), list_names(["a", "b", "c", "d"])
    ('a, b', 'a, b, c and 1 more')
    """
    return ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
