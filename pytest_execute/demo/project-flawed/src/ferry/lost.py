"""What passengers leave aboard."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Found:
    """A thing that was found, and when."""

    thing: str
    day: date


class LostProperty:
    """The shelf behind the desk."""

    def __init__(self) -> None:
        self._shelf: list[Found] = []

    def add(self, thing: str, day: date) -> int:
        """Put a thing on the shelf; the answer is how many are there."""
        self._shelf.append(Found(thing, day))
        return len(self._shelf)

    def claim(self, thing: str) -> Found | None:
        """Take a thing off the shelf, if it is there."""
        for found in self._shelf:
            if found.thing == thing:
                self._shelf.remove(found)
                return found
        return None

    def clear(self, today: date) -> list[str]:
        """Give away what nobody claimed for 30 days; umbrellas stay for the crew."""
        kept, given = [], []
        for found in self._shelf:
            if found.thing == "umbrella" or today - found.day < KEPT:
                kept.append(found)
            else:
                given.append(found.thing)
        self._shelf = kept
        return given
