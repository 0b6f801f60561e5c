"""The booking desk: seats are reserved first, and booked when they are paid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ferry import references
from ferry.holds import Holds
from ferry.timetable import Timetable


@dataclass(frozen=True)
class Reservation:
    """Seats that wait to be paid."""

    number: str
    name: str
    ages: tuple[int, ...]
    hold: int


@dataclass(frozen=True)
class Booking:
    """Seats that are paid, under a reference."""

    reference: str
    reservation: Reservation


class Desk:
    """Sells the seats of every sailing in the timetable; a reservation lasts some seconds."""

    def __init__(self, timetable: Timetable, seconds: float = 600.0) -> None:
        self.timetable = timetable
        self.bookings: dict[str, Booking] = {}
        self._seconds = seconds
        self._holds: dict[str, Holds] = {}

    def seats(self, number: str) -> Holds:
        """The seats of a sailing; KeyError where there is no such sailing."""
        if number not in self._holds:
            boat = self.timetable.find(number).boat
            self._holds[number] = Holds(boat.seats, self._seconds)
        return self._holds[number]

    def reserve(self, number: str, name: str, ages: Sequence[int]) -> Reservation:
        """Hold one seat for each age; SoldOut where there are too few."""
        if not ages:
            raise ValueError("a reservation needs at least one passenger")
        return Reservation(number, name, tuple(ages), self.seats(number).take(len(ages)))

    def confirm(self, reservation: Reservation) -> Booking:
        """Book what was reserved; Expired where it was too long ago."""
        self.seats(reservation.number).make_firm(reservation.hold)
        booking = Booking(references.make(reservation.number, len(self.bookings) + 1), reservation)
        self.bookings[booking.reference] = booking
        return booking

    def cancel(self, reference: str) -> None:
        """Give the seats of a booking back."""
        reservation = self.bookings[reference].reservation
        self.seats(reservation.number).release(reservation.hold)
