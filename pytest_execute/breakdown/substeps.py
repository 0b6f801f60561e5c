"""Substeps of a task: boxes with an id anywhere in its text, and list items with a box.

- [x] 1.1 Write the failing tests
1. [x] **Title** 1.1. [x] Write the tests 1.2. [ ] Add      as a formatter joins them
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.field_labels import field_name
from pytest_execute.breakdown.ids import CODE, normalize_id
from pytest_execute.breakdown.marks import is_state, is_tick
from pytest_execute.breakdown.task_starts import LEADING_BOX
from pytest_execute.breakdown.vocabulary import is_untasked
from pytest_execute.core.late_pattern import late_pattern
from pytest_execute.core.plan import Substep

# matches "1.1", "2.1.3a", "T1.2"
_SUB = rf"(?:\d{{1,30}}(?:\.\d{{1,9}}){{1,9}}[a-z]?|{CODE}(?:\.\d{{1,9}}){{1,9}})"
# matches "1.1. [x] " anywhere
_INLINE_STEP = late_pattern(rf"(?<![\w.`])(?P<id>{_SUB})\.?\s+\[(?P<box>[ xX~!-])\]\s*")
# matches "**Acceptance criteria:**", "Done when:"
_LABEL = late_pattern(r"\**([^*:：\n]{3,50}?)\**\s*[:：]?\**")
_LONG_LABEL = 80
# matches "[?] ", "[✓] ", "[WIP] " at the beginning of an item
_MARK = late_pattern(r"\s*\[(?P<box>[^\[\]\n]{0,15})\](?=\s|\*\*|$)\s*")
# matches "1.1 ", "Step 2: ", "**3.** " at the beginning of an item
_LEADING_ID = late_pattern(rf"\s*(?:\*\*)?(?:step\s+)?(?P<id>{_SUB}|\d+)(?:\.|\)|:|\s[-–—])?(?=\s)\s*", re.IGNORECASE)
# matches "Step 1.1: Write the tests"
_HEADING = late_pattern(rf"(?:step\s+)?(?P<id>{_SUB})[.):]?\s+(?P<title>\S.*)", re.IGNORECASE)


def find_substeps(task: str, blocks: Iterable[Block]) -> tuple[tuple[Substep, ...], tuple[Block, ...]]:
    """Return the substeps in a task's blocks, and the items that are criteria; a step may have no id."""
    split = list(_with_criteria(blocks))
    steps = (step for block, is_step in split if is_step for step in _steps_in_block(task, block))
    return tuple(steps), tuple(block for block, is_step in split if is_step is None)


def _with_criteria(blocks: Iterable[Block]) -> Iterator[tuple[Block, bool | None]]:
    """Yield each block, with True for what may have steps, False for a label over criteria, None for a criterion."""
    depth: int | None = None
    for block in blocks:
        if depth is not None and block.kind == "item" and block.depth > depth:
            yield block, None
        else:
            depth = _criteria_depth(block)
            yield block, depth is None


def _criteria_depth(block: Block) -> int | None:
    """Return the depth below which boxes are criteria and no steps, if this block is a label for criteria."""
    if block.kind == "item" and LEADING_BOX.match(block.text):
        return None
    text = block.text.strip()
    label = _LABEL.fullmatch(text) if len(text) < _LONG_LABEL else None
    if label is None or block.kind in ("row", "code"):
        return None
    if field_name(label[1]) in ("acceptance", "behaviour") or is_untasked(label[1]):
        return -1 if block.kind == "heading" else block.depth
    return None


def _steps_in_block(task: str, block: Block) -> Iterator[Substep]:
    if block.kind == "heading":
        step = _HEADING.fullmatch(block.one_line)
        if step and normalize_id(step["id"]).startswith(normalize_id(task) + "."):
            yield Substep(step["id"], step["title"].strip("*"), False, block.line)
        return
    if block.kind not in ("item", "text") or "[" not in block.text:
        return
    box = LEADING_BOX.match(block.text) or _MARK.match(block.text) if block.kind == "item" else None
    if box and is_state(box["box"]):
        yield _step_from_item(block, box)
    yield from _inline_steps(block)


def _step_from_item(block: Block, box: re.Match[str]) -> Substep:
    """Return the step that a list item with a leading box is."""
    leading_id = _LEADING_ID.match(block.text, box.end())
    begin = leading_id.end() if leading_id else box.end()
    next_step = _INLINE_STEP.search(block.text, begin)
    title = block.text[begin : next_step.start() if next_step else None]
    return Substep(leading_id["id"] if leading_id else "", _plain_title(title), is_tick(box["box"]), block.line)


def _inline_steps(block: Block) -> Iterator[Substep]:
    """Yield each `1.2. [x] Title` in a text; the title ends at the next one or at the first ` - `."""
    steps = list(_INLINE_STEP.finditer(block.text))
    for step, end in zip(steps, [*(later.start() for later in steps[1:]), len(block.text)], strict=False):
        title = re.split(r"\s-\s|\s-$", block.text[step.end() : end], maxsplit=1)[0]
        yield Substep(step["id"], _plain_title(title), step["box"] in "xX", block.line_at(step.start()))


def _plain_title(title: str) -> str:
    return " ".join(title.split()).strip("*").strip()
