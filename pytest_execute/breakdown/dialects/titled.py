"""Headings with the word before the id: `## Task 1: Title`, `### Task A2 - Title`, `### Step 5: Title`, `### Story 1.2: Title`."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re

from pytest_execute.breakdown.dialects.common import most, nested, substance
from pytest_execute.breakdown.heads import Head, of_heading
from pytest_execute.breakdown.ids import ID, normal
from pytest_execute.breakdown.outline import Outline

_DELIMITER = r"\s*[:：.)）—–-]+"
_FORMS = tuple(
    re.compile(
        rf"(?:\[(?P<box>[ xX~!/-])\]|\W)*?{word}\s*#?(?P<id>{ID}(?={_DELIMITER}|\s|$)|[A-Z](?={_DELIMITER}))(?:{_DELIMITER})?\s*(?P<title>.*)",
        re.IGNORECASE,
    )
    for word in (r"(?:task|任务|タスク|작업)", r"(?:user )?story", r"step")
)


def find(outline: Outline) -> list[Head]:
    """The headings with the strongest of the words; stories and steps only where most of them hold a field or a box."""
    title = outline.title
    for form in _FORMS:
        heads = []
        for at, block in enumerate(outline.blocks):
            found = form.fullmatch(block.joined.replace("**", "")) if block.kind == "heading" and at != title else None
            if found:
                heads.append(of_heading(block, at, found["id"], found["title"], found["box"]))
        heads = _once(outline, nested(outline, heads))
        if heads and (form is _FORMS[0] or most(substance(outline, head.at, deep=True) for head in heads)):
            return heads
    return []


def _once(outline: Outline, heads: list[Head]) -> list[Head]:
    """The heads without those that but tell more on a task, where of each id told again only the first looks like one."""
    first: dict[str, Head] = {}
    again = [head for head in heads if first.setdefault(normal(head.id), head) is not head]
    empty = [head for head in again if not substance(outline, head.at, deep=True)]
    told = all(substance(outline, first[normal(head.id)].at, deep=True) for head in again)
    return [head for head in heads if head not in again] if again and told and len(empty) == len(again) else heads
