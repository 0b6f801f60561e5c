"""The boxes below a task: with ids anywhere in its text, also where a formatter has glued them, or as list items without."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.ids import CODE, normalize_id
from pytest_execute.breakdown.task_starts import LEADING_BOX
from pytest_execute.breakdown.vocabulary import UNTASKED_SECTION, field_name
from pytest_execute.core.plan import Substep

_SUB = rf"(?:\d+(?:\.\d+)+[a-z]?|{CODE}(?:\.\d+)+)"
_GLUED = re.compile(rf"(?<![\w.`])(?P<id>{_SUB})\.?\s+\[(?P<box>[ xX~!-])\]\s*")
_LED = re.compile(rf"\s*(?:\*\*)?(?:step\s+)?(?P<id>{_SUB}|\d+)(?:\.|\)|:|\s[-–—])?(?=\s)\s*", re.IGNORECASE)
_HEADING = re.compile(rf"(?:step\s+)?(?P<id>{_SUB})[.):]?\s+(?P<title>\S.*)", re.IGNORECASE)


def find_substeps(task: str, blocks: Iterable[Block]) -> Iterator[Substep]:
    """The substeps in a task's blocks, in order; one without an id has the empty one."""
    passed_over: int | None = None
    for block in blocks:
        if passed_over is not None and block.kind == "item" and block.depth > passed_over:
            continue
        passed_over = _criteria(block)
        if passed_over is None:
            yield from _in_block(task, block)


def _criteria(block: Block) -> int | None:
    """The depth under which boxes are criteria and no steps, where this block is a label that says so."""
    if block.kind == "item" and LEADING_BOX.match(block.text):
        return None
    label = re.match(r"\s*\**([^*:：\n]{3,50}?)\**\s*[:：]?\**\s*$", block.text)
    if label is None or block.kind in ("row", "code"):
        return None
    if field_name(label[1]) in ("acceptance", "behaviour") or UNTASKED_SECTION.search(label[1]):
        return -1 if block.kind == "heading" else block.depth
    return None


def _in_block(task: str, block: Block) -> Iterator[Substep]:
    if block.kind == "heading":
        found = _HEADING.fullmatch(block.joined)
        if found and normalize_id(found["id"]).startswith(normalize_id(task) + "."):
            yield Substep(found["id"], found["title"].strip("*"), False, block.line)
        return
    if block.kind not in ("item", "text") or "[" not in block.text:
        return
    box = LEADING_BOX.match(block.text) if block.kind == "item" else None
    if box:
        yield _boxed(block, box)
    yield from _glued(block)


def _boxed(block: Block, box: re.Match[str]) -> Substep:
    """A list item that begins with a box."""
    led = _LED.match(block.text, box.end())
    begin = led.end() if led else box.end()
    glued = _GLUED.search(block.text, begin)
    title = block.text[begin : glued.start() if glued else None]
    return Substep(led["id"] if led else "", _plain(title), box["box"] in "xX", block.line)


def _glued(block: Block) -> Iterator[Substep]:
    """Every `1.2. [x] Title` in a text; the title ends at the next one or at the first ` - `."""
    found = list(_GLUED.finditer(block.text))
    for match, end in zip(found, [*(m.start() for m in found[1:]), len(block.text)], strict=False):
        title = re.split(r"\s-\s|\s-$", block.text[match.end() : end], maxsplit=1)[0]
        yield Substep(match["id"], _plain(title), match["box"] in "xX", block.line_at(match.start()))


def _plain(title: str) -> str:
    return " ".join(title.split()).strip("*").strip()
