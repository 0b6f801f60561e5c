"""Passes for ten trips at the price of eight."""

from __future__ import annotations

from datetime import date, timedelta

from ferry.fares import fare

TRIPS = 10
VALID = timedelta(days=365)


class PassRefused(Exception):
    """This pass does not open the gate today."""


class TripPass:
    """A pass for one person, valid for a year from the day it is sold."""

    def __init__(self, age: int, sold: date) -> None:
        self.price = fare(age) * 8
        self.left = TRIPS
        self.ends = sold + VALID

    def use(self, day: date) -> int:
        """Take one trip off; the answer is how many are left. PassRefused where the pass is over or used up."""
        if day > self.ends:
            raise PassRefused(f"this pass ended on {self.ends}")
        if not self.left:
            raise PassRefused("all ten trips are used")
        self.left -= 1
        return self.left

    def refund(self, day: date) -> int:
        """What comes back in cents for the trips that are left: nothing once the pass is over."""
        if day > self.ends:
            return 0
        return self.price * self.left // TRIPS
