"""The gates that a breakdown names: `**Gate 1**: text (after Stream A)`, quality gates of a phase, checkpoints."""

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

_WORD = r"(?:quality gates?|gates?|checkpoints?)"
_BOLD = re.compile(
    rf"[^\w*`]*\*\*(?P<name>[^*:：\n]{{0,60}}?\b{_WORD}\b[^*:：\n]{{0,30}}?)\s*(?:[:：]\s*\*\*|\*\*\s*[:：])\s*(?P<text>.*)",
    re.IGNORECASE | re.DOTALL,
)
_OUTCOME = re.compile(rf"{_WORD}\s+(?:status|files?|decisions?|results?|outcomes?|verdicts?|reports?)\b", re.IGNORECASE)
"""Labels over what was decided at a gate."""
_DECIDED = re.compile(r"\W*(?:PASS|FAIL|CONCERNS|WAIVED)(?:ED)?\b")
_PLURAL = re.compile(r"(?:quality )?gates|checkpoints|quality gates?", re.IGNORECASE)
_ITEM = re.compile(r"(?:\*\*)?(?P<name>[^*:：\n]{1,60}?)(?:[:：]\s*\*\*|(?:\*\*)?\s*[:：])\s*(?P<text>.+)", re.DOTALL)
_AFTER = re.compile(
    rf"[(（](?:after|depends on|once|when|requires)\s+(?P<inner>[^()（）]+)[)）]|\bafter\s+(?P<bare>{STREAM_WORDS}\s+[^\s,.;]+(?:(?:,| and|,? &)\s*[A-Z0-9]\b)*)",
    re.IGNORECASE,
)


class WrittenGate(Struct, frozen=True, kw_only=True):
    """A gate as written; `at` is the index of its block, `after` what it says it comes after."""

    name: str
    text: str
    at: int
    line: int
    pieces: tuple[ValuePart, ...]

    @property
    def after(self) -> str:
        """What the text says the gate comes after, or nothing."""
        return ", ".join(m["inner"] or m["bare"] for m in _AFTER.finditer(self.text))


def find_gates(outline: Outline) -> Iterator[WrittenGate]:
    """All gates, in order."""
    done = -1
    for at, block in enumerate(outline.blocks):
        if at <= done or block.kind in ("row", "code"):
            continue
        for gate in _at(outline, at, block):
            done = max(done, gate.at)
            yield gate


def _at(outline: Outline, at: int, block: Block) -> Iterator[WrittenGate]:
    if block.kind == "heading":
        if re.fullmatch(rf"\W*(?:\d+\.?\s+)?{_PLURAL.pattern}\W*", block.joined, re.IGNORECASE):
            yield from _listed(outline, at)
        return
    found = _BOLD.fullmatch(LEADING_BOX.sub("", block.text, count=1))
    if found is None:
        return
    name = " ".join(found["name"].split())
    if _OUTCOME.search(name) or _DECIDED.match(found["text"]):
        return
    if _PLURAL.fullmatch(name) and name.casefold().endswith("s"):
        yield from _listed(outline, at)
    elif found["text"].strip():
        text = found["text"]
        yield _gate(name, text, at, block.line_at(max(0, block.text.find(text))), block.line)
    elif _PLURAL.fullmatch(name):
        yield from _listed(outline, at)
    else:
        yield from _bulleted(outline, at, name)


def _gate(name: str, text: str, at: int, line: int, own: int) -> WrittenGate:
    return WrittenGate(name=name, text=" ".join(text.split()), at=at, line=own, pieces=(ValuePart(text, line),))


def _below(outline: Outline, at: int) -> Iterator[tuple[int, Block]]:
    """The list items right below a block."""
    depth = outline.blocks[at].depth if outline.blocks[at].kind != "heading" else 0
    for index in range(at + 1, len(outline.blocks)):
        block = outline.blocks[index]
        if block.kind != "item" or block.depth <= depth:
            return
        yield index, block


def _listed(outline: Outline, at: int) -> Iterator[WrittenGate]:
    """One gate per item `- Name: text` below a label for all gates."""
    for index, block in _below(outline, at):
        text = LEADING_BOX.sub("", block.text, count=1)
        found = _ITEM.fullmatch(text)
        if found and block.depth <= outline.blocks[at].depth + 1:
            yield _gate(
                " ".join(found["name"].split()),
                found["text"],
                index,
                block.line_at(block.text.find(found["text"])),
                block.line,
            )


def _bulleted(outline: Outline, at: int, name: str) -> Iterator[WrittenGate]:
    """One gate whose text is the items below its label."""
    items = list(_below(outline, at))
    if items:
        text = "; ".join(block.joined for _, block in items)
        pieces = tuple(ValuePart(block.text, block.line) for _, block in items)
        yield WrittenGate(name=name, text=text, at=items[-1][0], line=outline.blocks[at].line, pieces=pieces)


def gate_stream(outline: Outline, gate: WrittenGate) -> tuple[str, str] | None:
    """Kind and id of the stream that a gate names itself by, or else of the one it stands in."""
    heading = Block("heading", 1, gate.name, gate.line)
    named = stream_from_heading(heading, gate.at)
    if named is not None:
        return named.kind, named.id
    for at in outline.path(gate.at):
        section = stream_from_heading(outline.blocks[at], at)
        if section is not None:
            return section.kind, section.id
    return None
