"""What is called out on the quay."""

from __future__ import annotations

from datetime import datetime

from ferry.sailings import Sailing


def call(sailing: Sailing, now: datetime) -> str | None:
    """The words for this moment, or None while there is nothing to say."""
    status = sailing.status(now)
    if status == "boarding":
        return f"All aboard the {sailing.boat.name}"
    if status == "at sea":
        return f"The {sailing.boat.name} has left"
    return None
