"""Which heading stands over which block, and how far a task reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, TypeVar

from pytest_execute.breakdown.blocks import Block, Document

T = TypeVar("T")


class Outline:
    """The blocks of a document under their headings.

    `above` has for each block the index of the heading over it, or -1. `title` is the heading of the first level that is
    the document's first heading, if no other has that level.
    """

    def __init__(self, document: Document) -> None:
        self.blocks = document.blocks
        self.quotes = document.quotes
        self.headings = [at for at, block in enumerate(self.blocks) if block.kind == "heading"]
        self.title = self._title()
        self.remembered: dict[Callable[..., Any], Any] = {}
        self.above: list[int] = []
        stack: list[int] = []
        for at, block in enumerate(self.blocks):
            while block.kind == "heading" and stack and self.blocks[stack[-1]].depth >= block.depth:
                stack.pop()
            self.above.append(stack[-1] if stack else -1)
            if block.kind == "heading":
                stack.append(at)

    def path(self, at: int) -> Iterator[int]:
        """The headings over a block, from the nearest outwards."""
        at = self.above[at]
        while at >= 0:
            yield at
            at = self.above[at]

    def _title(self) -> int | None:
        first = [at for at in self.headings if self.blocks[at].depth == 1]
        return first[0] if len(first) == 1 and self.headings[0] == first[0] else None

    def section(self, heading: int) -> range:
        """The indexes of the blocks below a heading, up to the next of its level."""
        level = self.blocks[heading].depth
        for at in range(heading + 1, len(self.blocks)):
            if self.blocks[at].kind == "heading" and self.blocks[at].depth <= level:
                return range(heading + 1, at)
        return range(heading + 1, len(self.blocks))


def cached_per_outline(look: Callable[[Outline], T]) -> Callable[[Outline], T]:
    """What is looked for in an outline, looked for once."""

    @wraps(look)
    def known(outline: Outline) -> T:
        if look not in outline.remembered:
            outline.remembered[look] = look(outline)
        found: T = outline.remembered[look]
        return found

    return known


def task_extent(blocks: Sequence[Block], start: int, stop: int, child: object = None) -> range:
    """The indexes of the blocks that belong to the task at `start`, none of them at or after `stop`.

    `child(block)` says whether a block that is not indented belongs to it all the same.
    """
    head = blocks[start]
    if head.kind == "row":
        return range(start + 1, start + 1)
    for at in range(start + 1, stop):
        block = blocks[at]
        if head.kind == "heading":
            if block.kind == "heading" and block.depth <= head.depth:
                return range(start + 1, at)
        elif block.kind == "heading" or (not _inside(head, block) and not (callable(child) and child(block))):
            return range(start + 1, at)
    return range(start + 1, stop)


def _inside(item: Block, block: Block) -> bool:
    """Whether a block stands inside a list item."""
    return block.depth > item.depth or (block.depth == item.depth and block.kind != "item")
