"""TOML of any shape is read, or is one kind of error."""

from __future__ import annotations

import pytest

from pytest_execute.core.toml_reader import BrokenToml, read_toml


@pytest.mark.parametrize(
    "text",
    [
        "a = ",
        "a = " + "[" * 100_000,
        "a = " + "{a = " * 100_000,
        "a = " + "9" * 5000,
        "a = " + "9" * 5000 + ".5e" + "9" * 5000,
        "a = '\0'",
        "a = 9999-99-99",
    ],
)
def test_what_cannot_be_read_is_one_kind_of_error(text: str) -> None:
    with pytest.raises(BrokenToml):
        read_toml(text)


def test_numbers_are_exact() -> None:
    assert str(read_toml("a = 89.9960")["a"]) == "89.9960"


def test_digits_that_make_no_number_are_an_error() -> None:
    with pytest.raises(BrokenToml, match="a number has too many digits"):
        read_toml("a = " + "9" * 5000)
    with pytest.raises(BrokenToml, match="nested too deeply"):
        read_toml("a = " + "[" * 100_000)
