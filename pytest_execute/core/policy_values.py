"""Kinds of values in the policy: a phrase for messages, and a converter that raises TypeError or ValueError."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from msgspec import Struct

from pytest_execute.core.file_names import is_possible_path

MAX_SHOWN = 100
"""Letters of a value in a message."""
MAX_WORD = 128 * 1024
"""Bytes of one word of a command, on Linux."""


class ValueKind(Struct, frozen=True):
    """Kind of a value: `phrase` follows "expected" in messages, `convert` returns the value of the policy."""

    phrase: str
    convert: Callable[[Any], Any]


def one_of(*words: str) -> ValueKind:
    """Return the kind of which only these words are."""

    def convert(value: Any) -> str:
        if value not in words:
            raise ValueError
        return str(value)

    return ValueKind(f"{', '.join(words[:-1])} or {words[-1]}", convert)


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _path(value: Any) -> str:
    text = _text(value)
    if not is_possible_path(text):
        raise ValueError
    return text


def _word(value: Any) -> str:
    """Return a word of a command; no system starts one with a NUL, and Linux none that is longer."""
    text = _text(value)
    if "\0" in text or len(text.encode(errors="surrogatepass")) >= MAX_WORD:
        raise ValueError
    return text


def _pattern(value: Any) -> str:
    text = _text(value)
    try:
        re.compile(text)
    except (re.error, OverflowError, RecursionError):
        raise ValueError from None
    return text


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError
    return value


def _percent(value: Any) -> Decimal:
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    if not is_number or value != value or not 0 <= value <= 100:  # noqa: PLR0124 - nan, which raises in a comparison
        raise ValueError
    return Decimal(value)


def tuple_of(kind: Callable[[Any], Any]) -> Callable[[Any], tuple[Any, ...]]:
    """Return the converter of a list, from that of its values."""

    def convert(value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise TypeError
        return tuple(map(kind, value))

    return convert


def _command(value: Any) -> tuple[str, ...]:
    words: tuple[str, ...] = tuple_of(_word)(value)
    if not words:
        raise ValueError
    return words


def _percent_or_off(value: Any) -> Decimal | None:
    return None if value == "off" else _percent(value)


def _percent_or_base(value: Any) -> Decimal | None:
    return None if value == "base" else _percent(value)


TEXT = ValueKind("a text", _text)
PATH = ValueKind("the path of a directory", _path)
PATHS = ValueKind("a list of paths", tuple_of(_path))
COMMAND = ValueKind("a list of texts", _command)
COMMANDS = ValueKind("a list of commands, each a list of texts", tuple_of(_command))
PATTERNS = ValueKind("a list of regular expressions", tuple_of(_pattern))
FLAG = ValueKind("true or false", _flag)
PERCENT = ValueKind("a number from 0 to 100", _percent)
PERCENT_OR_OFF = ValueKind("a number from 0 to 100 or off", _percent_or_off)
PERCENT_OR_BASE = ValueKind("a number from 0 to 100 or base", _percent_or_base)


def as_json(value: Any) -> str:
    """Return a value as the message about it has it, shortened."""
    try:
        text = json.dumps(value, default=str)
    except (RecursionError, ValueError):  # ValueError: a number of more digits than Python writes
        return "what is too large to show"
    return text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN]}…"
