"""JSON of values in which names of files may stand that are not UTF-8.

Python has such a name as text with lone surrogates (PEP 383). msgspec (0.21) refuses these in both directions; the
standard library writes them as escapes, and reads them back.
"""

from __future__ import annotations

import json
from typing import Any

import msgspec


def encode(value: object) -> bytes:
    """Return a value as JSON."""
    try:
        return msgspec.json.encode(value)
    except UnicodeEncodeError:
        return json.dumps(msgspec.to_builtins(value), separators=(",", ":")).encode()


def decode(data: bytes, kind: Any = Any) -> Any:
    """Return the value that `encode` wrote, of the type `kind`. Raises msgspec.DecodeError where it is none."""
    try:
        return msgspec.json.decode(data, type=kind)
    except msgspec.DecodeError as error:
        try:
            value = json.loads(data)
        except ValueError:
            raise error from None
        return msgspec.convert(value, kind)
