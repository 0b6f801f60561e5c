"""The two harbours that the boats call at."""

from __future__ import annotations

HARBOURS = ("north", "south")
DEPTHS = {"north": 4.5, "south": 2.5}


def opposite(harbour: str) -> str:
    """Where a boat from this harbour goes."""
    if harbour not in HARBOURS:
        raise ValueError(f"no harbour {harbour}")
    return HARBOURS[1 - HARBOURS.index(harbour)]


def deep_enough(harbour: str, draught: float, tide: float = 0.0) -> bool:
    """Whether a boat has half a metre of water below it at the pier."""
    if draught <= 0:
        raise ValueError("a boat needs some water")
    return DEPTHS[harbour] + tide >= draught + 0.5
