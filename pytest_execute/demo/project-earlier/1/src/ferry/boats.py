"""Boats, and what each can carry."""

from __future__ import annotations

from dataclasses import dataclass


class Overloaded(ValueError):
    """More came aboard than the boat carries."""


@dataclass(frozen=True)
class Boat:
    """A boat with seats for people and metres of car deck, 0 where it has none."""

    name: str
    seats: int
    deck: float = 0.0

    def __post_init__(self) -> None:
        if self.seats < 1:
            raise ValueError(f"{self.name}: a boat needs at least one seat")
        if self.deck < 0:
            raise ValueError(f"{self.name}: a deck cannot be shorter than 0 m")

    def fits(self, people: int, metres: float = 0.0) -> bool:
        """Whether so many people and metres of vehicles can come aboard."""
        return people <= self.seats and metres <= self.deck

    def load(self, people: int, metres: float = 0.0) -> int:
        """How full the boat would be in percent, by whichever is fuller: the seats or the deck."""
        if not self.fits(people, metres):
            raise Overloaded(f"{self.name} has {self.seats} seats and {self.deck:g} m of deck")
        seats = 100 * people // self.seats
        if self.deck == 0:
            return seats
        return max(seats, int(100 * metres / self.deck))
