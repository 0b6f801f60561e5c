"""Labelled fields of a task, on one line, wrapped, or with a list below the label.

- **Name**: value        **Name:** value        - Name: value
_Name: value_            Name: value | Name: value
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from pytest_execute.breakdown.blocks import Block, lines_before
from pytest_execute.breakdown.field_labels import LIST_FIELDS, TASK_FIELDS, TASKS_ONLY_LABELS, field_name
from pytest_execute.breakdown.vocabulary import TASK_WORDS
from pytest_execute.core.late_pattern import late_pattern


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
    """One label in a task, with its value; `name` is None for an unknown label, `depth` that of its block."""

    name: str | None
    label: str
    line: int
    parts: tuple[ValuePart, ...]
    depth: int = 0

    @property
    def value(self) -> str:
        """Return the whole value on one line."""
        return " ".join(filter(None, (part.one_line for part in self.parts)))


class Fields:
    """Fields of a task, in the order of their labels, and by their names."""

    def __init__(self, fields: Iterable[Field]) -> None:
        self.all = tuple(fields)
        self._by_name: dict[str | None, tuple[Field, ...]] = {}
        for field in self.all:
            self._by_name[field.name] = (*self._by_name.get(field.name, ()), field)

    def named(self, name: str) -> tuple[Field, ...]:
        """Return the fields with this name."""
        return self._by_name.get(name, ())

    def parts(self, name: str) -> list[ValuePart]:
        """Return all parts of the values of the fields with this name."""
        return [part for field in self.named(name) for part in field.parts]

    def value(self, name: str) -> str:
        """Return the first value of a field with this name, or an empty text."""
        return next((field.value for field in self.named(name) if field.value), "")


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
        parts = tuple(part for part in self.parts if part.text.strip())
        return Field(self.name, self.label, self.line, parts, max(self.depth, 0))


# matches "**Files:**", "**Files**:", "**Files** (new):", "__Files:__"
_BOLD_LABEL = late_pattern(
    r"(?P<mark>\*\*|__)(?P<label>[^*_\n:：|][^*\n:：|]{0,60}?)"
    r"(?:\s*[:：]\s*(?P=mark)\s*[:：]?|(?P=mark)(?:\s*[(（][^)）\n]{0,300}[)）])?\s*[:：])"
)
# matches "*Files*:", "_Files_:", "`Files`:", "<b>Files:</b>" at the beginning of a line
_MARKED_LABEL = late_pattern(
    r"(?m)^[ \t]*(?:(?P<mark>[*_`])(?P<label>[^*_`\n:：|]{2,40})(?P=mark)\s*[:：]"
    r"|<(?P<tag>b|strong|em|i)>(?P<tagged>[^<>\n:：|]{2,40})[:：]?</(?P=tag)>\s*[:：]?)"
)
# matches ", Effort:" and "; Depends on:" behind another field
_NEXT_LABEL = late_pattern(r"[,;·•]\s+(?P<label>[^\W\d_][\w ./()-]{1,30}?)\s*[:：](?=\s)")
# matches "Files:" at the beginning of a line
_PLAIN_LABEL = late_pattern(r"(?m)^[ \t]*(?P<label>[^\W\d_][^:：|\n`*\[\]]{0,40}?)\s*[:：](?=\s|$|[^\x00-\x7f])")
# matches "Depends on" in "Depends on Task 1", "blocked by T2" at the beginning of a line
_DEPENDS_SENTENCE = late_pattern(
    rf"(?m)^[ \t]*(?P<label>depends on|blocked by)(?=\s+(?:{TASK_WORDS}\s+#?\d|#\d|{TASK_WORDS}\s+[A-Z]-?\d"
    rf"|[A-Z]+-?\d))",
    re.IGNORECASE,
)
# matches "Task 1", "#4", "T2" at the beginning of a value
TASK_AT_BEGINNING = late_pattern(rf"[\s*]*(?:{TASK_WORDS}\s+#?\d|#\d|[A-Z]+-?\d)", re.IGNORECASE)
# matches "**Depends on:** " at the beginning of a part between bars
_BARRED_LABEL = late_pattern(r"[\s*_]{0,40}([^:：|*\n]{1,40})[\s*_]{0,40}[:：][\s*_]*")
# matches "_Dependencies: 1_", "*Files: a.py*", "**Effort: 2 hours**"
_ITALIC_LABEL = late_pattern(
    r"(?P<mark>\*(?<![\w*]\*)\*?(?!\*)|_(?<!\w_)(?!_))(?P<label>[^\W\d_][^*_\n:：|]{0,40}?)[:：]"
    r"(?P<value>[^\n]{0,500}?)(?P=mark)(?!\w)"
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
    """Add a field for a row with two cells, label and value; others belong to the open field, or have a file each."""
    name = field_name(block.cells[0]) if len(block.cells) == 2 else None
    if name is not None:
        fields.append(_GrowingField(name, block.cells[0], block.line, block))
        fields[-1].parts.append(ValuePart(block.cells[1], block.line))
    elif open_fields and open_fields[-1].accepts(block):
        open_fields[-1].parts.append(ValuePart(block.text, block.line))
    else:
        for label, cell in zip(block.header, block.cells, strict=False):
            if field_name(label) == "files":
                fields.append(_GrowingField("files", label, block.line, block))
                fields[-1].parts.append(ValuePart(cell, block.line))


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
        field.parts.append(_value_part(block, label, end))
        field.has_value_beside_label = bool(field.parts[0].text)
        fields.append(field)
        open_fields[:] = [outer for outer in open_fields if outer.depth < field.depth] + [field]


def _value_part(block: Block, label: Label, end: int) -> ValuePart:
    """Return the value between a label and an offset, without the separator behind it, or the end of its italics."""
    raw = block.text[label.value_begin : end]
    if label.value_end:
        behind = block.text[label.value_end + 1 : end].removeprefix("*")
        raw = f"{block.text[label.value_begin : label.value_end]} {behind}"
    skipped = len(raw) - len(raw.lstrip())
    separators = "|·•;," if end < len(block.text) else "|"
    value = raw.strip()
    value = value[:-1].rstrip() if value[-1:] in separators else value
    return ValuePart(value, block.line_at(label.value_begin + skipped))


class Label(NamedTuple):
    """Label as written, with the name of its field (None where it is unknown) and the offsets of label and value.

    `value_end` is the offset of the mark that ends an italic value, else 0.
    """

    name: str | None
    text: str
    begin: int
    value_begin: int
    value_end: int = 0


@lru_cache(maxsize=256)
def find_labels(text: str) -> tuple[Label, ...]:
    """Return the labels in a text, in order; unknown ones only in bold.

    >>> [(label.name, label.text) for label in find_labels("**Files:** `a.py` **Risk**: low")]
    [('files', 'Files'), (None, 'Risk')]
    """
    if ":" not in text and "：" not in text:
        return _sentence_labels(text)
    barred = list(_labels_between_bars(text)) if "|" in text else []
    bars = {lines_before(text, label.begin) for label in barred}
    labels = [*barred, *(label for label in _plain_labels(text) if lines_before(text, label.begin) not in bars)]
    labels += _next_labels(text, labels) if labels else ()
    sentences = _sentence_labels(text)
    return tuple(sorted((*labels, *sentences), key=lambda label: label.begin)) if labels else sentences


def _next_labels(text: str, labels: list[Label]) -> Iterator[Label]:
    """Yield the labels of fields of a task behind a separator, in lines that begin with such a field."""
    lines = {lines_before(text, label.value_begin) for label in labels if label.name in TASK_FIELDS}
    begins = {label.value_begin for label in labels}
    for found in _NEXT_LABEL.finditer(text):
        name = field_name(found["label"])
        if name in TASK_FIELDS and lines_before(text, found.start("label")) in lines and found.end() not in begins:
            yield Label(name, found["label"], found.start(), found.end())


def _plain_labels(text: str) -> Iterator[Label]:
    """Yield the labels in bold, in italics, and at the beginning of lines."""
    bold = [Label(_name(m["label"], text, m.end()), m["label"], m.start(), m.end()) for m in _BOLD_LABEL.finditer(text)]
    yield from bold
    for match in _MARKED_LABEL.finditer(text):
        text_of_label = match["label"] or match["tagged"]
        if name := _name(text_of_label, text, match.end()):
            yield Label(name, text_of_label, match.start(), match.end())
    begins = [label.begin for label in bold]
    italic = _ITALIC_LABEL.finditer(text) if "_" in text or "*" in text else ()
    for match in (*_PLAIN_LABEL.finditer(text), *italic):
        value_begin = match.start("label") + len(match["label"]) + 1
        name = _name(match["label"], text, value_begin)
        before = bisect_right(begins, match.start("label"))
        is_in_bold = before > 0 and match.start("label") < bold[before - 1].value_begin
        if name is not None and not is_in_bold:
            value_end = match.end("value") if "value" in match.re.groupindex else 0
            yield Label(name, match["label"], match.start(), value_begin, value_end)


def _name(label: str, text: str, value_begin: int) -> str | None:
    """Return the field that a label names; some words mean dependencies only before the name of a task."""
    if label.casefold() in TASKS_ONLY_LABELS:
        return "depends" if TASK_AT_BEGINNING.match(text, value_begin) else None
    return field_name(label)


def _sentence_labels(text: str) -> tuple[Label, ...]:
    """Return the labels without a colon, as in `Depends on Task 1`."""
    return tuple(Label("depends", m["label"], m.start(), m.end()) for m in _DEPENDS_SENTENCE.finditer(text))


def _labels_between_bars(text: str) -> Iterator[Label]:
    """Yield the labels in `Name: value | Name: value`; two parts of a line must have a label, and one a known one."""
    for line in re.finditer(r"(?m)^[^\n]*\|[^\n]*", text):
        parts = [part.start() + line.start() for part in re.finditer(r"[^|]+", line[0])]
        labels = [found for begin in parts if (found := _BARRED_LABEL.match(text, begin, line.end()))]
        if len(labels) > 1 and any(field_name(found[1]) is not None for found in labels):
            yield from (Label(field_name(m[1]), m[1], m.start(), m.end()) for m in labels)
