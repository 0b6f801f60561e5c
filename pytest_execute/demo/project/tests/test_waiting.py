import pytest

from ferry.waiting import WaitingList


def test_each_stands_behind_the_others():
    waiting = WaitingList()
    assert waiting.join("F1", "Ada", [36]) == 1
    assert waiting.join("F1", "Ben", [40]) == 2
    assert waiting.join("F2", "Ben", [40]) == 1


def test_nobody_waits_twice():
    waiting = WaitingList()
    waiting.join("F1", "Ada", [36])
    with pytest.raises(ValueError, match="Ada waits for F1 already"):
        waiting.join("F1", "Ada", [36])


def test_the_first_that_fits_goes_first():
    waiting = WaitingList()
    waiting.join("F1", "Ada", [36, 8, 6])
    waiting.join("F1", "Ben", [40])
    party = waiting.first("F1", seats=2)
    assert party is not None
    assert party.name == "Ben"
    assert waiting.first("F1", seats=2) is None


def test_nobody_is_first_in_an_empty_queue():
    assert WaitingList().first("F1", seats=60) is None
