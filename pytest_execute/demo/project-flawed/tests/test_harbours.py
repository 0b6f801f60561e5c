import pytest
from ferry import harbours


def test_the_tide_decides_in_the_south():
    assert harbours.deep_enough("north", draught=2.5)
    assert not harbours.deep_enough("south", draught=2.5)
    assert harbours.deep_enough("south", draught=2.5, tide=0.5)


def test_a_boat_has_a_draught():
    with pytest.raises(ValueError, match="needs some water"):
        harbours.deep_enough("north", draught=0)


def test_a_boat_goes_to_the_other_side():
    assert set(harbours.HARBOURS) == {"north", "south"}
