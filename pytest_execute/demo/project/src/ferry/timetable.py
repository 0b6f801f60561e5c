"""All sailings, in the order in which they leave."""

from __future__ import annotations

from datetime import date, datetime

from ferry.sailings import Sailing


class Clash(ValueError):
    """Two sailings that cannot both take place."""


class Timetable:
    """A list of sailings that never holds two that clash."""

    def __init__(self) -> None:
        self._sailings: list[Sailing] = []

    def add(self, sailing: Sailing) -> None:
        """Put a sailing in; Clash where its number is taken or its boat is elsewhere."""
        for other in self._sailings:
            if other.number == sailing.number:
                raise Clash(f"there is a sailing {sailing.number} already")
            if sailing.clashes(other):
                raise Clash(f"{sailing.number} needs the boat of {other.number}")
        self._sailings.append(sailing)
        self._sailings.sort(key=lambda one: one.departs)

    def find(self, number: str) -> Sailing:
        """The sailing with this number; KeyError where there is none."""
        for sailing in self._sailings:
            if sailing.number == number:
                return sailing
        raise KeyError(f"no sailing {number}")

    def on(self, day: date) -> list[Sailing]:
        """The sailings that leave on this day, earliest first."""
        return [sailing for sailing in self._sailings if sailing.departs.date() == day]

    def next_after(self, moment: datetime) -> Sailing | None:
        """The first sailing that leaves later than this, or None after the last."""
        for sailing in self._sailings:
            if sailing.departs > moment:
                return sailing
        return None
