"""Forms of task ids (`3`, `2.1`, `T05`, `INFRA-1`), and one spelling for all that mean the same."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001, RUF003

from __future__ import annotations

import re
from collections.abc import Container
from functools import lru_cache

from pytest_execute.breakdown.vocabulary import TASK_WORDS

# Ids have bounds: a search in a word of a hundred thousand letters would take minutes without.
# matches "3", "2.1", "4a.2", "1b"
NUMBER = r"\d{1,30}(?:[a-z]?\.\d{1,9}){0,9}[a-z]?"
# matches "T05", "INFRA-1", "P7-B2", "T1a"; not "API", which has no digit
CODE = r"[A-Z][A-Z0-9]{0,30}(?:[-._][A-Z0-9]{1,30}){0,9}(?<=\d)[a-z]?"
# matches either; not the "1" of "1st" or of "1.5"
ID = rf"(?:{NUMBER}|{CODE})(?!\w|\.\d)"

# matches the endings of "2.1-bis", "1.6↑", "1.VERIFY", "1.2–1.5"
ID_ENDING = r"(?:\.[A-Za-z]\w{0,30}){0,9}(?:[-–][A-Za-z0-9]\w{0,30}(?:\.\w{1,30}){0,9}){0,9}[↑↓↗′+]?"
# matches a number or code with an ending, too: "2.1-bis", "1.6↑", "1.VERIFY", "1.2–1.5"
LONG_ID = rf"(?:{NUMBER}|{CODE}){ID_ENDING}(?=[\s.):：*`|,;—–]|\]|$)(?!\.\d)"


@lru_cache(maxsize=1 << 16)
def normalize_id(name: str) -> str:
    """Return one spelling for all spellings of an id.

    >>> normalize_id("Task 002"), normalize_id("T1"), normalize_id("1.0"), normalize_id("#7")
    ('2', 't1', '1', '7')
    """
    plain = re.sub(rf"^(?:{TASK_WORDS}(?![a-z]))?[\s#:-]*", "", name.strip().casefold())
    plain = re.sub(r"(?<![\d])0+(?=\d)", "", plain)  # "T007" -> "T7"
    return re.sub(r"(?<=\d)\.0$", "", plain)  # "1.0" -> "1"


def normalize_number(name: str) -> str:
    """Return the normal spelling without the `T` before a number: `T-3` and `3` are equal.

    >>> normalize_number("T-003"), normalize_number("Task 3"), normalize_number("TA-3")
    ('3', '3', 'ta-3')
    """
    return re.sub(r"^t-?(?=\d+$)", "", normalize_id(name))


def parent_of(name: str, ids: Container[str]) -> str | None:
    """Return the longest of the normal `ids` that `name` extends by a dot and a number: `2.1` for `2.1.3`."""
    parts = normalize_id(name)
    while "." in parts:
        parts = parts.rpartition(".")[0]
        if parts in ids:
            return parts
    return None


def singular(word: str) -> str:
    """Return a stream's word in the singular.

    >>> singular("Task Groups"), singular("Stories"), singular("phase")
    ('task group', 'story', 'phase')
    """
    plain = re.sub(r"\s+", " ", word.strip().casefold())
    return re.sub(r"ies$", "y", plain) if plain.endswith("ies") else plain.removesuffix("s")
