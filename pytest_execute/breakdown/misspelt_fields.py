"""Labels of tasks that are none of the known fields, and nearly one: `- **Dependancies**: Task 1`."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator
from functools import lru_cache

from msgspec import Struct

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.field_labels import field_name
from pytest_execute.core.late_pattern import late_pattern

# matches "**Dependancies**:", "Fiels:", "_Tets:_" at the beginning of an item or text
_LABEL = late_pattern(r"\s*(?:\*\*|__|_|\*)?(?P<label>[A-Za-z][A-Za-z ]{3,24}?)\s*(?:\*\*|__)?\s*:(?:\*\*|__)?(?=\s|$)")
_FIELDS = (
    "objective", "files", "tests", "dependencies", "depends on", "blocked by", "prerequisites", "behavior", "behaviour",
    "agent", "commit", "effort", "estimate", "acceptance criteria",
)  # fmt: skip
"""Fields as the documentation writes them, and as most breakdowns do."""
_LEAST_LIKENESS = 0.8


class MisspeltField(Struct, frozen=True):
    """Label as written, the field that it is nearly, and its line."""

    label: str
    field: str
    line: int


def misspelt_fields(blocks: Iterable[Block]) -> Iterator[MisspeltField]:
    """Yield the labels at the beginning of items and texts that are nearly a field."""
    for block in blocks:
        found = _LABEL.match(block.text) if block.kind in ("item", "text") else None
        if found is not None and field_name(found["label"]) is None:
            near = _nearest_field(found["label"].casefold())
            if near:
                yield MisspeltField(found["label"], near.capitalize(), block.line)


@lru_cache
def _nearest_field(label: str) -> str:
    """Return the field that a label nearly is, or an empty text."""
    return next(iter(difflib.get_close_matches(label, _FIELDS, n=1, cutoff=_LEAST_LIKENESS)), "")
