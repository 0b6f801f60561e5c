"""Seats that are kept for a customer, for a short while or for good."""

from __future__ import annotations

import time


class SoldOut(Exception):
    """There are fewer free seats than were asked for."""


class Expired(Exception):
    """The seats were held too long ago and are on sale again."""


class Holds:
    """The seats of one sailing. A hold ends after some seconds unless it was made firm."""

    def __init__(self, seats: int, seconds: float) -> None:
        self.seats = seats
        self._seconds = seconds
        self._last = 0
        self._held: dict[int, tuple[int, float]] = {}
        self._firm: dict[int, int] = {}

    def free(self) -> int:
        """How many seats are on sale now."""
        now = time.monotonic()
        self._held = {hold: (seats, end) for hold, (seats, end) in self._held.items() if end > now}
        return self.seats - sum(seats for seats, _ in self._held.values()) - sum(self._firm.values())

    def take(self, seats: int) -> int:
        """Hold seats; the answer is the number of the hold. SoldOut where there are too few."""
        free = self.free()
        if seats > free:
            raise SoldOut(f"{seats} seats asked for, {free} free")
        self._last += 1
        self._held[self._last] = (seats, time.monotonic() + self._seconds)
        return self._last

    def make_firm(self, hold: int) -> None:
        """Keep the seats of a hold for good; Expired where it has ended."""
        self.free()
        if hold not in self._held:
            raise Expired(f"hold {hold} has ended")
        self._firm[hold] = self._held.pop(hold)[0]

    def release(self, hold: int) -> int:
        """Put the seats of a hold on sale again; the answer is how many they were."""
        if hold in self._firm:
            return self._firm.pop(hold)
        if hold in self._held:
            return self._held.pop(hold)[0]
        return 0
