from datetime import timedelta

import pytest

from ferry.boats import Boat
from ferry.sailings import Sailing

TERN = Boat("Tern", seats=20)
SKUA = Boat("Skua", seats=60, deck=30.0)


def test_arrives_after_its_minutes(morning):
    assert Sailing("F1", TERN, morning, 45).arrives == morning + timedelta(minutes=45)


@pytest.mark.parametrize(("gap", "clashes"), [(54, True), (55, False), (-54, True), (-55, False)])
def test_a_boat_needs_ten_minutes_to_turn_around(morning, gap, clashes):
    first = Sailing("F1", TERN, morning, 45)
    assert first.clashes(Sailing("F2", TERN, morning + timedelta(minutes=gap), 45)) is clashes


def test_two_boats_never_clash(morning):
    assert not Sailing("F1", TERN, morning, 45).clashes(Sailing("F2", SKUA, morning, 45))


@pytest.mark.parametrize(
    ("minutes", "status"),
    [(-16, "scheduled"), (-15, "boarding"), (0, "at sea"), (44, "at sea"), (45, "arrived")],
)
def test_tells_where_the_boat_is(morning, minutes, status):
    assert Sailing("F1", TERN, morning, 45).status(morning + timedelta(minutes=minutes)) == status
