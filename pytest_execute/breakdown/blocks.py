"""Markdown as a flat list of blocks with line numbers: headings, list items, texts, table rows and code.

HTML and front matter contain no tasks and give no blocks. Block quotes are kept apart, and so is what `<details>`
hides. `Document.hidden` has the lines of all of these and of code.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.token import Token
from msgspec import Struct

from pytest_execute.core.late_pattern import late_pattern

Kind = Literal["heading", "item", "text", "row", "code"]


class Block(Struct, frozen=True, gc=False):
    """One block of the document. `text` is its source without the marker, one line per line of the file.

    `depth` is the level of a heading. For any other block it is the number of list items around the text, its own
    included. `marker` is that of a list item, `-` or `1.`; `cells` and `header` are those of a table's row.
    """

    kind: Kind
    depth: int
    text: str
    line: int
    marker: str = ""
    cells: tuple[str, ...] = ()
    header: tuple[str, ...] = ()

    @property
    def one_line(self) -> str:
        """Return the text on one line."""
        return " ".join(self.text.split())

    def line_at(self, offset: int) -> int:
        """Return the line of the character at `offset` of the text."""
        return self.line + lines_before(self.text, offset)


def lines_before(text: str, offset: int) -> int:
    """Return how many line ends a text has before an offset. In a long text a list of them is searched, and kept."""
    if len(text) < _LONG_TEXT:
        return text.count("\n", 0, offset)
    return bisect_left(_line_ends(text), offset)


_LONG_TEXT = 2000


@lru_cache(maxsize=8)
def _line_ends(text: str) -> list[int]:
    return [found.start() for found in re.finditer("\n", text)]


class UnclosedFence(Struct, frozen=True):
    """Code fence without an end, and its content: the rest of the file."""

    line: int
    content: str


class HiddenText(Struct, frozen=True):
    """Text that holds no tasks: `kind` is code, comment, quote or details, `line` that of its first line."""

    kind: str
    line: int
    text: str


class Document(Struct, frozen=True):
    """All blocks in order. `quotes` are the texts of block quotes, each with the index of the block before it."""

    blocks: tuple[Block, ...]
    unclosed: UnclosedFence | None = None
    quotes: tuple[tuple[int, Block], ...] = ()
    lines: tuple[str, ...] = ()
    hidden: tuple[HiddenText, ...] = ()


def parse_blocks(text: str) -> Document:
    """Return the blocks of a Markdown text."""
    text = without_front_matter(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n"))
    tokens = _parser(tuple(rule for rule, sign in _RULES if not sign.search(text))).parse(text)
    lines = tuple(text.split("\n"))
    quotes: list[tuple[int, Block]] = []
    blocks = tuple(_build_blocks(tokens, quotes))
    return Document(blocks, _unclosed_fence(tokens, text), tuple(quotes), lines, tuple(_hidden_texts(tokens, lines)))


@cache
def _parser(unneeded: tuple[str, ...]) -> MarkdownIt:
    """Return a parser for blocks only, without some rules; the text inside blocks is read by this package.

    `maxNesting` is markdown-it-py's limit for blocks inside blocks; deeper ones are not parsed.
    """
    return MarkdownIt("commonmark", {"maxNesting": 60}).enable("table").disable(["inline", "text_join", *unneeded])


_RULES = tuple(
    (rule, re.compile(sign))
    for rule, sign in (
        ("table", r"\|"),
        ("fence", "```|~~~"),
        ("blockquote", ">"),
        ("html_block", "<"),
        ("reference", r"\]:"),
        ("hr", r"(?m)[*_-][ \t]*[*_-][ \t]*[*_-][ \t]*$"),
        ("lheading", r"(?m)[=-][ \t]*$"),
    )
)
"""Rules of markdown-it-py that it tries on every line, each with a sign that is in all texts that need it."""


def without_front_matter(text: str) -> str:
    """Return the text with empty lines for its front matter, so that all other lines keep their numbers."""
    found = re.match(r"---[ \t]*\n(?:(?!---|\.\.\.)[^\n]*\n)*?(?:---|\.\.\.)[ \t]*(?:\n|\Z)", text)
    return "\n" * found[0].count("\n") + text[found.end() :] if found else text


def _build_blocks(tokens: list[Token], quotes: list[tuple[int, Block]]) -> Iterator[Block]:
    """Yield blocks from tokens: a list item has the text of its first paragraph; quoted texts are added to `quotes`."""
    builder = _BlockBuilder()
    count = 0
    for token in tokens:
        if builder.quote_depth and token.type not in _QUOTE_MARKS:
            if token.type == "inline":
                quotes.append((count - 1, Block("text", 0, without_comments(token.content), _line(token))))
            continue
        handle = _HANDLERS.get(token.type)
        if handle is not None:
            block = handle(builder, token)
            if block is not None:
                count += 1
                yield block


class _BlockBuilder:
    """Builder of blocks, with the list item, heading, table header and row that are open."""

    def __init__(self) -> None:
        self.quote_depth = 0
        self.depth = 0
        self.heading = 0
        self.item: tuple[str, int] | None = None
        self.in_header = False
        self.in_row = False
        self.header: tuple[str, ...] = ()
        self.cells: list[str] = []
        self.row_line = 0

    def quote_open(self, token: Token) -> None:
        self.quote_depth += 1

    def quote_close(self, token: Token) -> None:
        self.quote_depth -= 1

    def html(self, token: Token) -> None:
        """Count `<details>` as a quote, up to its end in another block."""
        self.quote_depth = max(0, self.quote_depth + _opened_details(token.content))

    def item_open(self, token: Token) -> Block | None:
        empty_item = self._empty_item()
        self.depth += 1
        self.item = (token.info + token.markup, _line(token))
        return empty_item

    def item_close(self, token: Token) -> Block | None:
        empty_item = self._empty_item()
        self.depth -= 1
        return empty_item

    def _empty_item(self) -> Block | None:
        """Return the open item if it has no text, and close it."""
        if self.item is None:
            return None
        (marker, line), self.item = self.item, None
        return Block("item", self.depth, "", line, marker)

    def heading_open(self, token: Token) -> None:
        self.heading = int(token.tag[1])

    def inline(self, token: Token) -> Block | None:
        text = _without_anchors(without_comments(token.content))
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
        first_line = _line(token) + (1 if token.type == "fence" else 0)  # below the line with the fence
        return Block("code", self.depth, token.content, first_line)

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
    "html_block": _BlockBuilder.html,
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


_QUOTE_MARKS = ("blockquote_open", "blockquote_close", "html_block")


def _opened_details(html: str) -> int:
    """Return how many `<details>` a text opens and does not close; negative if it closes more."""
    return len(re.findall(r"<details\b", html)) - html.count("</details>") if "details" in html else 0


def _hidden_texts(tokens: Iterable[Token], lines: Sequence[str]) -> Iterator[HiddenText]:
    """Yield the outermost texts without tasks, in order."""
    end = details = details_line = 0
    for token in tokens:
        kind = _HIDDEN.get(token.type)
        if kind is None or token.map is None:
            continue
        first, last = token.map
        opened = _opened_details(token.content) if token.type == "html_block" else 0
        if opened > 0 and not details:
            details_line = first
        was_open, details = details, max(0, details + opened)
        if was_open and not details:
            yield HiddenText("details", details_line + 1, "\n".join(lines[details_line:last]))
        elif not was_open and not details and first >= end:
            text = "\n".join(lines[first:last])
            yield HiddenText(kind, first + 1, re.sub(r"(?m)^ {0,3}> ?", "", text) if kind == "quote" else text)
        end = max(end, last)
    if details:
        yield HiddenText("details", details_line + 1, "\n".join(lines[details_line:]))


_HIDDEN = {"fence": "code", "code_block": "code", "html_block": "comment", "blockquote_open": "quote"}
"""Kinds of texts without tasks, by the tokens of markdown-it-py."""


def _line(token: Token) -> int:
    return token.map[0] + 1 if token.map else 1


def without_comments(text: str) -> str:
    """Return the text without HTML comments; line ends are kept."""
    if "<!--" not in text:
        return text
    return re.sub(r"<!--.*?(?:-->|\Z)", lambda found: "\n" * found[0].count("\n"), text, flags=re.DOTALL)


def _without_anchors(text: str) -> str:
    """Return the text without anchors: `<a id="t1"></a>Task 1`, `Task 1 {#task-1}`."""
    return _ANCHOR.sub("", text) if "<a " in text or "{#" in text else text


_ANCHOR = late_pattern(r"<a\s+(?:id|name)=[^<>\n]*>(?:\s*</a>)?[ \t]*|[ \t]*\{#[\w.-]+\}(?=\s*$)", re.IGNORECASE)


def _unclosed_fence(tokens: list[Token], text: str) -> UnclosedFence | None:
    """Return the last fence if no line closes it."""
    fences = [token for token in tokens if token.type == "fence"]
    if not fences or fences[-1].map is None or fences[-1].level:
        return None
    lines = text.rstrip("\n").split("\n")
    begin, end = fences[-1].map
    if end < len(lines):
        return None
    closing_line = rf" {{0,3}}{re.escape(fences[-1].markup)}[`~]*\s*"
    is_closed = end - 1 > begin and re.fullmatch(closing_line, lines[min(end, len(lines)) - 1])
    return None if is_closed else UnclosedFence(begin + 1, fences[-1].content)
