"""Headings with a word and an id, such as these.

## Task 1: Model
### Step 5: Page
### Story 1.2: Mails
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from pytest_execute.breakdown.dialects.common import (
    TASK_WORD,
    DialectProblem,
    drop_substeps,
    is_majority,
    task_likeness,
)
from pytest_execute.breakdown.ids import LONG_ID, normalize_id, parent_of
from pytest_execute.breakdown.outline import Outline, cached_per_outline
from pytest_execute.breakdown.task_starts import TaskStart, start_from_heading
from pytest_execute.core.late_pattern import late_pattern

_DELIMITER = r"\s*[:：.)）—–-]+"
# matches "Task 1: Model", "[x] Task A2 - Page", "3.1 Step 1: Look", "~~Task 4~~"; the strongest word first
_FORMS = tuple(
    late_pattern(
        rf"(?:\[(?P<box>[ xX~!/-])\]|(?!\[[ xX~!/-]\])\W)*?(?P<section>\d+(?:\.\d+)*[.)]?\s+)?{word}(?![a-z])\s*#?"
        rf"(?P<id>{LONG_ID}(?={_DELIMITER}|\s|$)|[A-Z](?={_DELIMITER}))(?:{_DELIMITER})?\s*(?P<title>.*)",
        re.IGNORECASE,
    )
    for word in (TASK_WORD, r"(?:user )?story", r"step")
)


@cached_per_outline
def find(outline: Outline) -> list[TaskStart]:
    """Return the headings with the strongest word; of stories and steps at least two, most with a field or a box."""
    for form in _FORMS:
        headings = _without_groups(outline, _headings(outline, form))
        starts = _without_repeated(outline, drop_substeps(outline, headings))
        have_fields = is_majority(task_likeness(outline, start.index, deep=True) for start in starts)
        if starts and (form is _FORMS[0] or (len(starts) > 1 and have_fields)):
            return starts
    return []


def find_weaker(outline: Outline) -> list[TaskStart]:
    """Return the headings with a weaker word beside the tasks, if most of them have a field or a box below."""
    chosen = find(outline)
    if not chosen:
        return []
    indexes = {start.index for start in chosen}
    weaker = [drop_substeps(outline, _headings(outline, form)) for form in _FORMS[1:]]
    starts = [start for headings in weaker for start in headings if start.index not in indexes]
    return starts if is_majority(task_likeness(outline, start.index) for start in starts) else []


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


def _without_groups(outline: Outline, starts: list[TaskStart]) -> list[TaskStart]:
    """Return the starts without 14 above 14.1, if 13.1 on the level of 14.1 has no 13: it then is a group of tasks."""
    ids = {normalize_id(start.id) for start in starts}
    parents = {start.index: parent_of(start.id, ids) for start in starts}
    task_levels = {
        outline.blocks[start.index].depth for start in starts if parents[start.index] is None and "." in start.id
    }
    groups = {parents[start.index] for start in starts if outline.blocks[start.index].depth in task_levels}
    return [start for start in starts if normalize_id(start.id) not in groups]


def find_problems(outline: Outline, tasks: list[TaskStart]) -> Iterator[DialectProblem]:
    """Yield a warning for each heading that is read as a group of the tasks below it."""
    chosen = {start.index for start in tasks}
    for start in (start for start in _headings(outline, _FORMS[0]) if start.index not in chosen):
        below = [task.id for task in tasks if start.index in outline.headings_above(task.index)]
        if below and normalize_id(below[0]).startswith(f"{normalize_id(start.id)}."):
            message = (
                f"task {start.id} is read as a group of {', '.join(below)}: call it a stream, or make them its steps"
            )
            yield DialectProblem(start.line, "unclear-level", message, is_warning=True)


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
