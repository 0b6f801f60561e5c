import pytest

from ferry.fares import discount, party_fare

pytestmark = pytest.mark.task("6")


@pytest.mark.parametrize(("people", "percent"), [(4, 0), (5, 5), (9, 5), (10, 15)])
def test_more_people_pay_less(people, percent):
    assert discount(people) == percent


def test_residents_pay_half():
    assert discount(10, resident=True) == 50


def test_a_party_pays_together():
    assert party_fare([30, 30, 8]) == 2250
    assert party_fare([30] * 5) == 4275
    assert party_fare([30], back=True) == 1620
    assert party_fare([30, 8], resident=True) == 675


def test_children_do_not_travel_alone():
    with pytest.raises(ValueError, match="needs an adult"):
        party_fare([15, 8])
