"""A day on the quay, from the timetable to the captain's list."""

from datetime import timedelta

import pytest

from ferry import board
from ferry.boats import Boat
from ferry.desk import Desk
from ferry.manifest import Manifest
from ferry.sailings import Sailing
from ferry.timetable import Timetable

pytestmark = pytest.mark.gate("system")


@pytest.fixture
def desk(morning):
    timetable = Timetable()
    timetable.add(Sailing("F1", Boat("Skua", seats=60, deck=30.0), morning, 45))
    timetable.add(Sailing("F2", Boat("Tern", seats=20), morning + timedelta(hours=1), 45))
    return Desk(timetable)


def test_who_is_booked_comes_aboard(desk):
    ada = desk.confirm(desk.reserve("F1", "Ada", [36, 8]))
    ben = desk.confirm(desk.reserve("F1", "Ben", [40]))
    manifest = Manifest("F1", desk.bookings.values())
    assert manifest.check_in(ada.reference) == 2
    assert manifest.missing() == ["Ben"]
    assert manifest.check_in(ben.reference) == 3


def test_the_board_follows_the_day(desk, morning):
    timetable = desk.timetable
    assert [line[7:9] for line in board.rows(timetable, morning - timedelta(hours=1))] == ["F1", "F2"]
    assert [line[7:9] for line in board.rows(timetable, morning)] == ["F2"]
    assert board.rows(timetable, morning + timedelta(hours=1)) == ["No more sailings today"]
