import pytest

from ferry.fares import fare, vehicle_fare


@pytest.mark.parametrize(
    ("age", "cents"),
    [(0, 0), (3, 0), (4, 450), (15, 450), (16, 900), (64, 900), (65, 700)],
)
def test_the_price_follows_the_age(age, cents):
    assert fare(age) == cents


def test_there_and_back_is_a_tenth_cheaper():
    assert fare(30, back=True) == 1620


def test_nobody_is_younger_than_nothing():
    with pytest.raises(ValueError, match="cannot be below 0"):
        fare(-1)


@pytest.mark.parametrize(
    ("metres", "cents"),
    [(1.8, 200), (2.0, 2500), (5.0, 2500), (5.1, 3100), (7.0, 3700)],
)
def test_the_price_of_a_vehicle_follows_its_length(metres, cents):
    assert vehicle_fare(metres) == cents


def test_a_vehicle_has_a_length():
    with pytest.raises(ValueError, match="must have a length"):
        vehicle_fare(0)
