"""Headings with the word before the id: `## Task 1: Title`, `### Task A2 - Title`, `### Step 5: Title`, `### Story 1.2: Title`."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re

from pytest_execute.breakdown.dialects.common import drop_substeps, is_majority, task_likeness
from pytest_execute.breakdown.ids import ID, normalize_id
from pytest_execute.breakdown.outline import Outline, cached_per_outline
from pytest_execute.breakdown.task_starts import TaskStart, start_from_heading

_DELIMITER = r"\s*[:：.)）—–-]+"
_FORMS = tuple(
    re.compile(
        rf"(?:\[(?P<box>[ xX~!/-])\]|\W)*?(?P<section>\d+(?:\.\d+)*[.)]?\s+)?{word}(?![a-z])\s*#?(?P<id>{ID}(?={_DELIMITER}|\s|$)|[A-Z](?={_DELIMITER}))(?:{_DELIMITER})?\s*(?P<title>.*)",
        re.IGNORECASE,
    )
    for word in (r"(?:task|任务|タスク|작업)", r"(?:user )?story", r"step")
)


@cached_per_outline
def find(outline: Outline) -> list[TaskStart]:
    """The headings with the strongest of the words; of stories and steps at least two, most with a field or a box."""
    for form in _FORMS:
        heads = _once(outline, drop_substeps(outline, _all(outline, form)))
        several = len(heads) > 1 and is_majority(task_likeness(outline, head.at, deep=True) for head in heads)
        if heads and (form is _FORMS[0] or several):
            return heads
    return []


def find_weaker(outline: Outline) -> list[TaskStart]:
    """The headings with a weaker word than that of the tasks, where most of them hold a field or a box."""
    chosen = find(outline)
    kinds = [_all(outline, form) for form in _FORMS[1:]]
    at = {head.at for head in chosen}
    heads = [head for kind in kinds for head in drop_substeps(outline, kind) if head.at not in at]
    return heads if chosen and is_majority(task_likeness(outline, head.at) for head in heads) else []


def _all(outline: Outline, form: re.Pattern[str]) -> list[TaskStart]:
    """The headings with one word; those with a section's number before it only where their own ids do not repeat."""
    plain: list[TaskStart] = []
    counted: list[TaskStart] = []
    for at in outline.headings:
        block = outline.blocks[at]
        found = form.fullmatch(block.joined.replace("**", ""))
        if found and at != outline.title:
            head = start_from_heading(block, at, found["id"], found["title"], found["box"])
            (counted if found["section"] else plain).append(head)
    both = sorted([*plain, *counted], key=lambda head: head.at)
    return both if len({normalize_id(head.id) for head in both}) == len(both) else plain


def _once(outline: Outline, heads: list[TaskStart]) -> list[TaskStart]:
    """The heads without those that but tell more on a task, where of each id told again only the first looks like one."""
    first: dict[str, TaskStart] = {}
    again = [head for head in heads if first.setdefault(normalize_id(head.id), head) is not head]
    empty = [head for head in again if not task_likeness(outline, head.at, deep=True)]
    told = all(task_likeness(outline, first[normalize_id(head.id)].at, deep=True) for head in again)
    return [head for head in heads if head not in again] if again and told and len(empty) == len(again) else heads
