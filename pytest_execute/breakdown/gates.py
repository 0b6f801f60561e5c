"""Gates that a breakdown names, such as these.

- **Gate 1**: `tests/test_model.py` passes (after Stream A)
**Phase 1 Quality Gate:**      with a list below
**Checkpoint**: the tree is there
## Gate 1: After Stream A      with a list or text below

Below `## Quality Gates` they may also be plain items, texts and rows of a table.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from itertools import takewhile

from msgspec import Struct

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.fields import ValuePart
from pytest_execute.breakdown.file_references import referenced_tests
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.streams import stream_from_heading
from pytest_execute.breakdown.task_starts import without_box
from pytest_execute.breakdown.vocabulary import NO_DEPENDENCY, STREAM_WORDS, WHOLE_SUITE
from pytest_execute.core.late_pattern import late_pattern

# matches "gate", "quality gates", "checkpoint", "检查点"
_WORD_PARTS = ("gate", "point", "punto", "ponto", "prüfpunkt", "检查点", "檢查點", "チェックポイント", "체크포인트")
_WORD = (
    r"(?:quality gates?|gates?|checkpoints?|puntos? de control|pontos? de (?:verificação|controle)|points? de contrôle"
    r"|prüfpunkte?|检查点|檢查點|チェックポイント|체크포인트)"
)
# matches "- **Gate 1**: the whole suite passes", "**Phase 1 Quality Gate:**"
_BOLD_GATE = late_pattern(
    rf"[^\w*`]*\*\*(?P<name>[^*:：\n]{{0,60}}?\b{_WORD}\b[^*:：\n]{{0,30}}?)\s*(?:[:：]\s*\*\*"
    rf"|\*\*\s*[:：])\s*(?P<text>.*)",
    re.IGNORECASE | re.DOTALL,
)
# matches "**Gate**: TASK-01 passes", a field of a task
_GATE_FIELD = late_pattern(r"\**(?:(?:quality|exit) )?gate(?::\*\*|\**\s*[:：])", re.IGNORECASE)
# matches labels over the outcome of a gate: "Gate Status", "Quality Gate Results"
_OUTCOME_LABEL = late_pattern(
    rf"{_WORD}\s+(?:status|files?|decisions?|results?|outcomes?|verdicts?|reports?)\b", re.IGNORECASE
)
# matches "PASS → docs/gates/1.yml"
_OUTCOME = late_pattern(r"\W*(?:PASS|FAIL|CONCERNS|WAIVED)(?:ED)?\b")
# matches labels for all gates: "Quality Gates", "Checkpoints"
_GATES_LABEL = late_pattern(r"(?:quality )?gates|checkpoints|quality gates?", re.IGNORECASE)
# matches "Gate 1: all tests pass", "**Gate 1**: all tests pass"
_ITEM_GATE = late_pattern(
    r"(?:\*\*)?(?P<name>[^*:：\n]{1,60}?)(?:[:：]\s*\*\*|(?:\*\*)?\s*[:：])\s*(?P<text>.+)", re.DOTALL
)
# matches "Gate 1: After Stream A", "Checkpoint 1 (after Stream A)", "3. Server Quality Gate — text" in a heading
_HEADING_GATE = late_pattern(
    r"\W*(?:\d+(?:\.\d+)*[.)]\s+)?(?P<name>(?:[^:：—–(\n]{0,40}?\b)?(?:quality gate|gate|checkpoint)\b"
    r"(?:\s+#?(?:[A-Z]?\d+(?:\.\d+)*|[A-Z]\b))?)\s*(?:(?:[:：.—–-]\s*|(?=[(（]))(?P<text>.*)|$)",
    re.IGNORECASE,
)
# matches columns of a table of gates: "After", "Depends on", "Stream"
_AFTER_COLUMN = late_pattern(r"after|when|depends(?: on)?|requires|streams?|phases?", re.IGNORECASE)
# matches "(after Stream A)", "after Phase 1 and 2"
_AFTER = late_pattern(
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


def find_gates(outline: Outline, tasks: Container[int], inside_tasks: Container[int] = ()) -> Iterator[WrittenGate]:
    """Yield all gates, in order; `tasks` are the indexes of the blocks that begin a task.

    A label "Gate" without a name inside a task is a field of it.
    """
    last = -1
    for index, block in enumerate(outline.blocks):
        if index <= last or block.kind in ("row", "code") or not _may_be_gate(block.text.lower()):
            continue
        if index in inside_tasks and block.kind == "item" and _GATE_FIELD.match(block.text):
            continue
        for gate in _gates_at(outline, index, block, tasks):
            last = max(last, gate.index)
            yield gate


def _may_be_gate(lower: str) -> bool:
    """Return True if a text in small letters has the word for a gate; faster than the patterns."""
    return any(word in lower for word in _WORD_PARTS)


def _gates_at(outline: Outline, index: int, block: Block, tasks: Container[int]) -> Iterator[WrittenGate]:
    """Yield the gates that a heading or label opens."""
    if block.kind == "heading":
        if _is_gates_heading(block):
            yield from _gates_in_section(outline, index)
        elif (heading := _gate_heading(outline, index, tasks)) is not None:
            yield from _gate_in_section(outline, index, heading)
        return
    label = _BOLD_GATE.fullmatch(without_box(block.text))
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


def _is_gates_heading(block: Block) -> bool:
    """Return True for a heading over all gates: "Quality Gates", "5. Checkpoints"."""
    return (
        block.kind == "heading"
        and re.fullmatch(rf"\W*(?:\d+\.?\s+)?(?:{_GATES_LABEL.pattern})\W*", block.one_line, re.IGNORECASE) is not None
    )


def _gate_heading(outline: Outline, index: int, tasks: Container[int]) -> re.Match[str] | None:
    """Return the name and text of the gate that a heading is, if it is one; a section with tasks is none."""
    if index in tasks or any(below in tasks for below in outline.section(index)) or index == outline.title:
        return None
    return _HEADING_GATE.fullmatch(outline.blocks[index].one_line.replace("**", ""))


def _own_blocks(outline: Outline, index: int) -> Iterator[tuple[int, Block]]:
    """Yield the blocks below a heading, up to the next heading of any level."""
    below = ((number, outline.blocks[number]) for number in range(index + 1, len(outline.blocks)))
    return takewhile(lambda each: each[1].kind != "heading", below)


def _gate_in_section(outline: Outline, index: int, heading: re.Match[str]) -> Iterator[WrittenGate]:
    """Yield the gate whose text is in its heading and below it, if there is any text."""
    below = list(_own_blocks(outline, index))
    line = outline.blocks[index].line
    parts = [ValuePart(heading["text"] or "", line)]
    parts += [ValuePart(without_box(block.text), block.line, block.kind == "code") for _, block in below]
    parts = [part for part in parts if part.text.strip()]
    if parts:
        name, text = " ".join(heading["name"].split()), "; ".join(part.one_line for part in parts)
        yield WrittenGate(name=name, text=text, index=below[-1][0] if below else index, line=line, parts=tuple(parts))


def _gates_in_section(outline: Outline, index: int) -> Iterator[WrittenGate]:
    """Yield the gates below a heading over all of them."""
    for below, block in _outer_blocks(outline, index):
        if block.kind == "row":
            yield from _gate_in_row(below, block)
        else:
            yield from list(_gates_at(outline, below, block, ())) or _gate_in_block(below, block)


def _outer_blocks(outline: Outline, index: int) -> Iterator[tuple[int, Block]]:
    """Yield the rows, texts and items of the first level below a heading."""
    blocks = [each for each in _own_blocks(outline, index) if each[1].kind != "code"]
    depth = min((block.depth for _, block in blocks), default=0)
    items = min((block.depth for _, block in blocks if block.kind == "item"), default=0)
    return (each for each in blocks if each[1].depth == (items if each[1].kind == "item" else depth))


def _gate_in_block(index: int, block: Block) -> Iterator[WrittenGate]:
    """Yield the gate that an item or a text is, by its name, or by what can be checked in an item."""
    text = without_box(block.text)
    named = _ITEM_GATE.fullmatch(text)
    if named and (_OUTCOME_LABEL.search(named["name"]) or _OUTCOME.match(named["text"])):
        return
    if named and (block.kind == "item" or re.search(rf"\b{_WORD}\b", named["name"], re.IGNORECASE)):
        yield _gate(" ".join(named["name"].split()), named["text"], index, block)
    elif block.kind == "item" and _can_be_checked(text):
        yield _gate(_AFTER.sub("", " ".join(text.split())).strip(" ;,.")[:60], text, index, block)


def _gate_in_row(index: int, block: Block) -> Iterator[WrittenGate]:
    """Yield the gate in a row: its name is in the column of gates, or else in the first one."""
    header = [re.sub(r"[*`_]", "", cell).strip() for cell in block.header]
    column = next((number for number, cell in enumerate(header) if re.fullmatch(_WORD, cell, re.IGNORECASE)), 0)
    name = re.sub(r"[*]", "", block.cells[column]).strip()
    pairs = [(label, cell.strip()) for label, cell in zip(header, block.cells, strict=False) if cell.strip()]
    texts = [
        f"(after {cell})" if _AFTER_COLUMN.fullmatch(label) else cell
        for label, cell in pairs
        if label != header[column] and not NO_DEPENDENCY.fullmatch(cell)
    ]
    if name and texts:
        yield _gate(f"Gate {name}" if name.isdigit() else name, "; ".join(texts), index, block)


def _can_be_checked(text: str) -> bool:
    return WHOLE_SUITE.search(text) is not None or bool(referenced_tests([ValuePart(text, 1)]))


def report_unread_gates(
    outline: Outline, gates: Sequence[WrittenGate], tasks: Container[int], problems: Problems
) -> None:
    """Warn of what looks like a gate and is none: items without a name, and headings without a text."""
    lines = {line for gate in gates for line in range(gate.line, outline.blocks[gate.index].line + 1)}
    for index in outline.headings:
        block = outline.blocks[index]
        if _is_gates_heading(block):
            _report_items(outline, index, lines, problems)
        elif block.line not in lines and (heading := _gate_heading(outline, index, tasks)) is not None:
            message = f'"{heading["name"].strip()}" says nothing: write below it what must pass'
            problems.warn(block.line, "unread-gate", message)


def _report_items(outline: Outline, index: int, lines: Container[int], problems: Problems) -> None:
    """Warn of the items, and of texts that name a test, below a heading over all gates."""
    unread = [
        block
        for _, block in _outer_blocks(outline, index)
        if block.line not in lines and (block.kind in ("item", "row") or _can_be_checked(block.text))
    ]
    if unread:
        title, first = outline.blocks[index].one_line, unread[0].one_line[:60]
        subject = f"{len(unread)} items" if len(unread) > 1 else "1 item"
        verb, name = ("are not read as gates", "name each") if len(unread) > 1 else ("is not read as a gate", "name it")
        first = f', the first is "{first}"' if len(unread) > 1 else f': "{first}"'
        message = f'{subject} below "{title}" {verb}{first}: {name}, as `- **Gate 1**: …`'
        problems.warn(unread[0].line, "unread-gate", message)


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
        gate = _ITEM_GATE.fullmatch(without_box(item.text))
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
