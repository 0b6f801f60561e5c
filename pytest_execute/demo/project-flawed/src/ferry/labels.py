"""Labels for luggage."""

from __future__ import annotations

WIDTH = 16


def label(name: str, reference: str, pieces: int = 1) -> list[str]:
    """One label for each piece: who it belongs to, the booking, and which piece it is."""
    if pieces < 1:
        raise ValueError("no luggage, no label")
    return [f"{name:<{WIDTH}} {reference} {piece}/{pieces}" for piece in range(1, pieces + 1)]
