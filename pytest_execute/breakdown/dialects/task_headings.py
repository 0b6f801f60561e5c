"""Headings with a word and an id, such as these.

## Task 1: Model
### Step 5: Page
### Story 1.2: Mails
"""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re

from pytest_execute.breakdown.dialects.common import drop_substeps, is_majority, task_likeness
from pytest_execute.breakdown.ids import ID, normalize_id
from pytest_execute.breakdown.outline import Outline, cached_per_outline
from pytest_execute.breakdown.task_starts import TaskStart, start_from_heading

_DELIMITER = r"\s*[:：.)）—–-]+"
# matches "Task 1: Model", "[x] Task A2 - Page", "3.1 Step 1: Look", "~~Task 4~~"; the strongest word first
_FORMS = tuple(
    re.compile(
        rf"(?:\[(?P<box>[ xX~!/-])\]|\W)*?(?P<section>\d+(?:\.\d+)*[.)]?\s+)?{word}(?![a-z])\s*#?(?P<id>{ID}"
        rf"(?={_DELIMITER}|\s|$)|[A-Z](?={_DELIMITER}))(?:{_DELIMITER})?\s*(?P<title>.*)",
        re.IGNORECASE,
    )
    for word in (r"(?:task|任务|タスク|작업)", r"(?:user )?story", r"step")
)


@cached_per_outline
def find(outline: Outline) -> list[TaskStart]:
    """Return the headings with the strongest word; of stories and steps at least two, most with a field or a box."""
    for form in _FORMS:
        starts = _without_repeated(outline, drop_substeps(outline, _headings(outline, form)))
        have_fields = is_majority(task_likeness(outline, start.index, deep=True) for start in starts)
        if starts and (form is _FORMS[0] or (len(starts) > 1 and have_fields)):
            return starts
    return []


def find_weaker(outline: Outline) -> list[TaskStart]:
    """Return the headings with a weaker word beside the tasks, if most of them have a field or a box below."""
    chosen = find(outline)
    indexes = {start.index for start in chosen}
    weaker = [drop_substeps(outline, _headings(outline, form)) for form in _FORMS[1:]]
    starts = [start for headings in weaker for start in headings if start.index not in indexes]
    return starts if chosen and is_majority(task_likeness(outline, start.index) for start in starts) else []


def _headings(outline: Outline, form: re.Pattern[str]) -> list[TaskStart]:
    """Return the headings with one word; those with a section's number before it only if no id is repeated."""
    plain: list[TaskStart] = []
    with_section: list[TaskStart] = []
    for index in outline.headings:
        block = outline.blocks[index]
        task = form.fullmatch(block.one_line.replace("**", ""))
        if task and index != outline.title:
            start = start_from_heading(block, index, task["id"], task["title"], task["box"])
            (with_section if task["section"] else plain).append(start)
    both = sorted([*plain, *with_section], key=lambda start: start.index)
    return both if len({normalize_id(start.id) for start in both}) == len(both) else plain


def _without_repeated(outline: Outline, starts: list[TaskStart]) -> list[TaskStart]:
    """Return the starts without repeated ids, if of each repeated id only the first heading looks like a task."""
    first: dict[str, TaskStart] = {}
    repeated = [start for start in starts if first.setdefault(normalize_id(start.id), start) is not start]
    for start in repeated:
        is_task_again = task_likeness(outline, start.index, deep=True)
        is_first_task = task_likeness(outline, first[normalize_id(start.id)].index, deep=True)
        if is_task_again or not is_first_task:
            return starts
    return [start for start in starts if start not in repeated]
