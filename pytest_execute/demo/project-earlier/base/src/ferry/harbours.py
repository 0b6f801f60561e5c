"""The two harbours that the boats call at."""

from __future__ import annotations

HARBOURS = ("north", "south")


def opposite(harbour: str) -> str:
    """Where a boat from this harbour goes."""
    if harbour not in HARBOURS:
        raise ValueError(f"no harbour {harbour}")
    return HARBOURS[1 - HARBOURS.index(harbour)]
