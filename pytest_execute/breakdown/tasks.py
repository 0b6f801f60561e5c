"""One task from its head and the blocks below it: everything but what needs the other tasks."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from pytest_execute.breakdown import fields, paths, substeps
from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.fields import Field, Piece
from pytest_execute.breakdown.ids import ID, WORDS, normal
from pytest_execute.breakdown.outline import Outline, extent
from pytest_execute.breakdown.task_starts import BOXED, TaskStart
from pytest_execute.breakdown.vocabulary import NONE, field_of, says_done
from pytest_execute.core.plan import FileRef, Substep, Task, TestRef


class Draft(Struct, frozen=True, kw_only=True):
    """A task without its stream and dependencies, and the fields that say what they are.

    `foreign` are substeps with another task's number, `optional` the lines of substeps that may stay open; `told` says
    that the task is more than a title, `single` that it is an item of a list or a row.
    """

    task: Task
    fields: tuple[Field, ...]
    foreign: tuple[Substep, ...] = ()
    optional: frozenset[int] = frozenset()
    told: bool = False
    single: bool = False

    def of(self, name: str) -> tuple[Field, ...]:
        """The task's fields with this name."""
        return fields.of(self.fields, name)


_COMPLETE = re.compile(rf"\s*\[(?P<box>[ xX])\]\s*\**{WORDS}\s+(?P<id>{ID})\s*:?\s*complete[d]?\**\s*", re.IGNORECASE)
_NEEDS = re.compile(
    r"(?:[(（]|(?:[,;]|\s[—–-])\s+(?=depend|block))(depends(?:\s+on)?|deps|requires|after|needs|blocked\s+by)\s*:?\s+([^()（）]+)",
    re.IGNORECASE,
)
_NOTE = re.compile(r"[(（]([^()（）:：]{2,20})[:：]\s*([^()（）]+)[)）]")
_OPTIONAL = re.compile(r"\s*\[ \]\*(?!\*)")
_CHILD = re.compile(rf"\s*(?:\[[ xX~!-]\]\*?\s+)?\**(?P<id>{ID})\.?\s")


def draft(outline: Outline, head: TaskStart, stop: int) -> Draft:
    """The task that begins with `head` and reaches at most to the block at `stop`."""
    blocks = body(outline, head, stop)
    found = (*_noted(head), *fields.read(blocks))
    own, foreign, complete = _substeps(head, blocks)
    task = Task(
        id=head.id,
        title=head.title,
        line=head.line,
        done=_done(head, found, own, complete),
        objective=_objective(found, blocks),
        files=_files(head, found),
        tests=_tests(head, found),
        behaviour=tuple(behaviour(piece for field in fields.of(found, "behaviour") for piece in field.pieces)),
        effort=head.effort or _effort(found),
        agent=_unmarked(_first(found, "agent")),
        commit=_unmarked(_first(found, "commit")),
        substeps=own,
    )
    optional = frozenset(block.line for block in blocks if _OPTIONAL.match(block.text))
    told = head.single or any(map(_prose, blocks))
    return Draft(task=task, fields=found, foreign=foreign, optional=optional, told=told, single=head.single)


def _noted(head: TaskStart) -> Iterator[Field]:
    """What a title such as `Add it (depends on T010)` or `Add it (agent: coder)` says in parentheses."""
    for found in _NEEDS.finditer(head.title):
        if re.search(r"\d", found[2]):
            yield Field("depends", found[1], head.line, (Piece(found[2], head.line),))
    for found in _NOTE.finditer(head.title):
        name = field_of(found[1])
        if name in ("agent", "effort"):
            yield Field(name, found[1], head.line, (Piece(found[2].strip(), head.line),))


def _prose(block: Block) -> bool:
    """Whether a block says what to do in words of its own."""
    return block.kind in ("item", "text") and bool(block.text.strip()) and not fields.labels(block.text)


def body(outline: Outline, head: TaskStart, stop: int) -> list[Block]:
    """The blocks that belong to a task, with what follows the title in its first one."""
    if head.row is not None:
        detail = body(outline, head.detail, _stop(outline, head.detail)) if head.detail is not None else []
        return [*_cells(head.row), *detail]
    name = normal(head.id)

    def child(block: Block) -> bool:
        found = _CHILD.match(block.text) if block.kind in ("item", "text") else None
        return found is not None and normal(found["id"]).startswith(f"{name}.")

    below = extent(outline.blocks, head.at, stop, child)
    blocks = [outline.blocks[at] for at in below]
    return [head.rest, *blocks] if head.rest is not None else blocks


def _stop(outline: Outline, head: TaskStart) -> int:
    """Where the section of a heading ends, whatever its level."""
    begin = head.at + 1
    return next(
        (at for at in range(begin, len(outline.blocks)) if outline.blocks[at].kind == "heading"), len(outline.blocks)
    )


def _cells(row: Block) -> list[Block]:
    """A table's row as one labelled block per cell."""
    pairs = zip(row.header, row.cells, strict=False)
    return [Block("text", 0, f"**{label.strip('* ')}**: {value}", row.line) for label, value in pairs if label.strip()]


def _substeps(head: TaskStart, blocks: Sequence[Block]) -> tuple[tuple[Substep, ...], tuple[Substep, ...], bool | None]:
    """The substeps, those of them with another task's number, and whether a box `Task 1 Complete` is ticked."""
    complete = None
    kept = []
    for block in blocks:
        found = _COMPLETE.fullmatch(block.text) if block.kind == "item" else None
        if found and normal(found["id"]) == normal(head.id):
            complete = found["box"] in "xX"
        elif block.kind != "row":
            kept.append(block)
    own = tuple(substeps.read(head.id, kept)) if head.row is None else ()
    name = normal(head.id)
    foreign = tuple(s for s in own if re.fullmatch(r"\d+(\.\d+)+", s.id) and not normal(s.id).startswith(f"{name}."))
    return own, foreign if re.fullmatch(r"[\d.]+", name) else (), complete


def _done(head: TaskStart, found: Sequence[Field], own: Sequence[Substep], complete: bool | None) -> bool:
    """Whether a task is ticked: by its box, its status, its mark, or where it has none of them by all of its boxes."""
    if head.box is not None:
        return head.box in "xX"
    if complete is not None:
        return complete
    status = fields.of(found, "status")
    if status:
        return says_done(status[0].value)
    return head.done or bool(own and all(step.done for step in own))


def _first(found: Sequence[Field], name: str) -> str:
    return next((field.value for field in fields.of(found, name) if field.value), "")


def _effort(found: Sequence[Field]) -> str:
    """Return the effort as written; a bare number under a label such as "Estimated hours" gets its unit from there."""
    field = next((field for field in fields.of(found, "effort") if field.value), None)
    if field is None:
        return ""
    is_in_hours = "hours" in field.label.casefold() and re.fullmatch(r"[\d.,\s–-]+", field.value)
    return f"{field.value} hours" if is_in_hours else field.value


def _unmarked(text: str) -> str:
    """A value without the code marks or quotes around it; of several code spans, the first."""
    span = re.match(r"(`+)(.+?)\1", text)
    return span[2].strip() if span else text.strip(" \"'*")


def _objective(found: Sequence[Field], blocks: Sequence[Block]) -> str:
    """The objective, or else the sentence that comes first in the task."""
    given = _first(found, "objective")
    first = blocks[0] if blocks else None
    if (
        given
        or first is None
        or first.kind != "text"
        or first.header
        or fields.labels(first.text)
        or "[" in first.text[:30]
    ):
        return given
    return first.joined


def _files(head: TaskStart, found: Sequence[Field]) -> tuple[FileRef, ...]:
    """What the Files field names; for a task that is one line of a list, the paths in that line."""
    pieces = [piece for field in fields.of(found, "files") for piece in field.pieces]
    return paths.file_refs(pieces) if pieces else paths.named_files(_line(head))


def _tests(head: TaskStart, found: Sequence[Field]) -> tuple[TestRef, ...]:
    """What the Tests field names; where it names none, what looks like a test among the files, unless it says "none"."""
    pieces = [piece for field in fields.of(found, "tests") for piece in field.pieces]
    named = paths.named_tests(pieces)
    if named or any(NONE.fullmatch(piece.joined) for piece in pieces):
        return named
    files = [piece for field in fields.of(found, "files") for piece in field.pieces]
    return paths.named_tests([*files, *_line(head)], strict=True)


def _line(head: TaskStart) -> list[Piece]:
    """The text of a task that is one line of a list or table."""
    return [Piece(head.title, head.line)] if head.single else []


_STEP = re.compile(r"\**(?:when|then|and|but)\b", re.IGNORECASE)


def behaviour(pieces: Iterable[Piece]) -> Iterator[str]:
    """One text per scenario: a piece that begins with When, Then, And or But goes on with the one before."""
    scenario: list[str] = []
    for piece in pieces:
        if piece.code and not re.search(r"\bgiven\b", piece.text, re.IGNORECASE):
            continue
        if scenario and not _STEP.match(piece.joined):
            yield " ".join(scenario)
            scenario = []
        scenario.append(BOXED.sub("", piece.joined, count=1))
    if scenario:
        yield " ".join(scenario)
