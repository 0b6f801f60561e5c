"""The origin's checklist: `1. [x] **Title** [2 hours]` with `1.1. [x]` substeps, glued by a formatter or not."""

from __future__ import annotations

from pytest_execute.breakdown.dialects.common import REQUIREMENT, untasked
from pytest_execute.breakdown.heads import BOXED, Head, of_item
from pytest_execute.breakdown.outline import Outline


def find(outline: Outline) -> list[Head]:
    """The boxed items of ordered lists on the first level, outside lists of criteria."""
    heads = []
    for at, block in enumerate(outline.blocks):
        box = (
            BOXED.match(block.text) if block.kind == "item" and block.depth == 1 and block.marker[0].isdigit() else None
        )
        if box and not REQUIREMENT.match(block.text[box.end() :].lstrip("* ")) and not untasked(outline, at):
            heads.append(of_item(block, at, block.marker.rstrip(".)"), box.end(), box["box"]))
    return heads
