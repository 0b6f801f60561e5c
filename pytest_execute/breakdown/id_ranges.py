"""Lists and ranges of ids: `1, 2 & 4`, `T1-T5`, `A to C`, expanded to the names that the breakdown has."""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_execute.breakdown.ids import CODE, NUMBER
from pytest_execute.breakdown.name_index import NameIndex

# matches "T05", "2.1", "A"
ID_OR_LETTER = rf"(?:{CODE}|{NUMBER}|[A-Z](?![\w]))"
# matches the " - " of "1 - 3", the " to " of "A to C", the " bis " of "1 bis 3", "から"
RANGE_SIGN = (
    r"\s*(?:-|–|—|~|〜|～|\.\.+|→|\bto\b|\bthrough\b|\bthru\b|\bbis\b|\bà\b|\ba\b|\baté\b|\bhasta\b|から|至|到)\s*"
)
# matches the ", " of "1, 2", the ", and " of "1, 2, and 3", the " und " of "1 und 2", "、"
LIST_SIGN = r"\s*(?:,|;|&|\+|/|、|，|；|\b(?:and|plus|und|et|y|e)\b|と|和|及|与|및)+\s*(?:and\s+)?"
# matches "1, 2 and 4-6", "#1 + #2"
ID_LIST = rf"#?{ID_OR_LETTER}(?:(?:{LIST_SIGN}|{RANGE_SIGN})#?{ID_OR_LETTER})*"

MAX_RANGE = 9999
MAX_DIGITS = 30
MAX_LENGTH = 300
"""Letters of the longest range."""


class BadRange(Struct, frozen=True):
    """Two ids that look like a range and are none, such as `T3-A1`."""

    first: str
    last: str


def expand_ids(text: str, names: NameIndex, near: str | None) -> Iterator[str | BadRange]:
    """Yield the names in a list; a range yields the ids that the breakdown has between its ends.

    `near` is the stream of the task that contains the text.
    """
    if names.knows_task(text.strip(" #")):
        yield text.strip(" #")
        return
    for part in re.split(LIST_SIGN, text):
        name = part.strip(" #")
        ends = _range_ends(name, names)
        if ends:
            yield from _expand_range(*ends, names, near)
        elif name:
            yield name


def _range_ends(name: str, names: NameIndex) -> tuple[str, str] | None:
    """Return both ends if `name` is a range.

    An id with a hyphen, such as `INFRA-1`, is a range only if its left part is an id of the breakdown, too.
    """
    if len(name) > MAX_LENGTH or names.knows_task(name) or names.stream(name) is not None:
        return None
    for sign in re.finditer(RANGE_SIGN, name):
        left, right = name[: sign.start()].lstrip("#"), name[sign.end() :].lstrip("#")
        is_known = names.knows_task(left) or names.stream(left) is not None
        is_two_ids = re.fullmatch(ID_OR_LETTER, left) and not re.fullmatch(ID_OR_LETTER, name)
        if re.fullmatch(ID_OR_LETTER, right) and (is_known or is_two_ids):
            return left, right
    return None


def _expand_range(first: str, last: str, names: NameIndex, near: str | None) -> Iterator[str | BadRange]:
    """Yield each id from `first` to `last`; only the last number counts up."""
    if re.fullmatch(r"[A-Z]", first) and re.fullmatch(r"[A-Z]", last) and first < last:
        yield from map(chr, range(ord(first), ord(last) + 1))
        return
    prefix, low = _split_number(first)
    last_prefix, high = _split_number(last)
    is_same_prefix = prefix.endswith(last_prefix) or not last_prefix
    if low is None or high is None or not is_same_prefix or high < low or high - low > MAX_RANGE:
        yield BadRange(first, last)
        return
    width = len(first) - len(prefix)
    for number in range(low, high + 1):
        name = f"{prefix}{number}"
        padded = f"{prefix}{number:0{width}d}"
        if _is_known(padded, names, near):
            yield padded
        elif number in (low, high) or (padded != name and _is_known(name, names, near)):
            yield name


def _is_known(name: str, names: NameIndex, near: str | None) -> bool:
    return names.knows_task(name, near) or names.stream(name) is not None


def _split_number(name: str) -> tuple[str, int | None]:
    """Return the part before the last number of an id, and the number.

    >>> _split_number("P7-B2"), _split_number("T05"), _split_number("B")
    (('P7-B', 2), ('T', 5), ('B', None))
    """
    prefix = name.rstrip("0123456789")
    digits = name[len(prefix) :]
    return (prefix, int(digits)) if 0 < len(digits) <= MAX_DIGITS else (name, None)
