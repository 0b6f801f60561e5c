import pytest
from ferry.labels import label


def test_each_piece_has_its_label():
    assert label("Ada", "F1-0001-A", pieces=2) == [
        "Ada              F1-0001-A 1/2",
        "Ada              F1-0001-A 2/2",
    ]


def test_one_piece_is_usual():
    assert len(label("Ada", "F1-0001-A")) == 1


def test_without_luggage_there_is_no_label():
    with pytest.raises(ValueError, match="no luggage"):
        label("Ada", "F1-0001-A", pieces=0)


@pytest.mark.xfail(reason="long names still push the reference off the label")
def test_long_names_are_cut():
    (line,) = label("Bartholomew Featherstone", "F1-0001-A")
    assert line == "Bartholomew Feat F1-0001-A 1/1"
