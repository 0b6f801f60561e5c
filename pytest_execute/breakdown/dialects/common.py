"""What several dialects ask of a document."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator

from msgspec import Struct

from pytest_execute.breakdown import fields
from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.ids import NUMBER, normalize_id, parent_of
from pytest_execute.breakdown.outline import Outline, cached_per_outline, task_extent
from pytest_execute.breakdown.streams import stream_from_heading
from pytest_execute.breakdown.task_starts import LEADING_BOX, TaskStart, start_from_item
from pytest_execute.breakdown.vocabulary import CRITERIA_SECTION, UNTASKED_SECTION, field_name

REQUIREMENT = re.compile(r"(?:AC|FR|NFR|SC|REQ|ADR?|RFC|ISO|UTF|BR|CR|RISK|NTH|V|Q)-?\d", re.IGNORECASE)
"""Codes that name requirements, criteria, decisions and the like, not tasks."""

HAS_FIELD = 2
_STRONG_FIELDS = {"depends", "tests", "files", "effort", "status", "commit", "agent", "id"}
_COMPLETE = re.compile(r"\[[ xX]\]\s*\**task\s+\S+\s+complete", re.IGNORECASE)


class DialectProblem(Struct, frozen=True):
    """Something in a list that could be read in two ways; it is an error unless `sure`."""

    line: int
    code: str
    message: str
    sure: bool = False


def is_majority(values: Iterable[object]) -> bool:
    """Whether more than half of the values are true.

    >>> most([1, 1, 0]), most([1, 0]), most([])
    (True, False, False)
    """
    listed = [bool(value) for value in values]
    return sum(listed) * 2 > len(listed)


def task_likeness(outline: Outline, at: int, deep: bool = False) -> int:
    """How much the text below a heading looks like a task's: 2 with a field, 1 with a box, else 0.

    `deep` looks below the headings inside it, too.
    """
    weight = 0
    for index in range(at + 1, len(outline.blocks)):
        block = outline.blocks[index]
        if block.kind == "heading" and _ends(block, outline.blocks[at].depth, deep):
            break
        weight = max(weight, _weight(block))
        if weight == HAS_FIELD:
            break
    return weight


def _ends(heading: Block, level: int, deep: bool) -> bool:
    return heading.depth <= level or (not deep and re.match(r"\W*(?:\d|[A-Z]+-?\d)", heading.text) is not None)


def _weight(block: Block) -> int:
    """How much one block looks like part of a task."""
    box = block.kind == "item" and LEADING_BOX.match(block.text) is not None
    if block.kind == "heading":
        names = [field_name(block.joined)]
    elif block.kind == "row":
        names = [field_name(block.cells[0])] if len(block.cells) == 2 else []
    else:
        names = [] if box or block.kind == "code" else [name for name, *_ in fields.find_labels(block.text)]
    if any(name in _STRONG_FIELDS for name in names) or (box and _COMPLETE.match(block.text)):
        return HAS_FIELD
    return int(box)


def drop_substeps(outline: Outline, heads: list[TaskStart]) -> list[TaskStart]:
    """The heads without those that stand inside another one and extend its id: they are its substeps."""
    kept: list[TaskStart] = []
    ids: dict[str, TaskStart] = {}
    for head in heads:
        name = parent_of(head.id, ids)
        over = ids[name] if name is not None else None
        if over is None or outline.blocks[over.at].depth >= outline.blocks[head.at].depth:
            kept.append(head)
            ids.setdefault(normalize_id(head.id), head)
    return kept


Form = Callable[[str], "re.Match[str] | None"]


_MARK = re.compile(r"(?:[^\w\s\[\](){}*`\"'#~.]+\s+)?")


def find_boxed_items(outline: Outline, form: re.Pattern[str]) -> list[TaskStart]:
    """The boxed items whose text goes on with `form` (groups `id` and, to tell where the title begins, `title`)."""
    heads = []
    for at, box, begin in _boxes(outline):
        block = outline.blocks[at]
        found = form.match(block.text, begin)
        if found:
            begin = found.start("title") if "title" in form.groupindex else found.end()
            heads.append(start_from_item(block, at, found["id"], begin, box))
    return drop_inner_items(outline, heads)


@cached_per_outline
def _boxes(outline: Outline) -> list[tuple[int, str, int]]:
    """All boxed items: the index, the letter in the box, and where the text goes on."""
    found = []
    for at, block in enumerate(outline.blocks):
        box = LEADING_BOX.match(block.text) if block.kind == "item" else None
        mark = _MARK.match(block.text, box.end()) if box else None
        if box and mark:
            found.append((at, box["box"], mark.end()))
    return found


def drop_inner_items(outline: Outline, heads: list[TaskStart]) -> list[TaskStart]:
    """The heads without those inside the list item of another one."""
    kept: list[TaskStart] = []
    end = -1
    for head in heads:
        if head.at < end:
            continue
        kept.append(head)
        end = (
            task_extent(outline.blocks, head.at, len(outline.blocks)).stop
            if outline.blocks[head.at].kind == "item"
            else -1
        )
    return kept


def is_outside_tasks(outline: Outline, at: int, name: str = "") -> bool:
    """Whether a block stands under a heading or a label whose lists are no tasks.

    A section that has a stream's word, or a number that the task's `name` extends, holds tasks whatever its title says,
    but for criteria.
    """
    over = outline.above[at]
    if over >= 0 and UNTASKED_SECTION.search(outline.blocks[over].text):
        section = outline.blocks[over]
        if CRITERIA_SECTION.search(section.text) or not (
            stream_from_heading(section, over) or extends_section_number(name, section)
        ):
            return True
    return any(UNTASKED_SECTION.search(label) for label in labels_above(outline, at))


def extends_section_number(name: str, section: Block) -> bool:
    """Whether an id begins with the number of a section, as 2.1 below `## 2. Title`."""
    number = re.match(rf"\W*({NUMBER})[.)]?\s", section.text)
    return number is not None and normalize_id(name).startswith(f"{normalize_id(number[1])}.")


def labels_above(outline: Outline, at: int) -> Iterator[str]:
    """The label right above the list that a block stands in."""
    if outline.blocks[at].kind == "heading":
        return
    depth = outline.blocks[at].depth
    for index in range(at - 1, -1, -1):
        block = outline.blocks[index]
        if block.kind == "heading":
            return
        if block.depth < depth:
            if re.fullmatch(r"\s*\**[^*\n]{3,60}?\**\s*[:：]?\**\s*", block.text):
                yield block.text
            return
