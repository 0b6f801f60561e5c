"""Gates that a breakdown names, such as these.

- **Gate 1**: `tests/test_model.py` passes (after Stream A)
**Phase 1 Quality Gate:**      with a list below
**Checkpoint**: the tree is there
"""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.fields import ValuePart
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.streams import stream_from_heading
from pytest_execute.breakdown.task_starts import LEADING_BOX
from pytest_execute.breakdown.vocabulary import STREAM_WORDS

# matches "gate", "quality gates", "checkpoint"
_WORD = r"(?:quality gates?|gates?|checkpoints?)"
# matches "- **Gate 1**: the whole suite passes", "**Phase 1 Quality Gate:**"
_BOLD_GATE = re.compile(
    rf"[^\w*`]*\*\*(?P<name>[^*:：\n]{{0,60}}?\b{_WORD}\b[^*:：\n]{{0,30}}?)\s*(?:[:：]\s*\*\*"
    rf"|\*\*\s*[:：])\s*(?P<text>.*)",
    re.IGNORECASE | re.DOTALL,
)
# matches labels over the outcome of a gate: "Gate Status", "Quality Gate Results"
_OUTCOME_LABEL = re.compile(
    rf"{_WORD}\s+(?:status|files?|decisions?|results?|outcomes?|verdicts?|reports?)\b", re.IGNORECASE
)
# matches "PASS → docs/gates/1.yml"
_OUTCOME = re.compile(r"\W*(?:PASS|FAIL|CONCERNS|WAIVED)(?:ED)?\b")
# matches labels for all gates: "Quality Gates", "Checkpoints"
_GATES_LABEL = re.compile(r"(?:quality )?gates|checkpoints|quality gates?", re.IGNORECASE)
# matches "Gate 1: all tests pass", "**Gate 1**: all tests pass"
_ITEM_GATE = re.compile(
    r"(?:\*\*)?(?P<name>[^*:：\n]{1,60}?)(?:[:：]\s*\*\*|(?:\*\*)?\s*[:：])\s*(?P<text>.+)", re.DOTALL
)
# matches "(after Stream A)", "after Phase 1 and 2"
_AFTER = re.compile(
    rf"[(（](?:after|depends on|once|when|requires)\s+(?P<inner>[^()（）]+)[)）]"
    rf"|\bafter\s+(?P<bare>{STREAM_WORDS}\s+[^\s,.;]+(?:(?:,| and|,? &)\s*[A-Z0-9]\b)*)",
    re.IGNORECASE,
)


class WrittenGate(Struct, frozen=True, kw_only=True):
    """Gate as the breakdown writes it; `index` is that of its last block."""

    name: str
    text: str
    index: int
    line: int
    parts: tuple[ValuePart, ...]

    @property
    def after(self) -> str:
        """Return the names that the gate's text says it comes after, or an empty text."""
        return ", ".join(m["inner"] or m["bare"] for m in _AFTER.finditer(self.text))


def find_gates(outline: Outline) -> Iterator[WrittenGate]:
    """Yield all gates, in order."""
    last = -1
    for index, block in enumerate(outline.blocks):
        if index <= last or block.kind in ("row", "code"):
            continue
        for gate in _gates_at(outline, index, block):
            last = max(last, gate.index)
            yield gate


def _gates_at(outline: Outline, index: int, block: Block) -> Iterator[WrittenGate]:
    """Yield the gates that a heading or label opens."""
    if block.kind == "heading":
        if re.fullmatch(rf"\W*(?:\d+\.?\s+)?{_GATES_LABEL.pattern}\W*", block.one_line, re.IGNORECASE):
            yield from _gates_in_list(outline, index)
        return
    label = _BOLD_GATE.fullmatch(LEADING_BOX.sub("", block.text, count=1))
    if label is None:
        return
    name, text = " ".join(label["name"].split()), label["text"]
    if _OUTCOME_LABEL.search(name) or _OUTCOME.match(text):
        return
    if _GATES_LABEL.fullmatch(name) and (name.casefold().endswith("s") or not text.strip()):
        yield from _gates_in_list(outline, index)
    elif text.strip():
        yield _gate(name, text, index, block)
    else:
        yield from _gate_with_list(outline, index, name)


def _gate(name: str, text: str, index: int, block: Block) -> WrittenGate:
    """Return the gate with a text that is part of a block."""
    parts = (ValuePart(text, block.line_at(max(0, block.text.find(text)))),)
    return WrittenGate(name=name, text=" ".join(text.split()), index=index, line=block.line, parts=parts)


def _items_below(outline: Outline, index: int) -> Iterator[tuple[int, Block]]:
    """Yield the list items right below a block, with their indexes."""
    depth = outline.blocks[index].depth if outline.blocks[index].kind != "heading" else 0
    for below in range(index + 1, len(outline.blocks)):
        block = outline.blocks[below]
        if block.kind != "item" or block.depth <= depth:
            return
        yield below, block


def _gates_in_list(outline: Outline, index: int) -> Iterator[WrittenGate]:
    """Yield one gate for each item `- Name: text` below a label for all gates."""
    for item_index, item in _items_below(outline, index):
        gate = _ITEM_GATE.fullmatch(LEADING_BOX.sub("", item.text, count=1))
        if gate and item.depth <= outline.blocks[index].depth + 1:
            yield _gate(" ".join(gate["name"].split()), gate["text"], item_index, item)


def _gate_with_list(outline: Outline, index: int, name: str) -> Iterator[WrittenGate]:
    """Yield one gate whose text is the list below its label, if there is one."""
    items = list(_items_below(outline, index))
    if items:
        text = "; ".join(block.one_line for _, block in items)
        parts = tuple(ValuePart(block.text, block.line) for _, block in items)
        yield WrittenGate(name=name, text=text, index=items[-1][0], line=outline.blocks[index].line, parts=parts)


def gate_stream(outline: Outline, gate: WrittenGate) -> tuple[str, str] | None:
    """Return word and id of the stream in a gate's name, or else of the stream whose section contains the gate."""
    in_name = stream_from_heading(Block("heading", 1, gate.name, gate.line), gate.index)
    if in_name is not None:
        return in_name.kind, in_name.id
    for index in outline.headings_above(gate.index):
        stream = stream_from_heading(outline.blocks[index], index)
        if stream is not None:
            return stream.kind, stream.id
    return None
