"""Who is expected aboard a sailing, and who came."""

from __future__ import annotations

from collections.abc import Iterable

from ferry.desk import Booking


class Manifest:
    """The bookings of one sailing, by name."""

    def __init__(self, number: str, bookings: Iterable[Booking]) -> None:
        self.number = number
        self._aboard: set[str] = set()
        mine = [booking for booking in bookings if booking.reservation.number == number]
        mine.sort(key=lambda booking: booking.reservation.name)
        self._expected = {booking.reference: booking.reservation for booking in mine}

    def check_in(self, reference: str) -> int:
        """Let a booking aboard; the answer is how many people are aboard now."""
        if reference not in self._expected:
            raise KeyError(f"{reference} is not booked on {self.number}")
        if reference in self._aboard:
            raise ValueError(f"{reference} is aboard already")
        self._aboard.add(reference)
        return sum(len(self._expected[one].ages) for one in self._aboard)

    def missing(self) -> list[str]:
        """The names of those who have not come yet."""
        return [one.name for reference, one in self._expected.items() if reference not in self._aboard]

    def lines(self) -> list[str]:
        """The list for the captain: a mark for those aboard, the name, adults and children."""
        return [self._line(reference) for reference in self._expected]

    def _line(self, reference: str) -> str:
        reservation = self._expected[reference]
        children = sum(age < 16 for age in reservation.ages)
        people = f"{len(reservation.ages) - children} + {children}" if children else f"{len(reservation.ages)}"
        mark = "x" if reference in self._aboard else " "
        return f"[{mark}] {reservation.name}: {people}"
