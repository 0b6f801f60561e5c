"""Reader of TOML with one kind of error. The parser is the standard library's, or tomli on Python 3.10."""

from __future__ import annotations

import sys
from decimal import Decimal, InvalidOperation
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class BrokenToml(ValueError):
    """Text that is not valid TOML, or holds values that no reader can take."""


def read_toml(text: str) -> dict[str, Any]:
    """Return the values of a TOML document, with fractions as Decimal. Raises BrokenToml for any text that is none."""
    try:
        values: dict[str, Any] = tomllib.loads(text, parse_float=_exact_number)
    except tomllib.TOMLDecodeError as error:
        raise BrokenToml(str(error)) from None
    except RecursionError:
        raise BrokenToml("nested too deeply") from None
    except ValueError:  # int() of Python 3.11 and later takes 4300 digits
        raise BrokenToml("a number has too many digits") from None
    return values


def _exact_number(text: str) -> Decimal:
    """Return a number without rounding; ValueError for one that Decimal cannot hold."""
    try:
        return Decimal(text)
    except InvalidOperation:
        raise ValueError(text) from None
