"""One crossing of one boat."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ferry.boats import Boat

TURNAROUND = timedelta(minutes=10)
BOARDING = timedelta(minutes=15)


@dataclass(frozen=True)
class Sailing:
    """A numbered crossing: which boat, when it leaves, and how many minutes it takes."""

    number: str
    boat: Boat
    departs: datetime
    minutes: int

    @property
    def arrives(self) -> datetime:
        """When the boat lands on the other side."""
        return self.departs + timedelta(minutes=self.minutes)

    def clashes(self, other: Sailing) -> bool:
        """Whether both need the same boat at the same time, the turnaround included."""
        if self.boat != other.boat:
            return False
        first, second = sorted((self, other), key=lambda sailing: sailing.departs)
        return second.departs < first.arrives + TURNAROUND

    def status(self, now: datetime) -> str:
        """One of "scheduled", "boarding", "at sea" or "arrived"."""
        if now >= self.arrives:
            return "arrived"
        if now >= self.departs:
            return "at sea"
        if now >= self.departs - BOARDING:
            return "boarding"
        return "scheduled"
