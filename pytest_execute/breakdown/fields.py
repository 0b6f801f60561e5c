"""The labelled fields of a task: `- **Name**: value`, `**Name:** value`, `_Name: value_`, several on a line, wrapped, or nested."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from msgspec import Struct

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.vocabulary import FIELD_BY_LABEL, TASK_WORDS, field_name


class ValuePart(Struct, frozen=True, gc=False):
    """A stretch of a field's value; `text` may hold line ends."""

    text: str
    line: int
    code: bool = False

    @property
    def joined(self) -> str:
        return " ".join(self.text.split())


class Field(Struct, frozen=True, gc=False):
    """One occurrence of a label in a task; `name` is None where the label is none that we know."""

    name: str | None
    label: str
    line: int
    pieces: tuple[ValuePart, ...]

    @property
    def value(self) -> str:
        """The whole value on one line."""
        return " ".join(filter(None, (piece.joined for piece in self.pieces)))


_LISTS = ("files", "tests", "behaviour", "acceptance")
"""Fields whose value may go on as a list below a sentence."""


class _GrowingField:
    """A field whose value still grows; `depth` and `kind` are those of the block that its label stands in."""

    def __init__(self, name: str | None, label: str, line: int, block: Block | None) -> None:
        self.name, self.label, self.line = name, label, line
        self.kind = block.kind if block else "heading"
        self.depth = block.depth if block and block.kind != "heading" else -1
        self.pieces: list[ValuePart] = []
        self.fresh = True
        self.complete = False

    def takes(self, block: Block) -> bool:
        """Whether an unlabelled block still belongs to the value."""
        if self.kind == "text" and self.complete and self.name not in _LISTS:
            return False
        if block.depth > self.depth:
            return True
        if block.depth < self.depth or block.kind == "item":
            return False
        return self.kind == "item" or (self.fresh and not any(piece.text for piece in self.pieces))

    def close(self) -> Field:
        return Field(self.name, self.label, self.line, tuple(piece for piece in self.pieces if piece.text.strip()))


_BOLD = re.compile(
    r"(?P<mark>\*\*|__)(?P<label>[^*_\n:：|][^*\n:：|]{0,60}?)"
    r"(?:\s*[:：]\s*(?P=mark)\s*[:：]?|(?P=mark)(?:\s*[(（][^)）\n]*[)）])?\s*[:：])"
)
_PLAIN = re.compile(r"(?m)^[ \t]*(?P<label>[^\W\d_][^:：|\n`*\[\]]{0,40}?)\s*[:：](?=\s|$|[^\x00-\x7f])")
_SENTENCE = re.compile(
    rf"(?m)^[ \t]*(?P<label>depends on|blocked by)(?=\s+(?:{TASK_WORDS}\s+#?\d|#\d|{TASK_WORDS}\s+[A-Z]-?\d|[A-Z]+-?\d))",
    re.IGNORECASE,
)
_SLANTED = re.compile(
    r"(?P<mark>(?<![\w*])\*(?!\*)|(?<![\w_])_(?!_))(?P<label>[^\W\d_][^*_\n:：|]{0,40}?)[:：](?P<value>[^\n]*?)(?P=mark)"
)


def read_fields(blocks: Iterable[Block]) -> tuple[Field, ...]:
    """All fields in a task's blocks, in the order of their labels."""
    opened: list[_GrowingField] = []
    stack: list[_GrowingField] = []
    for block in blocks:
        if block.kind == "heading":
            stack = _heading(block, opened)
        elif block.kind == "row":
            stack = _row(block, opened, stack)
        else:
            _plain_block(block, opened, stack)
    return tuple(field.close() for field in opened)


def _heading(block: Block, opened: list[_GrowingField]) -> list[_GrowingField]:
    """A heading inside a task is the label of all that stands below it, or ends the field before it."""
    name = field_name(block.joined)
    if name is None:
        return []
    opened.append(_GrowingField(name, block.joined, block.line, None))
    return [opened[-1]]


def _row(block: Block, opened: list[_GrowingField], stack: list[_GrowingField]) -> list[_GrowingField]:
    """A row of a table with two columns is a label and its value."""
    name = field_name(block.cells[0]) if len(block.cells) == 2 else None
    if name is not None:
        opened.append(_GrowingField(name, block.cells[0], block.line, block))
        opened[-1].pieces.append(ValuePart(block.cells[1], block.line))
    elif stack and stack[-1].takes(block):
        stack[-1].pieces.append(ValuePart(block.text, block.line))
    return stack


def _plain_block(block: Block, opened: list[_GrowingField], stack: list[_GrowingField]) -> None:
    """A list item, text or code: new fields where it has labels, else more of the field before it."""
    while stack and not stack[-1].takes(block):
        stack.pop()
    found = () if block.kind == "code" else find_labels(block.text)
    nested = bool(stack) and stack[-1].name is not None
    if found and nested and not any(name for name, *_ in found):
        found = ()
    lead = block.text[: found[0][2]] if found else block.text
    if stack and lead.strip():
        stack[-1].pieces.append(ValuePart(lead, block.line, block.kind == "code"))
    for field in stack:
        field.fresh = False
    for (name, label, begin, value), end in zip(found, [*(f[2] for f in found[1:]), len(block.text)], strict=False):
        opened.append(_GrowingField(name, label, block.line_at(begin), block))
        opened[-1].pieces.append(_piece(block, value, end))
        opened[-1].complete = bool(opened[-1].pieces[0].text)
        stack[:] = [f for f in stack if f.depth < opened[-1].depth] + [opened[-1]]


def _piece(block: Block, begin: int, end: int) -> ValuePart:
    """The value between two offsets, without the marks that stood around label and value."""
    raw = block.text[begin:end]
    skipped = len(raw) - len(raw.lstrip())
    return ValuePart(re.sub(r"[ \t]*\|\s*$", "", raw.strip()), block.line_at(begin + skipped))


Label = tuple["str | None", str, int, int]
"""The field's name, the label as written, where it begins and where its value begins."""


@lru_cache(maxsize=256)
def find_labels(text: str) -> tuple[Label, ...]:
    """The labels in a text, in order.

    >>> [(name, label) for name, label, *_ in labels("**Files:** `a.py` **Risk**: low")]
    [('files', 'Files'), (None, 'Risk')]
    """
    if ":" not in text and "：" not in text:
        return _asked(text)
    if "|" in text and (barred := tuple(_barred(text))):
        return barred
    found = [(field_name(m["label"]), m["label"], m.start(), m.end()) for m in _BOLD.finditer(text)]
    taken = [(begin, end) for _, _, begin, end in found]
    slanted = _SLANTED.finditer(text) if "_" in text or "*" in text else ()
    for match in (*_PLAIN.finditer(text), *slanted):
        name = field_name(match["label"])
        inside = any(begin <= match.start("label") < end for begin, end in taken)
        if name is not None and not inside:
            found.append((name, match["label"], match.start(), match.start("label") + len(match["label"]) + 1))
    return tuple(sorted((*found, *_asked(text)), key=lambda label: label[2])) if found else _asked(text)


def _asked(text: str) -> tuple[Label, ...]:
    """Sentences such as `Depends on Task 1.`, which are fields without a colon."""
    return tuple(("depends", m["label"], m.start(), m.end()) for m in _SENTENCE.finditer(text))


def _barred(text: str) -> Iterator[Label]:
    """Labels in `Name: value | Name: value`, where at least two of the parts are labelled with words that we know."""
    parts = list(re.finditer(r"[^|\n]+(?:\n(?!\s*[-*] )[^|\n]+)*", text))
    named = [(part, re.match(r"[\s*_]*([^:：|*\n]{1,40})[\s*_]*[:：][\s*_]*", part[0])) for part in parts]
    known = [(part, label) for part, label in named if label and label[1].strip().casefold() in FIELD_BY_LABEL]
    if len(known) < 1 or len([label for _, label in named if label]) < 2:
        return
    for part, label in named:
        if label:
            yield field_name(label[1]), label[1], part.start(), part.start() + label.end()


def fields_named(fields: Sequence[Field], name: str) -> tuple[Field, ...]:
    """The fields with this name."""
    return tuple(field for field in fields if field.name == name)
