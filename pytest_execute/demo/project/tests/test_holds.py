import time

import pytest

from ferry.holds import Expired, Holds, SoldOut


def test_held_seats_are_not_on_sale():
    holds = Holds(seats=5, seconds=60)
    holds.take(2)
    assert holds.free() == 3


def test_no_more_seats_than_there_are():
    holds = Holds(seats=5, seconds=60)
    holds.take(4)
    with pytest.raises(SoldOut, match="2 seats asked for, 1 free"):
        holds.take(2)


def test_a_released_hold_is_on_sale_again():
    holds = Holds(seats=5, seconds=60)
    hold = holds.take(2)
    assert holds.release(hold) == 2
    assert holds.free() == 5
    assert holds.release(hold) == 0


def test_firm_seats_can_be_given_back():
    holds = Holds(seats=5, seconds=60)
    hold = holds.take(2)
    holds.make_firm(hold)
    assert holds.free() == 3
    assert holds.release(hold) == 2
    assert holds.free() == 5


def test_a_hold_ends_by_itself():
    holds = Holds(seats=5, seconds=0.2)
    holds.take(2)
    time.sleep(0.25)
    assert holds.free() == 5


def test_firm_seats_do_not_end():
    holds = Holds(seats=5, seconds=0.4)
    holds.make_firm(holds.take(2))
    time.sleep(0.45)
    assert holds.free() == 3


def test_an_ended_hold_cannot_be_made_firm():
    holds = Holds(seats=5, seconds=0.1)
    hold = holds.take(2)
    time.sleep(0.15)
    with pytest.raises(Expired, match="hold 1 has ended"):
        holds.make_firm(hold)
