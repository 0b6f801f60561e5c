"""Parser of one task: its start and the blocks below it, without the names of other tasks and of streams."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct, structs

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.fields import Field, Fields, ValuePart, find_labels, read_fields
from pytest_execute.breakdown.file_references import referenced_files, referenced_tests
from pytest_execute.breakdown.ids import ID, normalize_id
from pytest_execute.breakdown.marks import BOX_STATES, TaskState, state_of
from pytest_execute.breakdown.misspelt_fields import MisspeltField, misspelt_fields
from pytest_execute.breakdown.outline import Outline, task_extent
from pytest_execute.breakdown.specifications import find_scenarios, find_specifications
from pytest_execute.breakdown.substeps import find_substeps
from pytest_execute.breakdown.task_starts import TaskStart
from pytest_execute.breakdown.title_files import mentioned_files
from pytest_execute.breakdown.vocabulary import NO_DEPENDENCY, NO_TESTS, TASK_WORDS, is_done_status
from pytest_execute.core.effort import is_effort
from pytest_execute.core.late_pattern import late_pattern
from pytest_execute.core.plan import FileRef, Substep, Task, TestRef


class ParsedTask(Struct, frozen=True, kw_only=True):
    """Task without its stream and dependencies, with the fields that name them.

    `foreign_substeps` have another task's number, `optional_lines` are those of substeps that may stay open.
    `has_text` is True for a task with more than a title, `is_one_line` for an item of a list or a row of a table.
    """

    task: Task
    fields: Fields
    foreign_substeps: tuple[Substep, ...] = ()
    optional_lines: frozenset[int] = frozenset()
    has_text: bool = False
    is_one_line: bool = False
    misspelt: tuple[MisspeltField, ...] = ()


class _Substeps(Struct, frozen=True):
    """Substeps of a task. `is_complete` is True if its box "Task 1 Complete" is ticked; None without such a box."""

    all: tuple[Substep, ...]
    foreign: tuple[Substep, ...]
    is_complete: bool | None
    criteria: tuple[Block, ...]


# matches "[x] **Task 1 Complete**"
_COMPLETE = late_pattern(
    rf"\s*\[(?P<box>[ xX])\]\s*\**{TASK_WORDS}\s+(?P<id>{ID})\s*:?\s*complete[d]?\**\s*", re.IGNORECASE
)
# matches "(depends on T010)", "— blocked by T3", ", depends on T1"
_DEPENDS_NOTE = late_pattern(
    r"(?:[(（]|(?:[,;]|\s[—–-])\s+(?=depend|block))(depends(?:[\s_]on)?|deps|requires|after|needs"
    r"|blocked\s+by)\s*:?\s+([^()（）]+)",
    re.IGNORECASE,
)
# matches what divides a title from fields: "Add it (agent: coder)", "Add it — files: a.py; est: 2h"
_TITLE_PARTS = late_pattern(r"\s[—–|-]\s|[;；]\s*|[()（）]|\s\|\s*")
_FIELDS_IN_TITLE = ("agent", "depends", "effort", "files", "tests")
# matches "(parallel: true, depends: #41)" at the end
_PARALLEL_NOTE = late_pattern(r"\s*\(parallel:[^()]*\)\s*$")
# matches "(in progress)", "[WIP]" at the end of a title
_STATE_NOTE = late_pattern(r"[(\[]([^()\[\]]{3,20})[)\]]\s*$")
# matches the box of "- [ ]* 2.1 Write more tests", which may stay open
_OPTIONAL = late_pattern(r"\s*\[ \]\*(?!\*)")
# matches "[x] 1.1 ", "**1.2** "
_NUMBERED_STEP = late_pattern(rf"\s*(?:\[[ xX~!-]\]\*?\s+)?\**(?P<id>{ID})\.?\s")


def parse_task(outline: Outline, start: TaskStart, stop: int) -> ParsedTask:
    """Return the task that begins with `start` and ends before the block at `stop`."""
    blocks = _task_blocks(outline, start, stop)
    depth = outline.blocks[start.index].depth if outline.blocks[start.index].kind == "item" else 0
    fields = Fields((*_title_fields(start), *_own_fields(read_fields(blocks), depth)))
    substeps = _parse_substeps(start, blocks)
    tests = _tests(start, fields)
    done = _is_done(start, fields, substeps)
    task = Task(
        id=start.id,
        title=_PARALLEL_NOTE.sub("", start.title),
        line=start.line,
        done=done,
        state="open" if done else _state(start, fields),
        objective=_objective(fields, blocks),
        files=_files(start, fields),
        tests=tests,
        no_tests=None if tests else _reason_without_tests(fields),
        behaviour=tuple(find_scenarios(fields.parts("behaviour"))),
        specifications=find_specifications(fields.all, substeps.criteria, {test.line for test in tests}),
        effort=start.effort or _effort(fields),
        agent=_unquoted(fields.value("agent")),
        commit=_unquoted(fields.value("commit")),
        substeps=substeps.all,
    )
    return ParsedTask(
        task=task,
        fields=fields,
        foreign_substeps=substeps.foreign,
        optional_lines=frozenset(block.line for block in blocks if "]*" in block.text and _OPTIONAL.match(block.text)),
        has_text=start.is_one_line or any(map(_is_plain_text, blocks)),
        is_one_line=start.is_one_line,
        misspelt=tuple(misspelt_fields(blocks)),
    )


def _title_fields(start: TaskStart) -> Iterator[Field]:
    """Yield the fields in a title's parentheses: `Add it (depends on T010)`, `Add it (agent: coder)`."""
    for note in _DEPENDS_NOTE.finditer(start.title):
        if re.search(r"\d|\ball\b", note[2]):
            yield Field("depends", note[1], start.line, (ValuePart(note[2], start.line),))
    for part in _TITLE_PARTS.split(start.title) if ":" in start.title or "：" in start.title else ():
        for field in read_fields([Block("text", 0, part.strip(), start.line)]):
            is_effort_of_other = field.name == "effort" and not is_effort(field.value)
            if field.name in _FIELDS_IN_TITLE and not is_effort_of_other:
                yield field


def _own_fields(fields: Iterable[Field], depth: int) -> Iterator[Field]:
    """Yield the fields of a task at this depth of lists; an effort inside an item below it is that of a step."""
    for field in fields:
        is_of_step = field.name == "effort" and field.depth > depth + 1
        yield structs.replace(field, name=None) if is_of_step else field


def _is_plain_text(block: Block) -> bool:
    """Return True for a block of text without a label."""
    return block.kind in ("item", "text") and bool(block.text.strip()) and not find_labels(block.text)


def _task_blocks(outline: Outline, start: TaskStart, stop: int) -> list[Block]:
    """Return the blocks that belong to a task, first the text behind its title."""
    if start.row is not None:
        detail = start.detail
        details = _task_blocks(outline, detail, _next_heading(outline, detail)) if detail is not None else []
        return [*_labelled_cells(start.row), *details]
    name = normalize_id(start.id)

    def is_child(block: Block) -> bool:
        step = _NUMBERED_STEP.match(block.text) if block.kind in ("item", "text") else None
        return step is not None and normalize_id(step["id"]).startswith(f"{name}.")

    blocks = [outline.blocks[index] for index in task_extent(outline.blocks, start.index, stop, is_child)]
    return [start.text_behind_title, *blocks] if start.text_behind_title is not None else blocks


def _next_heading(outline: Outline, start: TaskStart) -> int:
    """Return the index of the next heading, whatever its level, or the end of the document."""
    position = bisect_right(outline.headings, start.index)
    return outline.headings[position] if position < len(outline.headings) else len(outline.blocks)


def _labelled_cells(row: Block) -> list[Block]:
    """Return a table's row as one labelled block for each cell."""
    pairs = zip(row.header, row.cells, strict=False)
    return [Block("text", 0, f"**{label.strip('* ')}**: {value}", row.line) for label, value in pairs if label.strip()]


def _parse_substeps(start: TaskStart, blocks: Sequence[Block]) -> _Substeps:
    name = normalize_id(start.id)
    is_complete = None
    step_blocks = []
    for block in blocks:
        complete = (
            _COMPLETE.fullmatch(block.text) if block.kind == "item" and "complete" in block.text.lower() else None
        )
        if complete and normalize_id(complete["id"]) == name:
            is_complete = complete["box"] in "xX"
        elif block.kind != "row":
            step_blocks.append(block)
    steps, criteria = find_substeps(start.id, step_blocks)
    steps = steps if start.row is None else ()
    foreign = tuple(
        step
        for step in steps
        if re.fullmatch(r"\d+(\.\d+)+", step.id) and not normalize_id(step.id).startswith(f"{name}.")
    )
    return _Substeps(steps, foreign if re.fullmatch(r"[\d.]+", name) else (), is_complete, criteria)


def _is_done(start: TaskStart, fields: Fields, substeps: _Substeps) -> bool:
    """Return True for a done task.

    The first of these decides: its box, its box "Task 1 Complete", its status, its mark or all boxes of its substeps.
    """
    if start.box is not None:
        return start.box in "xX"
    if substeps.is_complete is not None:
        return substeps.is_complete
    status = fields.named("status")
    if status:
        return is_done_status(status[0].value)
    return start.done or bool(substeps.all and all(step.done for step in substeps.all))


def _state(start: TaskStart, fields: Fields) -> TaskState:
    """Return the state of a task that is not done: by its box, its status, or a note behind its title."""
    by_box = BOX_STATES.get(start.box or " ", "open")
    if by_box != "open":
        return by_box
    note = _STATE_NOTE.search(start.title)
    return state_of(fields.value("status") or (note[1] if note else ""))


def _effort(fields: Fields) -> str:
    """Return the effort as written; a bare number under a label such as "Estimated hours" gets its unit from there."""
    field = next((field for field in fields.named("effort") if field.value), None)
    if field is None:
        return ""
    is_in_hours = "hours" in field.label.casefold() and re.fullmatch(r"[\d.,\s–-]+", field.value)
    return f"{field.value} hours" if is_in_hours else field.value


def _unquoted(text: str) -> str:
    """Return a value without code marks or quotes around it; of several code spans, the first."""
    if text.startswith("`"):
        span = text.lstrip("`")
        marks = text[: len(text) - len(span)]
        inside, end, _ = span.partition(marks)
        if inside and end:
            return inside.strip()
    return text.strip(" \"'*")


def _objective(fields: Fields, blocks: Sequence[Block]) -> str:
    """Return the objective, or else the task's first text, if it has neither label nor box."""
    objective = fields.value("objective")
    first = blocks[0] if blocks else None
    if objective or first is None or first.kind != "text" or first.header:
        return objective
    return "" if find_labels(first.text) or "[" in first.text[:30] else first.one_line


def _files(start: TaskStart, fields: Fields) -> tuple[FileRef, ...]:
    """Return the files in the Files field, or else, for a task of one line, those in its title."""
    parts = fields.parts("files")
    return referenced_files(parts) if parts else mentioned_files(_title_part(start))


def _tests(start: TaskStart, fields: Fields) -> tuple[TestRef, ...]:
    """Return the tests in the Tests field, or else, unless it says "none", those among the files."""
    parts = fields.parts("tests")
    tests = referenced_tests(parts)
    if tests or any(NO_DEPENDENCY.fullmatch(part.one_line) for part in parts):
        return tests
    return referenced_tests([*fields.parts("files"), *_title_part(start)], only_test_names=True)


def _reason_without_tests(fields: Fields) -> str | None:
    """Return the reason in a Tests field that says "none", "" without one; None where no field says so."""
    said = next(filter(None, (NO_TESTS.fullmatch(field.value) for field in fields.named("tests"))), None)
    if said is None:
        return None
    if said["bracketed"] is not None:
        inside: str = said["bracketed"].rstrip(" .")
        return inside[: -1 if inside.endswith((")", "）")) else None].strip(" .")
    reason: str = said["reason"] or said["because"] or ""
    return reason.strip(" .")


def _title_part(start: TaskStart) -> list[ValuePart]:
    """Return the title of a task of one line."""
    return [ValuePart(start.title, start.line)] if start.is_one_line else []
