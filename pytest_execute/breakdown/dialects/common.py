"""Searches in a document that several dialects share."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.field_labels import TASK_FIELDS, field_name
from pytest_execute.breakdown.fields import find_labels
from pytest_execute.breakdown.ids import NUMBER, normalize_id, parent_of
from pytest_execute.breakdown.outline import Outline, cached_per_outline, task_extent
from pytest_execute.breakdown.streams import stream_from_heading
from pytest_execute.breakdown.task_starts import LEADING_BOX, TaskStart, start_from_item
from pytest_execute.breakdown.vocabulary import CRITERIA_SECTION, is_untasked
from pytest_execute.core.late_pattern import late_pattern

TASK_WORD = r"(?:task|issue|aufgabe|tarea|tarefa|tâche|任务|任務|タスク|작업)"
"""Pattern of the words that stand before a task's number."""

# matches "AC-1", "FR-2", "ADR-3": codes of requirements, criteria and decisions, not of tasks
REQUIREMENT = late_pattern(r"(?:AC|FR|NFR|SC|REQ|ADR?|RFC|ISO|UTF|BR|CR|RISK|NTH|V|Q)-?\d", re.IGNORECASE)

# matches the "2" of "2. Title"
_SECTION_NUMBER = late_pattern(rf"\W*({NUMBER})[.)]?\s")

HAS_FIELD, HAS_BOX = 2, 1
"""Likeness of a text to a task's."""

# matches "[x] **Task 1 complete**"
_COMPLETE = late_pattern(r"\[[ xX]\]\s*\**task\s+\S+\s+complete", re.IGNORECASE)


class DialectProblem(Struct, frozen=True):
    """Something that a dialect cannot read for certain; an error, or a warning."""

    line: int
    code: str
    message: str
    is_warning: bool = False


def is_majority(values: Iterable[object]) -> bool:
    """Return True if more than half of the values are true.

    >>> is_majority([1, 1, 0]), is_majority([1, 0]), is_majority([])
    (True, False, False)
    """
    truths = [bool(value) for value in values]
    return sum(truths) * 2 > len(truths)


def task_likeness(outline: Outline, index: int, deep: bool = False) -> int:
    """Return how much the text below a heading looks like a task's: HAS_FIELD, HAS_BOX or 0.

    With `deep`, the text goes on below headings inside it that begin with a number or code.
    """
    likeness = 0
    for below in range(index + 1, len(outline.blocks)):
        block = outline.blocks[below]
        if block.kind == "heading" and _ends_text(block, outline.blocks[index].depth, deep):
            break
        likeness = max(likeness, _block_likeness(block))
        if likeness == HAS_FIELD:
            break
    return likeness


def _ends_text(heading: Block, level: int, deep: bool) -> bool:
    return heading.depth <= level or (not deep and re.match(r"\W*(?:\d|[A-Z]+-?\d)", heading.text) is not None)


def _block_likeness(block: Block) -> int:
    has_box = block.kind == "item" and LEADING_BOX.match(block.text) is not None
    if block.kind == "heading":
        names = [field_name(block.one_line)]
    elif block.kind == "row":
        names = [field_name(block.cells[0])] if len(block.cells) == 2 else []
    else:
        names = [] if has_box or block.kind == "code" else [label.name for label in find_labels(block.text)]
    if any(name in TASK_FIELDS or name == "id" for name in names) or (has_box and _COMPLETE.match(block.text)):
        return HAS_FIELD
    return HAS_BOX if has_box else 0


def drop_substeps(outline: Outline, starts: list[TaskStart]) -> list[TaskStart]:
    """Return the starts without those inside another one whose id they extend: they are its substeps."""
    kept: list[TaskStart] = []
    ids: dict[str, TaskStart] = {}
    for start in starts:
        name = parent_of(start.id, ids)
        parent = ids[name] if name is not None else None
        if parent is None or outline.blocks[parent.index].depth >= outline.blocks[start.index].depth:
            kept.append(start)
            ids.setdefault(normalize_id(start.id), start)
    return kept


# matches "✅ ", "🚧 " and "~~" behind a box
_MARK = late_pattern(r"(?:[^\w\s\[\](){}*`\"'#~.]+\s+)?(?:~~)?")


def find_boxed_items(outline: Outline, pattern: re.Pattern[str]) -> list[TaskStart]:
    """Return the items with a box and then `pattern`, whose groups are `id` and `title`, where the title begins."""
    starts = []
    for index, box, end in _boxes(outline):
        block = outline.blocks[index]
        task = pattern.match(block.text, end)
        if task:
            starts.append(start_from_item(block, index, task["id"], task.start("title"), box))
    return drop_inner_items(outline, starts)


@cached_per_outline
def _boxes(outline: Outline) -> list[tuple[int, str, int]]:
    """Return all items with a box: the index, the letter in the box, and the offset behind box and mark."""
    boxes = []
    for index, block in enumerate(outline.blocks):
        box = LEADING_BOX.match(block.text) if block.kind == "item" else None
        mark = _MARK.match(block.text, box.end()) if box else None
        if box and mark:
            boxes.append((index, box["box"], mark.end()))
    return boxes


def drop_inner_items(outline: Outline, starts: list[TaskStart]) -> list[TaskStart]:
    """Return the starts without those inside the list item of another one."""
    kept: list[TaskStart] = []
    end = -1
    for start in starts:
        if start.index < end:
            continue
        kept.append(start)
        is_item = outline.blocks[start.index].kind == "item"
        end = task_extent(outline.blocks, start.index, len(outline.blocks)).stop if is_item else -1
    return kept


def is_outside_tasks(outline: Outline, index: int, name: str = "") -> bool:
    """Return True for a block below a heading or label whose lists are no tasks, such as "Notes".

    A section with a stream's word, or with a number that the id `name` extends, has tasks, unless it has criteria.
    """
    above = outline.heading_above[index]
    if above >= 0 and is_untasked(outline.blocks[above].text):
        heading = outline.blocks[above]
        is_stream = stream_from_heading(heading, above) or extends_section_number(name, heading)
        if CRITERIA_SECTION.search(heading.text) or not is_stream:
            return True
    return any(map(is_untasked, labels_above(outline, index)))


def is_criterion(outline: Outline, index: int) -> bool:
    """Return True for a block below a heading or label of criteria, which hold no tasks in any case."""
    above = outline.heading_above[index]
    texts = [*([outline.blocks[above].text] if above >= 0 else []), *labels_above(outline, index)]
    return any(map(CRITERIA_SECTION.search, texts))


def extends_section_number(name: str, heading: Block) -> bool:
    """Return True for an id that begins with a section's number, as 2.1 below `## 2. Title`."""
    number = _SECTION_NUMBER.match(heading.text)
    return number is not None and normalize_id(name).startswith(f"{normalize_id(number[1])}.")


def labels_above(outline: Outline, index: int) -> Iterator[str]:
    """Yield the label right above the list that contains a block, if there is one."""
    above = outline.item_above[index]
    text = outline.blocks[above].text if above >= 0 else ""
    if text and len(text) < _LONG_LABEL and _LABEL.fullmatch(text):
        yield text


# matches "**Acceptance criteria:**", "Done when:", "Acceptance criteria"; not "_Requirements: Success Criteria_"
_LABEL = late_pattern(r"\s*(?:\*\*[^*\n]{3,60}\*\*\s*[:：]?|[^*:：\n_]{3,60}[:：]?)\s*")

_LONG_LABEL = 120


def section_id(outline: Outline, index: int) -> str:
    """Return the id of the section that contains a block, in one spelling: 3 for `## 3. Title` and `## Phase 3`."""
    above = outline.heading_above[index]
    if above < 0:
        return ""
    heading = outline.blocks[above]
    stream = stream_from_heading(heading, above)
    number = _SECTION_NUMBER.match(heading.text)
    return normalize_id(stream.id if stream else number[1] if number else "")


def parent_task(outline: Outline, start: TaskStart, starts: Mapping[str, TaskStart]) -> str | None:
    """Return the id of the task of which this one may be a substep: 2 for 2.1, unless a section has that id.

    Below `## 11. Title`, 11.1 is no substep of 11.0; below `## Phase 3.5`, 3.5.1 is none of 3.5 in Phase 3. It is a
    substep of a task 11 in the same section, though. `starts` are the tasks by their normal ids.
    """
    parent = parent_of(start.id, starts)
    if parent is None or parent != section_id(outline, start.index):
        return parent
    other = starts[parent]
    is_same_section = outline.heading_above[other.index] == outline.heading_above[start.index]
    return parent if is_same_section and not other.id.endswith(".0") else None
