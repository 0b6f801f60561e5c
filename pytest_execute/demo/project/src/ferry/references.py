"""Booking references such as `F12-0007-J`: a sailing, a serial number and a letter that catches typing errors."""

from __future__ import annotations

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


def make(number: str, serial: int) -> str:
    """The reference of the booking with this serial number on this sailing."""
    if not 0 < serial < 10_000:
        raise ValueError(f"serial numbers go from 1 to 9999, not {serial}")
    body = f"{number}-{serial:04d}"
    return f"{body}-{check_letter(body)}"


def parse(reference: str) -> tuple[str, int]:
    """The sailing and the serial number in a reference; ValueError says what is wrong with it."""
    parts = reference.strip().upper().split("-")
    if len(parts) != 3 or not parts[1].isdecimal():
        raise ValueError(f"{reference!r} does not look like F12-0007-J")
    number, serial, letter = parts
    if check_letter(f"{number}-{serial}") != letter:
        raise ValueError(f"{reference!r} has a typing error")
    return number, int(serial)


def check_letter(body: str) -> str:
    """The letter that changes with any one digit, and with any two neighbouring digits that change places."""
    return LETTERS[sum(place * ord(character) for place, character in enumerate(body, 1)) % len(LETTERS)]
