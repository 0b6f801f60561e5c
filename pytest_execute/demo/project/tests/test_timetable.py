from datetime import timedelta

import pytest

from ferry.boats import Boat
from ferry.sailings import Sailing
from ferry.timetable import Clash, Timetable

TERN = Boat("Tern", seats=20)


@pytest.fixture
def timetable(morning):
    table = Timetable()
    table.add(Sailing("F2", TERN, morning + timedelta(hours=2), 45))
    table.add(Sailing("F1", TERN, morning, 45))
    table.add(Sailing("F3", TERN, morning + timedelta(days=1), 45))
    return table


def test_lists_the_sailings_of_a_day_earliest_first(timetable, morning):
    assert [sailing.number for sailing in timetable.on(morning.date())] == ["F1", "F2"]


def test_finds_a_sailing_by_its_number(timetable, morning):
    assert timetable.find("F3").departs == morning + timedelta(days=1)
    with pytest.raises(KeyError, match="no sailing F9"):
        timetable.find("F9")


def test_finds_the_next_sailing(timetable, morning):
    following = timetable.next_after(morning)
    assert following is not None
    assert following.number == "F2"
    assert timetable.next_after(morning + timedelta(days=1)) is None


def test_a_number_is_used_once(timetable, morning):
    with pytest.raises(Clash, match="there is a sailing F1 already"):
        timetable.add(Sailing("F1", TERN, morning + timedelta(hours=5), 45))


def test_a_boat_is_in_one_place(timetable, morning):
    with pytest.raises(Clash, match="F4 needs the boat of F1"):
        timetable.add(Sailing("F4", TERN, morning + timedelta(minutes=30), 45))
