import pytest

from ferry.references import make, parse


def test_what_is_made_can_be_read():
    assert parse(make("F12", 7)) == ("F12", 7)


def test_a_reference_looks_the_same_every_time():
    assert make("F12", 7) == "F12-0007-J"


def test_small_letters_and_blanks_do_not_matter():
    assert parse(f" {make('F12', 7).lower()} ") == ("F12", 7)


@pytest.mark.parametrize("serial", [0, 10_000])
def test_serial_numbers_have_four_digits(serial):
    with pytest.raises(ValueError, match="from 1 to 9999"):
        make("F12", serial)


@pytest.mark.parametrize("text", ["", "F12-0007", "F12-seven-J"])
def test_other_texts_are_refused(text):
    with pytest.raises(ValueError, match="does not look like"):
        parse(text)


@pytest.mark.parametrize(("right", "wrong"), [("0007", "0008"), ("0012", "0021"), ("1234", "1324")])
def test_typing_errors_are_found(right, wrong):
    reference = make("F12", int(right))
    with pytest.raises(ValueError, match="typing error"):
        parse(reference.replace(right, wrong))
