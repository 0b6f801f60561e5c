"""Labelled fields of a task, on one line, wrapped, or with a list below the label.

- **Name**: value        **Name:** value        - Name: value
_Name: value_            Name: value | Name: value
"""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.vocabulary import FIELD_BY_LABEL, LIST_FIELDS, TASK_WORDS, field_name


class ValuePart(Struct, frozen=True, gc=False):
    """Text of a field's value in one block; it may hold line ends."""

    text: str
    line: int
    is_code: bool = False

    @property
    def one_line(self) -> str:
        """Return the text on one line."""
        return " ".join(self.text.split())


class Field(Struct, frozen=True, gc=False):
    """One label in a task, with its value; `name` is None for an unknown label."""

    name: str | None
    label: str
    line: int
    parts: tuple[ValuePart, ...]

    @property
    def value(self) -> str:
        """Return the whole value on one line."""
        return " ".join(filter(None, (part.one_line for part in self.parts)))


class _GrowingField:
    """Field whose value may go on in the next block; `depth` and `kind` are those of the label's block."""

    def __init__(self, name: str | None, label: str, line: int, block: Block | None) -> None:
        self.name, self.label, self.line = name, label, line
        self.kind = block.kind if block else "heading"
        self.depth = block.depth if block and block.kind != "heading" else -1
        self.parts: list[ValuePart] = []
        self.is_new = True
        self.has_value_beside_label = False

    def accepts(self, block: Block) -> bool:
        """Return True if an unlabelled block belongs to the value."""
        if self.kind == "text" and self.has_value_beside_label and self.name not in LIST_FIELDS:
            return False
        if block.depth > self.depth:
            return True
        if block.depth < self.depth or block.kind == "item":
            return False
        return self.kind == "item" or (self.is_new and not any(part.text for part in self.parts))

    def close(self) -> Field:
        """Return the field with the parts that have text."""
        return Field(self.name, self.label, self.line, tuple(part for part in self.parts if part.text.strip()))


# matches "**Files:**", "**Files**:", "**Files** (new):", "__Files:__"
_BOLD_LABEL = re.compile(
    r"(?P<mark>\*\*|__)(?P<label>[^*_\n:：|][^*\n:：|]{0,60}?)"
    r"(?:\s*[:：]\s*(?P=mark)\s*[:：]?|(?P=mark)(?:\s*[(（][^)）\n]*[)）])?\s*[:：])"
)
# matches "Files:" at the beginning of a line
_PLAIN_LABEL = re.compile(r"(?m)^[ \t]*(?P<label>[^\W\d_][^:：|\n`*\[\]]{0,40}?)\s*[:：](?=\s|$|[^\x00-\x7f])")
# matches "Depends on" in "Depends on Task 1", "blocked by T2" at the beginning of a line
_DEPENDS_SENTENCE = re.compile(
    rf"(?m)^[ \t]*(?P<label>depends on|blocked by)(?=\s+(?:{TASK_WORDS}\s+#?\d|#\d|{TASK_WORDS}\s+[A-Z]-?\d"
    rf"|[A-Z]+-?\d))",
    re.IGNORECASE,
)
# matches "_Dependencies: 1_", "*Files: a.py*"
_ITALIC_LABEL = re.compile(
    r"(?P<mark>(?<![\w*])\*(?!\*)|(?<![\w_])_(?!_))(?P<label>[^\W\d_][^*_\n:：|]{0,40}?)[:：](?P<value>[^\n]*?)(?P=mark)"
)


def read_fields(blocks: Iterable[Block]) -> tuple[Field, ...]:
    """Return all fields in a task's blocks, in the order of their labels."""
    fields: list[_GrowingField] = []
    open_fields: list[_GrowingField] = []
    for block in blocks:
        if block.kind == "heading":
            open_fields = _read_heading(block, fields)
        elif block.kind == "row":
            _read_row(block, fields, open_fields)
        else:
            _read_text(block, fields, open_fields)
    return tuple(field.close() for field in fields)


def _read_heading(block: Block, fields: list[_GrowingField]) -> list[_GrowingField]:
    """Open a field for a heading that is a label; any other heading closes the open fields."""
    name = field_name(block.one_line)
    if name is None:
        return []
    fields.append(_GrowingField(name, block.one_line, block.line, None))
    return [fields[-1]]


def _read_row(block: Block, fields: list[_GrowingField], open_fields: list[_GrowingField]) -> None:
    """Add a field for a table's row with two cells, label and value; any other row belongs to the open field."""
    name = field_name(block.cells[0]) if len(block.cells) == 2 else None
    if name is not None:
        fields.append(_GrowingField(name, block.cells[0], block.line, block))
        fields[-1].parts.append(ValuePart(block.cells[1], block.line))
    elif open_fields and open_fields[-1].accepts(block):
        open_fields[-1].parts.append(ValuePart(block.text, block.line))


def _read_text(block: Block, fields: list[_GrowingField], open_fields: list[_GrowingField]) -> None:
    """Open the fields of a list item, text or code; the text before its first label belongs to the open field."""
    while open_fields and not open_fields[-1].accepts(block):
        open_fields.pop()
    labels = () if block.kind == "code" else find_labels(block.text)
    is_inside_field = bool(open_fields) and open_fields[-1].name is not None
    if labels and is_inside_field and not any(label.name for label in labels):
        labels = ()
    before_labels = block.text[: labels[0].begin] if labels else block.text
    if open_fields and before_labels.strip():
        open_fields[-1].parts.append(ValuePart(before_labels, block.line, block.kind == "code"))
    for field in open_fields:
        field.is_new = False
    for label, end in zip(labels, [*(label.begin for label in labels[1:]), len(block.text)], strict=False):
        field = _GrowingField(label.name, label.text, block.line_at(label.begin), block)
        field.parts.append(_value_part(block, label.value_begin, end))
        field.has_value_beside_label = bool(field.parts[0].text)
        fields.append(field)
        open_fields[:] = [outer for outer in open_fields if outer.depth < field.depth] + [field]


def _value_part(block: Block, begin: int, end: int) -> ValuePart:
    """Return the value between two offsets, without the bar behind it."""
    raw = block.text[begin:end]
    skipped = len(raw) - len(raw.lstrip())
    return ValuePart(re.sub(r"[ \t]*\|\s*$", "", raw.strip()), block.line_at(begin + skipped))


class Label(NamedTuple):
    """Label as written, with the name of its field (None where it is unknown) and the offsets of label and value."""

    name: str | None
    text: str
    begin: int
    value_begin: int


@lru_cache(maxsize=256)
def find_labels(text: str) -> tuple[Label, ...]:
    """Return the labels in a text, in order; unknown ones only in bold.

    >>> [(label.name, label.text) for label in find_labels("**Files:** `a.py` **Risk**: low")]
    [('files', 'Files'), (None, 'Risk')]
    """
    if ":" not in text and "：" not in text:
        return _sentence_labels(text)
    if "|" in text and (barred := tuple(_labels_between_bars(text))):
        return barred
    labels = [Label(field_name(m["label"]), m["label"], m.start(), m.end()) for m in _BOLD_LABEL.finditer(text)]
    bold_spans = [(label.begin, label.value_begin) for label in labels]
    italic = _ITALIC_LABEL.finditer(text) if "_" in text or "*" in text else ()
    for match in (*_PLAIN_LABEL.finditer(text), *italic):
        name = field_name(match["label"])
        is_in_bold = any(begin <= match.start("label") < end for begin, end in bold_spans)
        if name is not None and not is_in_bold:
            value_begin = match.start("label") + len(match["label"]) + 1
            labels.append(Label(name, match["label"], match.start(), value_begin))
    sentences = _sentence_labels(text)
    return tuple(sorted((*labels, *sentences), key=lambda label: label.begin)) if labels else sentences


def _sentence_labels(text: str) -> tuple[Label, ...]:
    """Return the labels without a colon, as in `Depends on Task 1`."""
    return tuple(Label("depends", m["label"], m.start(), m.end()) for m in _DEPENDS_SENTENCE.finditer(text))


def _labels_between_bars(text: str) -> Iterator[Label]:
    """Yield the labels in `Name: value | Name: value`; two parts must have a label, and one a known one."""
    parts = list(re.finditer(r"[^|\n]+(?:\n(?!\s*[-*] )[^|\n]+)*", text))
    labels = [(part, re.match(r"[\s*_]*([^:：|*\n]{1,40})[\s*_]*[:：][\s*_]*", part[0])) for part in parts]
    known = [label for _, label in labels if label and label[1].strip().casefold() in FIELD_BY_LABEL]
    if not known or len([label for _, label in labels if label]) < 2:
        return
    for part, label in labels:
        if label:
            yield Label(field_name(label[1]), label[1], part.start(), part.start() + label.end())


def fields_named(fields: Sequence[Field], name: str) -> tuple[Field, ...]:
    """Return the fields with this name."""
    return tuple(field for field in fields if field.name == name)
