"""Headings above each block of a document, and the blocks that belong to a task."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, TypeVar

from pytest_execute.breakdown.blocks import Block, Document

T = TypeVar("T")


class Outline:
    """Blocks of a document under their headings.

    `heading_above[index]` is the index of the heading above a block, or -1; `item_above[index]` is that of the list
    item or label that it is below. `title` is the index of the first heading if no other has level 1, else None.
    `cache` holds the results of functions with `cached_per_outline`.
    """

    def __init__(self, document: Document) -> None:
        self.blocks = document.blocks
        self.quotes = document.quotes
        self.headings = [index for index, block in enumerate(self.blocks) if block.kind == "heading"]
        self.title = self._title()
        self.cache: dict[Callable[..., Any], Any] = {}
        self.heading_above: list[int] = []
        self.item_above = self._items_above()
        open_headings: list[int] = []
        for index, block in enumerate(self.blocks):
            while block.kind == "heading" and open_headings and self.blocks[open_headings[-1]].depth >= block.depth:
                open_headings.pop()
            self.heading_above.append(open_headings[-1] if open_headings else -1)
            if block.kind == "heading":
                open_headings.append(index)

    def headings_above(self, index: int) -> Iterator[int]:
        """Yield the headings above a block, the nearest first."""
        index = self.heading_above[index]
        while index >= 0:
            yield index
            index = self.heading_above[index]

    def _items_above(self) -> list[int]:
        """Return for each block the nearest block before it that is less indented, below the same heading; or -1."""
        above: list[int] = []
        open_blocks: list[int] = []
        for index, block in enumerate(self.blocks):
            if block.kind == "heading":
                open_blocks = []
            while open_blocks and self.blocks[open_blocks[-1]].depth >= block.depth:
                open_blocks.pop()
            above.append(open_blocks[-1] if open_blocks else -1)
            if block.kind != "heading":
                open_blocks.append(index)
        return above

    def _title(self) -> int | None:
        level_1 = [index for index in self.headings if self.blocks[index].depth == 1]
        return level_1[0] if len(level_1) == 1 and self.headings[0] == level_1[0] else None

    def section(self, heading: int) -> range:
        """Return the indexes of the blocks below a heading, up to the next heading of its level."""
        level = self.blocks[heading].depth
        for index in range(heading + 1, len(self.blocks)):
            if self.blocks[index].kind == "heading" and self.blocks[index].depth <= level:
                return range(heading + 1, index)
        return range(heading + 1, len(self.blocks))


def cached_per_outline(function: Callable[[Outline], T]) -> Callable[[Outline], T]:
    """Decorate a function so that it runs once for each outline."""

    @wraps(function)
    def cached(outline: Outline) -> T:
        if function not in outline.cache:
            outline.cache[function] = function(outline)
        result: T = outline.cache[function]
        return result

    return cached


def task_extent(blocks: Sequence[Block], start: int, stop: int, is_child: object = None) -> range:
    """Return the indexes of the blocks that belong to the task at `start`, all of them before `stop`.

    `is_child(block)` decides about a block that is not indented below a list item.
    """
    first = blocks[start]
    if first.kind == "row":
        return range(start + 1, start + 1)
    for index in range(start + 1, stop):
        block = blocks[index]
        if first.kind == "heading":
            if block.kind == "heading" and block.depth <= first.depth:
                return range(start + 1, index)
        elif block.kind == "heading" or (not _is_inside(first, block) and not (callable(is_child) and is_child(block))):
            return range(start + 1, index)
    return range(start + 1, stop)


def _is_inside(item: Block, block: Block) -> bool:
    """Return True for a block inside a list item."""
    return block.depth > item.depth or (block.depth == item.depth and block.kind != "item")
