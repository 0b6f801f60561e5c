"""Marks that stand in the place of a task's box and are none of the known ones: `[?]`, `[]`, `[WIP]`.

Such a task is found as one with an open box would be, or with a ticked box where the mark is a tick in another form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from pytest_execute.breakdown.blocks import Block, Document
from pytest_execute.breakdown.ids import ID
from pytest_execute.breakdown.marks import BOX_STATES, is_state, is_tick, state_of
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.task_starts import BOX, LEADING_BOX, TaskStart
from pytest_execute.breakdown.vocabulary import TASK_WORDS
from pytest_execute.core.late_pattern import late_pattern

REMEDY = "write [ ] for open, [x] for done, [-] for begun or [!] for blocked"
_BRACKETS = r"\[(?P<mark>[^\[\]\n]{0,15})\](?=\s|\*\*|$)"
# matches "[?] " at the beginning of an item, and of a heading, there also behind an id: "2. [?] ", "Task 2: [?] "
_ITEM = late_pattern(rf"\s*{_BRACKETS}")
_HEADING = late_pattern(rf"\W*?(?:(?:{TASK_WORDS}\s+)?#?{ID}\s*[.):—–-]*\s*)?{_BRACKETS}", re.IGNORECASE)
# matches " [WIP]" at the end of a heading
_TRAILING = late_pattern(rf".*\s{_BRACKETS}\s*$")
_BOX = late_pattern(BOX)


class MarkedDocument(Struct, frozen=True):
    """Document with a box in the place of each unknown mark. `marks` are the marks by the index of their block."""

    outline: Outline
    marks: Mapping[int, str]


def with_boxes(outline: Outline) -> MarkedDocument:
    """Return the document with an open or ticked box for each unknown mark."""
    found = {index: mark for index, block in enumerate(outline.blocks) if (mark := _mark(block)) is not None}
    marks = {index: mark["mark"] for index, mark in found.items()}
    blocks = tuple(
        structs.replace(block, text=_boxed(block.text, found[index])) if index in found else block
        for index, block in enumerate(outline.blocks)
    )
    return MarkedDocument(Outline(Document(blocks, quotes=outline.quotes)) if marks else outline, marks)


def _mark(block: Block) -> re.Match[str] | None:
    """Return the unknown mark in a block, if there is one."""
    if "[" not in block.text:
        return None
    if block.kind == "item":
        return None if LEADING_BOX.match(block.text) else _ITEM.match(block.text)
    if block.kind != "heading" or _BOX.search(block.text):
        return None
    trailing = _TRAILING.match(block.text)
    return _HEADING.match(block.text) or (trailing if trailing and is_state(trailing["mark"]) else None)


def _boxed(text: str, mark: re.Match[str]) -> str:
    return f"{text[: mark.start('mark')]}{_box(mark['mark'])}{text[mark.end('mark') :]}"


def _box(mark: str) -> str:
    """Return the letter of the known box that a mark means."""
    return "x" if is_tick(mark) else {"begun": "-", "blocked": "!", "open": " "}[state_of(mark)]


def add_marked(
    starts: Sequence[TaskStart], found: Sequence[TaskStart], marks: Mapping[int, str], problems: Problems
) -> list[TaskStart]:
    """Return the tasks together with those that have an unknown mark, each of which is told.

    `starts` were found in the document, `found` where the marks are boxes. Brackets in a heading that is a task even
    without a box are a label, such as `[Backend]`, unless they hold a sign or a word for a state.
    """
    known = {start.index: start for start in starts}
    labels = {index for index in marks.keys() & known.keys() if not is_state(marks[index])}
    by_index = {start.index: start for start in found if start.index in marks or start.index in known}
    for index in marks.keys() & known.keys():
        by_index[index] = known[index] if index in labels else _with_box(known[index], marks[index])
    added = [by_index[index] for index in sorted(by_index)]
    for start in added:
        if start.index in marks and start.index not in labels and start.box != "x":
            state = BOX_STATES.get(start.box or " ", "open")
            message = f'task {start.id} has the unknown mark "[{marks[start.index]}]", and is read as {state}: {REMEDY}'
            problems.warn(start.line, "unknown-mark", message)
    return added


def _with_box(start: TaskStart, mark: str) -> TaskStart:
    title = re.sub(rf"^\[{re.escape(mark)}\]\s*|\s*\[{re.escape(mark)}\]$", "", start.title)
    return structs.replace(start, title=title, box=_box(mark), done=False)


def report_only_marked(found: Sequence[TaskStart], marks: Mapping[int, str], problems: Problems) -> None:
    """Report a document in which no task has a known mark, and some have an unknown one."""
    marked = [start for start in found if start.index in marks and is_state(marks[start.index])]
    if marked:
        count = f"{len(marked)} that have" if len(marked) > 1 else "1 that has"
        message = f'no task here, but {count} an unknown mark, the first "[{marks[marked[0].index]}]": {REMEDY}'
        problems.report(marked[0].line, "unknown-mark", message)
