"""What a breakdown says of effort, as a number: `2 hours`, `~1.5-2 days`, `30 min`, `5 points`, `L`."""

from __future__ import annotations

import re

HOURS = {"mo": 160.0, "m": 1 / 60, "h": 1.0, "d": 8.0, "w": 40.0, "p": 1.0, "s": 1.0}
"""By the first letters of the unit. A point counts as an hour: all that matters is which task takes longer."""
SIZES = {"XS": 0.5, "S": 1.0, "M": 2.0, "L": 4.0, "XL": 8.0}
_NUMBERS = re.compile(r"(\d+(?:[.,]\d+)?)(?:\s*(?:[-\u2013]|to)\s*(\d+(?:[.,]\d+)?))?\s*([a-z]+)", re.IGNORECASE)


def hours(text: str) -> float | None:
    """How many hours a text names, the middle of a range; None where it names none.

    >>> hours("2 hours"), hours("~1-2 days"), hours("XL"), hours("soon")
    (2.0, 12.0, 8.0, None)
    """
    found = _NUMBERS.search(text)
    if found is None:
        return SIZES.get(text.strip().upper())
    low, high, unit = found.groups()
    numbers = [float(number.replace(",", ".")) for number in (low, high or low)]
    rate = next((rate for start, rate in HOURS.items() if unit.lower().startswith(start)), None)
    return sum(numbers) / 2 * rate or None if rate is not None else None
