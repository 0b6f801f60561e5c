"""Headings that begin with a code: `### T01 Title`, `### INFRA-1: Title`, `### A01 — Title`."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re

from pytest_execute.breakdown.dialects.common import (
    REQUIREMENT,
    drop_substeps,
    is_majority,
    is_outside_tasks,
    task_likeness,
)
from pytest_execute.breakdown.ids import CODE
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.task_starts import TaskStart, start_from_heading

_CODED = re.compile(rf"(?:[^\w\s]+\s+)?[\[`]?(?P<id>{CODE})[\]`]?(?:\s*[:：.)—–-]+\s*|\s+)(?P<title>\S.*)")
_TASKS = re.compile(r"\b(?:tasks|task[- ](?:list|breakdown|plan)|breakdown|backlog)\b", re.IGNORECASE)


def find(outline: Outline) -> list[TaskStart]:
    """The headings with a code, where most of them hold a field or a box, or the title says that they are tasks."""
    title = outline.title
    heads = []
    for at, block in enumerate(outline.blocks):
        found = _CODED.fullmatch(block.joined.replace("**", "")) if block.kind == "heading" and at != title else None
        if found and not REQUIREMENT.match(found["id"]) and not is_outside_tasks(outline, at, found["id"]):
            heads.append(start_from_heading(block, at, found["id"], found["title"]))
    heads = _inner(outline, drop_substeps(outline, heads))
    return heads if is_majority(task_likeness(outline, head.at) for head in heads) or _counted(outline, heads) else []


def _counted(outline: Outline, heads: list[TaskStart]) -> bool:
    """Whether there are at least three codes, few kinds of them, in a document whose title says that it tells tasks."""
    told = outline.title is not None and _TASKS.search(outline.blocks[outline.title].text)
    return bool(told) and len(heads) > 2 and len({re.sub(r"\d.*", "", head.id) for head in heads}) * 2 <= len(heads)


def _inner(outline: Outline, heads: list[TaskStart]) -> list[TaskStart]:
    """The heads without those of a level whose headings are but groups over the others."""
    over = {at for head in heads for at in outline.path(head.at)}
    groups = {outline.blocks[head.at].depth for head in heads if head.at in over}
    outer = [head for head in heads if outline.blocks[head.at].depth in groups]
    if not outer or not is_majority(head.at in over for head in outer):
        return heads
    return [head for head in heads if head not in outer]
