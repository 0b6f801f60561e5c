"""Booking as a passenger sees it: timetable, holds, references, desk and waiting list together."""

from datetime import timedelta

import pytest

from ferry.boats import Boat
from ferry.desk import Desk
from ferry.references import parse
from ferry.sailings import Sailing
from ferry.timetable import Timetable

pytestmark = pytest.mark.stream("C")


@pytest.fixture
def desk(morning):
    timetable = Timetable()
    for number, hours in (("F1", 0), ("F2", 2)):
        timetable.add(Sailing(number, Boat("Tern", seats=3), morning + timedelta(hours=hours), 45))
    return Desk(timetable)


def test_books_the_next_boat(desk, morning):
    sailing = desk.timetable.next_after(morning)
    booking = desk.confirm(desk.reserve(sailing.number, "Ada", [36, 8]))
    assert parse(booking.reference) == ("F2", 1)
    assert desk.seats("F2").free() == 1


def test_full_boats_do_not_fill_others(desk):
    desk.confirm(desk.reserve("F1", "Ada", [36, 8, 6]))
    assert [desk.seats(number).free() for number in ("F1", "F2")] == [0, 3]


def test_who_waited_can_pay(desk):
    booking = desk.confirm(desk.reserve("F1", "Ada", [36, 8, 6]))
    desk.wait("F1", "Ben", [40, 41])
    paid = desk.confirm(desk.cancel(booking.reference))
    assert paid.reservation.name == "Ben"
    assert desk.seats("F1").free() == 1
