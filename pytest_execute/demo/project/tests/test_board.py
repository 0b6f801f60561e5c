import time
from datetime import timedelta

import pytest

from ferry.board import Pager, remark, row, rows
from ferry.boats import Boat
from ferry.sailings import Sailing
from ferry.timetable import Timetable

TERN = Boat("Tern", seats=20)


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(10, "boarding"), (16, "in 16 min"), (119, "in 119 min"), (120, "on time"), (-5, "at sea")],
)
def test_says_what_a_passenger_should_know(morning, minutes, text):
    assert remark(Sailing("F1", TERN, morning + timedelta(minutes=minutes), 45), morning) == text


def test_a_row_is_aligned(morning):
    sailing = Sailing("F1", TERN, morning + timedelta(minutes=30), 45)
    assert row(sailing, morning) == "08:30  F1     Tern                  in 30 min"


def test_shows_the_rest_of_the_day(morning):
    timetable = Timetable()
    for number, hours in (("F1", -1), ("F2", 1), ("F3", 3), ("F4", 24)):
        timetable.add(Sailing(number, TERN, morning + timedelta(hours=hours), 45))
    assert [line[7:9] for line in rows(timetable, morning)] == ["F2", "F3"]


def test_says_when_the_day_is_over(morning):
    assert rows(Timetable(), morning) == ["No more sailings today"]


def test_begins_with_the_first_page():
    assert Pager(["a", "b", "c"], size=2, seconds=60).page() == ["a", "b"]


def test_turns_the_page():
    pager = Pager(["a", "b", "c"], size=2, seconds=0.2)
    time.sleep(0.25)
    assert pager.page() == ["c"]


def test_stays_on_the_last_page():
    pager = Pager(["a", "b", "c"], size=2, seconds=0.05)
    time.sleep(0.2)
    assert pager.page() == ["c"]
