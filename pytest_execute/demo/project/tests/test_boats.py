import pytest

from ferry.boats import Boat, Overloaded

TERN = Boat("Tern", seats=20)
SKUA = Boat("Skua", seats=60, deck=30.0)


def test_carries_as_many_people_as_it_has_seats():
    assert TERN.fits(20)
    assert not TERN.fits(21)


def test_carries_vehicles_up_to_the_end_of_the_deck():
    assert SKUA.fits(1, metres=30.0)
    assert not SKUA.fits(1, metres=30.5)
    assert not TERN.fits(1, metres=2.0)


@pytest.mark.parametrize(
    ("people", "metres", "percent"),
    [(30, 0.0, 50), (6, 15.0, 50), (60, 3.0, 100)],
)
def test_is_as_full_as_the_fuller_of_seats_and_deck(people, metres, percent):
    assert SKUA.load(people, metres) == percent


def test_is_as_full_as_its_seats_without_a_deck():
    assert TERN.load(5) == 25


def test_refuses_an_overload_with_what_it_has():
    with pytest.raises(Overloaded, match="Tern has 20 seats and 0 m of deck"):
        TERN.load(21)


def test_needs_seats_and_no_negative_deck():
    with pytest.raises(ValueError, match="at least one seat"):
        Boat("Raft", seats=0)
    with pytest.raises(ValueError, match="shorter than 0 m"):
        Boat("Raft", seats=1, deck=-1)
