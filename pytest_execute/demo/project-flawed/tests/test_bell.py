import pytest


def test_is_silent_in_clear_air(bell):
    assert bell.strokes(1000) == 0


def test_rings_in_mist(bell):
    assert bell.strokes(999) == 1
    assert bell.strokes(200) == 1


def test_rings_more_in_fog(bell):
    assert bell.strokes(199) == 3


def test_counts_its_strokes(bell):
    assert bell.ring(100, minutes=5) == 15
    assert bell.ring(500, minutes=5) == 20
    assert bell.rung == 20


def test_refuses_negative_minutes(bell):
    with pytest.raises(ValueError, match="time does not run backwards"):
        bell.ring(100, minutes=-1)
