"""Markdown as a flat list of blocks with line numbers: headings, list items, texts, table rows and code.

HTML and front matter say nothing about tasks, so they are no blocks; block quotes are kept apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct

Kind = Literal["heading", "item", "text", "row", "code"]


class Block(Struct, frozen=True, gc=False):
    """A piece of the document. `text` is its source without the marker, one line per line of the file.

    `depth` is a heading's level; elsewhere it counts the list items around the text, an item's own one included.
    """

    kind: Kind
    depth: int
    text: str
    line: int
    marker: str = ""
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()

    @property
    def joined(self) -> str:
        """The text on one line."""
        return " ".join(self.text.split())

    def line_at(self, offset: int) -> int:
        """The line of the character at `offset` of the text."""
        return self.line + self.text.count("\n", 0, offset)


class UnclosedFence(Struct, frozen=True):
    """A code fence that runs to the end of the file because nothing closes it."""

    line: int
    content: str


class Document(Struct, frozen=True):
    """All blocks in order, with the fence that hides the rest of the file, if there is one.

    `quotes` are the texts of block quotes, each with the index of the block that it stands behind.
    """

    blocks: tuple[Block, ...]
    unclosed: UnclosedFence | None = None
    quotes: tuple[tuple[int, Block], ...] = ()


def parse_blocks(text: str) -> Document:
    """The blocks of a Markdown text."""
    text = _without_front_matter(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    tokens = _parser().parse(text)
    quotes: list[tuple[int, Block]] = []
    return Document(tuple(_walk(tokens, quotes)), _unclosed(tokens, text), tuple(quotes))


@cache
def _parser() -> MarkdownIt:
    """Blocks only: the text inside them is read by our own rules."""
    return MarkdownIt("commonmark", {"maxNesting": 60}).enable("table").disable(["inline", "text_join"])


def _without_front_matter(text: str) -> str:
    """The text with the lines of its front matter emptied, so that every other line keeps its number."""
    found = re.match(r"---[ \t]*\n(?:(?!---|\.\.\.)[^\n]*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", text)
    return "\n" * found[0].count("\n") + text[found.end() :] if found else text


def _walk(tokens: list[Token], quotes: list[tuple[int, Block]]) -> Iterator[Block]:
    """Blocks from tokens: the first paragraph of a list item becomes the item itself; quoted ones go to `quotes`."""
    walker = _BlockBuilder()
    count = 0
    for token in tokens:
        if walker.quoted and token.type not in ("blockquote_open", "blockquote_close"):
            if token.type == "inline":
                quotes.append((count - 1, Block("text", 0, without_comments(token.content), _line(token))))
            continue
        handle = _HANDLERS.get(token.type)
        if handle is not None:
            block = handle(walker, token)
            if block is not None:
                count += 1
                yield block


class _BlockBuilder:
    """Where the walk stands: the open list item, the open heading, the table's header and cells."""

    def __init__(self) -> None:
        self.quoted = 0
        self.depth = 0
        self.heading = 0
        self.item: tuple[str, int] | None = None
        self.in_header = False
        self.in_row = False
        self.header: tuple[str, ...] = ()
        self.cells: list[str] = []
        self.row_line = 0

    def quote_open(self, token: Token) -> None:
        self.quoted += 1

    def quote_close(self, token: Token) -> None:
        self.quoted -= 1

    def item_open(self, token: Token) -> Block | None:
        left = self._bare_item()
        self.depth += 1
        self.item = (token.info + token.markup, _line(token))
        return left

    def item_close(self, token: Token) -> Block | None:
        left = self._bare_item()
        self.depth -= 1
        return left

    def _bare_item(self) -> Block | None:
        """The open item where it has no text of its own."""
        if self.item is None:
            return None
        (marker, line), self.item = self.item, None
        return Block("item", self.depth, "", line, marker)

    def heading_open(self, token: Token) -> None:
        self.heading = int(token.tag[1])

    def inline(self, token: Token) -> Block | None:
        text = without_comments(token.content)
        if self.in_row:
            self.cells.append(text)
            return None
        level, self.heading = self.heading, 0
        if level and not self.depth:
            return Block("heading", level, text, _line(token))
        if self.item is not None:
            (marker, _), self.item = self.item, None
            return Block("item", self.depth, text, _line(token), marker)
        return Block("text", self.depth, text, _line(token))

    def code(self, token: Token) -> Block:
        return Block("code", self.depth, token.content, _line(token) + (token.type == "fence"))

    def header_open(self, token: Token) -> None:
        self.in_header = True

    def header_close(self, token: Token) -> None:
        self.in_header = False

    def row_open(self, token: Token) -> None:
        self.in_row = True
        self.cells = []
        self.row_line = _line(token)

    def row_close(self, token: Token) -> Block | None:
        self.in_row = False
        cells = tuple(self.cells)
        if self.in_header:
            self.header = cells
            return None
        return Block("row", self.depth, " | ".join(cells), self.row_line, "", cells, self.header)


_HANDLERS = {
    "blockquote_open": _BlockBuilder.quote_open,
    "blockquote_close": _BlockBuilder.quote_close,
    "list_item_open": _BlockBuilder.item_open,
    "list_item_close": _BlockBuilder.item_close,
    "heading_open": _BlockBuilder.heading_open,
    "inline": _BlockBuilder.inline,
    "fence": _BlockBuilder.code,
    "code_block": _BlockBuilder.code,
    "thead_open": _BlockBuilder.header_open,
    "thead_close": _BlockBuilder.header_close,
    "tr_open": _BlockBuilder.row_open,
    "tr_close": _BlockBuilder.row_close,
}


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def without_comments(text: str) -> str:
    """The text with its HTML comments emptied, line ends kept."""
    if "<!--" not in text:
        return text
    return re.sub(r"<!--.*?(?:-->|\Z)", lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)


def _unclosed(tokens: list[Token], text: str) -> UnclosedFence | None:
    """The last fence where no line closes it."""
    fences = [token for token in tokens if token.type == "fence"]
    if not fences or fences[-1].map is None or fences[-1].level:
        return None
    lines = text.rstrip("\n").split("\n")
    begin, end = fences[-1].map
    if end < len(lines):
        return None
    mark = rf" {{0,3}}{re.escape(fences[-1].markup)}[`~]*\s*"
    closed = end - 1 > begin and re.fullmatch(mark, lines[min(end, len(lines)) - 1])
    return None if closed else UnclosedFence(begin + 1, fences[-1].content)
