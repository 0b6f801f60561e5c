"""Boxes without an id among tasks that are boxes: they are not read, and that is told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pytest_execute.breakdown.desk import Desk
from pytest_execute.breakdown.dialects.common import labels_before, untasked
from pytest_execute.breakdown.heads import BOXED, Head, plain_title
from pytest_execute.breakdown.ids import ID, WORDS
from pytest_execute.breakdown.outline import Outline, extent
from pytest_execute.breakdown.words import field_of

_NAMED = re.compile(rf"\W*(?:{WORDS}\s+#?)?{ID}", re.IGNORECASE)


def tell(outline: Outline, heads: Sequence[Head], desk: Desk) -> None:
    """A warning per section that has some, or one error where they are more than the tasks."""
    sections: dict[int, list[int]] = {}
    for at in _boxes(outline, heads):
        sections.setdefault(outline.above[at], []).append(at)
    found = [at for listed in sections.values() for at in listed]
    if len(found) > len(heads):
        message = (
            f"{len(found)} boxes without an id, beside {len(heads)} task{'s' if len(heads) > 1 else ''} that "
            f"ha{'ve' if len(heads) > 1 else 's'} one: give each an id, or write what is no task without a box"
        )
        desk.tell(outline.blocks[found[0]].line, "no-id", message)
        return
    for listed in sections.values():
        many = len(listed) > 1
        first = plain_title(BOXED.sub("", outline.blocks[listed[0]].text, count=1))[0]
        message = (
            f"{len(listed)} box{'es' if many else ''} without an id, which {'are' if many else 'is'} not read as "
            f"{'tasks' if many else 'a task'}: {first[:60]}"
        )
        desk.warn(outline.blocks[listed[0]].line, "passed-over", message)


def _boxes(outline: Outline, heads: Sequence[Head]) -> Iterator[int]:
    """The boxes beside the tasks: on their level, in their sections or in those beside them."""
    listed = [head for head in heads if outline.blocks[head.at].kind == "item"]
    if len(listed) < len(heads):
        return
    covered = {at for head in listed for at in (head.at, *extent(outline.blocks, head.at, len(outline.blocks)))}
    depth = max(outline.blocks[head.at].depth for head in listed)
    sections = {outline.above[head.at] for head in listed}
    beside = {(outline.above[at], outline.blocks[at].depth) for at in sections if at >= 0}
    for at, block in enumerate(outline.blocks):
        box = BOXED.match(block.text) if block.kind == "item" and block.depth <= depth and at not in covered else None
        if box is None or _NAMED.match(block.text, box.end()):
            continue
        over = outline.above[at]
        near = over in sections or (over >= 0 and (outline.above[over], outline.blocks[over].depth) in beside)
        if near and not untasked(outline, at) and not any(map(field_of, labels_before(outline, at))):
            yield at
