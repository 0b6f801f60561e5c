"""JSON as all reports write it, and the JSON schema of a report."""

from __future__ import annotations

import inspect

import msgspec


def encode(value: object) -> str:
    """Return a value as indented JSON, sets in order, and the end of a line."""
    return msgspec.json.format(msgspec.json.encode(value, order="deterministic"), indent=2).decode() + "\n"


def schema(report: type) -> str:
    """Return the JSON schema of a report as text."""
    made = msgspec.json.schema(report)
    for definition in made["$defs"].values():
        if "description" in definition:
            definition["description"] = inspect.cleandoc(definition["description"])  # Python 3.13 does so by itself
    return msgspec.json.format(msgspec.json.encode(made), indent=2).decode() + "\n"
