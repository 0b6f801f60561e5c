from datetime import date

from ferry.lost import LostProperty

DAY = date(2026, 5, 1)


def test_what_is_found_can_be_claimed():
    shelf = LostProperty()
    assert shelf.add("hat", DAY) == 1
    assert shelf.add("umbrella", DAY) == 2
    found = shelf.claim("umbrella")
    assert found is not None
    assert found.day == DAY
    assert shelf.claim("umbrella") is None


def test_nothing_is_claimed_from_an_empty_shelf():
    assert LostProperty().claim("hat") is None
