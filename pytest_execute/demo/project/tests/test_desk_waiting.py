import pytest

from ferry.boats import Boat
from ferry.desk import Desk
from ferry.sailings import Sailing
from ferry.timetable import Timetable


@pytest.fixture
def desk(morning):
    timetable = Timetable()
    timetable.add(Sailing("F1", Boat("Tern", seats=2), morning, 45))
    return Desk(timetable)


def test_waits_only_where_seats_are_short(desk):
    with pytest.raises(ValueError, match="there are seats on F1"):
        desk.wait("F1", "Ben", [40])
    desk.reserve("F1", "Ada", [36, 8])
    assert desk.wait("F1", "Ben", [40]) == 1


def test_a_cancellation_serves_who_waits(desk):
    booking = desk.confirm(desk.reserve("F1", "Ada", [36, 8]))
    desk.wait("F1", "Ben", [40])
    served = desk.cancel(booking.reference)
    assert served is not None
    assert (served.name, served.ages) == ("Ben", (40,))
    assert desk.seats("F1").free() == 1


def test_nothing_is_offered_where_nobody_waits(desk):
    assert desk.offer("F1") is None
