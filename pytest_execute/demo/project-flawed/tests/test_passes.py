from datetime import date, timedelta

import pytest
from ferry.passes import PassRefused, TripPass

SOLD = date(2026, 5, 1)


def test_ten_trips_cost_eight():
    assert TripPass(30, SOLD).price == 7200
    assert TripPass(8, SOLD).price == 3600


def test_each_trip_is_counted():
    trips = TripPass(30, SOLD)
    assert [trips.use(SOLD) for _ in range(10)] == [9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    with pytest.raises(PassRefused, match="all ten trips are used"):
        trips.use(SOLD)


def test_a_pass_lasts_a_year():
    trips = TripPass(30, SOLD)
    assert trips.use(SOLD + timedelta(days=365)) == 9
    with pytest.raises(PassRefused, match="this pass ended on 2027-05-01"):
        trips.use(SOLD + timedelta(days=366))


@pytest.mark.skip(reason="the cash desk is being replaced")
def test_a_used_up_pass_is_worth_nothing():
    trips = TripPass(30, SOLD)
    while trips.left:
        trips.use(SOLD)
    assert trips.refund(SOLD) == 0


def test_trips_that_are_left_are_paid_back():
    trips = TripPass(30, SOLD)
    trips.use(SOLD)
    assert trips.refund(SOLD) == 6480
    assert trips.refund(SOLD + timedelta(days=366)) == 0
