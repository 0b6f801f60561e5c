import time

import pytest

from ferry.boats import Boat
from ferry.desk import Desk
from ferry.holds import Expired, SoldOut
from ferry.references import parse
from ferry.sailings import Sailing
from ferry.timetable import Timetable


@pytest.fixture
def timetable(morning):
    table = Timetable()
    table.add(Sailing("F1", Boat("Tern", seats=4), morning, 45))
    return table


def test_a_reservation_takes_seats(timetable):
    desk = Desk(timetable)
    desk.reserve("F1", "Ada", [36, 8])
    assert desk.seats("F1").free() == 2


def test_a_reservation_has_passengers(timetable):
    with pytest.raises(ValueError, match="at least one passenger"):
        Desk(timetable).reserve("F1", "Ada", [])


def test_a_boat_is_not_sold_twice(timetable):
    desk = Desk(timetable)
    desk.reserve("F1", "Ada", [36, 8, 6])
    with pytest.raises(SoldOut):
        desk.reserve("F1", "Ben", [40, 41])


def test_a_sailing_must_be_in_the_timetable(timetable):
    with pytest.raises(KeyError, match="no sailing F9"):
        Desk(timetable).reserve("F9", "Ada", [36])


def test_a_booking_has_a_reference_of_its_own(timetable):
    desk = Desk(timetable)
    ada = desk.confirm(desk.reserve("F1", "Ada", [36]))
    ben = desk.confirm(desk.reserve("F1", "Ben", [40]))
    assert [parse(one.reference) for one in (ada, ben)] == [("F1", 1), ("F1", 2)]
    assert desk.bookings[ben.reference].reservation.name == "Ben"


def test_a_cancelled_booking_gives_its_seats_back(timetable):
    desk = Desk(timetable)
    booking = desk.confirm(desk.reserve("F1", "Ada", [36, 8]))
    desk.cancel(booking.reference)
    assert desk.seats("F1").free() == 4


def test_an_unpaid_reservation_ends(timetable):
    desk = Desk(timetable, seconds=0.15)
    reservation = desk.reserve("F1", "Ada", [36])
    time.sleep(0.2)
    with pytest.raises(Expired):
        desk.confirm(reservation)
    assert desk.seats("F1").free() == 4
