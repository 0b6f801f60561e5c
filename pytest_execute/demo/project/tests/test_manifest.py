import pytest

from ferry.desk import Booking, Reservation
from ferry.manifest import Manifest


def booking(reference, name, *ages, number="F1"):
    return Booking(reference, Reservation(number, name, ages, hold=1))


@pytest.fixture
def manifest():
    others = booking("F2-0003-C", "Cleo", 50, number="F2")
    return Manifest("F1", [booking("F1-0002-B", "Ben", 40, 41), booking("F1-0001-A", "Ada", 36, 8), others])


def test_lists_the_bookings_of_its_sailing_by_name(manifest):
    assert manifest.lines() == ["[ ] Ada: 1 + 1", "[ ] Ben: 2"]


def test_counts_who_comes_aboard(manifest):
    assert manifest.check_in("F1-0002-B") == 2
    assert manifest.check_in("F1-0001-A") == 4
    assert manifest.lines() == ["[x] Ada: 1 + 1", "[x] Ben: 2"]


def test_names_who_is_missing(manifest):
    manifest.check_in("F1-0001-A")
    assert manifest.missing() == ["Ben"]


def test_nobody_comes_aboard_twice(manifest):
    manifest.check_in("F1-0001-A")
    with pytest.raises(ValueError, match="aboard already"):
        manifest.check_in("F1-0001-A")


def test_nobody_comes_aboard_another_boat(manifest):
    with pytest.raises(KeyError, match="is not booked on F1"):
        manifest.check_in("F2-0003-C")
