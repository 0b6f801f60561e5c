"""Figures that several reports show."""

import pytest

from pytest_execute.core.verdict import Reason
from pytest_execute.reports import figures


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0 tasks"),
        (1, "1 task"),
        (2, "2 tasks"),
        (1.5, "1.5 tasks"),
        (0.333333, "0.333 tasks"),
        (1234.5, "1234 tasks"),
    ],
)
def test_a_number_with_its_noun(number: float, text: str) -> None:
    assert figures.count(number, "task") == text


def test_a_place_needs_a_file_and_a_line() -> None:
    assert figures.place(Reason("failed", "m", "a.py", 3)) == "a.py:3"
    assert figures.place(Reason("failed", "m", "a.py")) == figures.place(Reason("failed", "m")) == ""
