"""Looks of single lines: whether a line looks like part of a plan, whatever the file's form is.

| look | example |
| --- | --- |
| box | `- [ ] Write it`, `- [?] T002 Write it`, `### 2. [WIP] Page` |
| task | `### Task 3: Page`, `- **2.1-bis** Guard`, a row that begins with a task's id |
| field | `**Depends on**: Task 1`, `Effort: 2 hours` |
| gate | `**Gate 1**: …`, `- **Checkpoint:**` |
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from pytest_execute.breakdown.fields import find_labels
from pytest_execute.breakdown.ids import CODE, LONG_ID
from pytest_execute.breakdown.marks import is_state
from pytest_execute.breakdown.vocabulary import TASK_WORDS
from pytest_execute.core.late_pattern import late_pattern

Shape = Literal["heading", "item", "row", "text"]

# matches the marker of "- [ ] a", "• [ ] a", "-[ ] a", "### 1. a", "1. [x] a", "| T1 | a |"
_MARKER = late_pattern(r"[\s>]*(?P<marker>#{1,6}(?=\s)|[-*+](?=\s|\[[ xX]\]\s)|[•◦‣▪–—](?=\s)|\d+[.)](?=\s)|\|)?\s*")
# matches "[ ]", "[x]", "[?]", "[WIP]" before a blank, "[ ]3."; not "[1](a.md)"
_BOX = late_pattern(r"(?:\*\*)?\[(?P<mark>[^\[\]\n]{0,15})\](?=[\s*]|$|(?<=\[[ xX]\])\w)\*?\s*")
# matches "Task 3", "**T01**", "2.1-bis", "#83"
_NAME = late_pattern(
    rf"[^\w\s\[(#]{{0,3}}\s*(?:(?P<word>{TASK_WORDS})(?![a-z])\s*)?(?P<sign>#?)(?P<id>{LONG_ID}|{CODE})"
    r"(?P<end>\s*\||[*`_]*(?:\s*[:.)：—–]\s*|\s+-\s+|\s+|$))",
    re.IGNORECASE,
)
_FIELDS = ("depends", "files", "tests", "effort")
# matches "**Gate 1**:", "- **Phase 1 Quality Gate:**", "**Checkpoint**:"
_GATE = late_pattern(
    r"\s*(?:[-*+]\s+)?\*\*[^*\n]{0,40}\b(?:gate|checkpoint)(?:\s+#?\w{1,3})?\s*(?::\*\*|\*\*\s*(?::|$))", re.IGNORECASE
)


class Look(Struct, frozen=True):
    """Look of a line: `name` is the id that it begins with, `mark` what its box holds, None without a box.

    `has_word` is True for a word such as "Task" before the id, `sign` is a sign such as ✅ before it.
    """

    shape: Shape
    kind: Literal["box", "task", "field", "gate"]
    name: str = ""
    mark: str | None = None
    label: str = ""
    title: str = ""
    has_word: bool = False
    sign: str = ""


def look_of(line: str) -> Look | None:
    """Return the look of a line, or None for one that looks like no part of a plan.

    >>> look_of("- [?] T002 Take"), look_of("Some words")
    (Look(shape='item', kind='box', name='T002', mark='?', label='', title='Take', has_word=False, sign=''), None)
    """
    marker = _MARKER.match(line)
    shape = _shape(marker["marker"] if marker else None)
    begin = marker.end() if marker else 0
    box = _BOX.match(line, begin)
    mark = box["mark"] if box and is_state(box["mark"]) else None
    name = _NAME.match(line, box.end() if box and mark is not None else begin)
    if mark is None and name and shape == "heading" and (behind := _BOX.match(line, name.end())):
        mark = behind["mark"] if is_state(behind["mark"]) else None
    title = line[name.end() if name else box.end() if box else begin :].strip(" *|:—–-")
    has_word = name is not None and name["word"] is not None
    if mark is not None and (name or shape != "text"):
        return Look(shape, "box", name["id"] if name else "", mark, title=title, has_word=has_word)
    if name and shape != "text" and _is_name(name, shape):
        sign = name[0][:3].strip(" *_") if not name[0][0].isalnum() else ""
        return Look(shape, "task", name["id"], title=title, has_word=has_word, sign=sign)
    return _label_look(line, shape)


def _shape(marker: str | None) -> Shape:
    if not marker:
        return "text"
    return "heading" if marker[0] == "#" else "row" if marker == "|" else "item"


def _is_name(name: re.Match[str], shape: Shape) -> bool:
    """Return True for what names a task even without a box: a word and an id, a code, a number with a dot."""
    if name["word"]:
        return shape != "row" or "|" in name["end"]
    if name["id"][0].isdigit():
        return "." in name["id"] and (shape == "heading" or name["end"].startswith("**"))
    return name["id"][0].isupper() and not name["end"].isspace()


def _label_look(line: str, shape: Shape) -> Look | None:
    label = next((label for label in find_labels(line) if label.name in _FIELDS), None) if shape != "row" else None
    if label is not None and shape != "heading":
        return Look(shape, "field", label=label.text)
    if _GATE.match(line):
        return Look(shape, "gate")
    return None


_SHAPES = {"heading": "heading", "item": "item", "row": "table row", "text": "line"}


def describe_looks(lines: Iterable[str]) -> list[str]:
    """Return what looks like tasks with an id, or like fields: `3 lines like "### Task 1: A"`."""
    found: dict[str, list[str]] = {}
    for line in lines:
        look = look_of(line)
        if look is not None and (look.name or look.kind == "field"):
            found.setdefault(_SHAPES[look.shape] if look.kind != "field" else "field", []).append(line.strip())
    return [f'{len(each)} {name}{"s" * (len(each) > 1)} like "{each[0][:40]}"' for name, each in found.items()]
