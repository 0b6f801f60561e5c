"""JSON as all reports write it, and the JSON schema of a report."""

from __future__ import annotations

import inspect
from typing import Any

import msgspec


def encode(value: object) -> str:
    """Return a value as indented JSON, sets in order, and the end of a line."""
    try:
        text = msgspec.json.encode(value, order="deterministic")
    except UnicodeEncodeError:
        text = msgspec.json.encode(_readable(msgspec.to_builtins(value, order="deterministic")))
    return msgspec.json.format(text, indent=2).decode() + "\n"


def _readable(value: Any) -> Any:
    r"""Return a value with names of files that are not UTF-8 in a form that JSON allows, such as `caf\xe9`."""
    if isinstance(value, str):
        return value.encode(errors="surrogateescape").decode(errors="backslashreplace")
    if isinstance(value, dict):
        return {_readable(key): _readable(inner) for key, inner in value.items()}
    return [_readable(inner) for inner in value] if isinstance(value, list | tuple) else value


def schema(report: type) -> str:
    """Return the JSON schema of a report as text."""
    made = msgspec.json.schema(report)
    for definition in made["$defs"].values():
        if "description" in definition:
            definition["description"] = inspect.cleandoc(definition["description"])  # Python 3.13 does so by itself
    return msgspec.json.format(msgspec.json.encode(made), indent=2).decode() + "\n"
