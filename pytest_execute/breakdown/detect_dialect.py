"""Choice of the dialect in which a file has its tasks; a file with two of them is a problem."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct, structs

from pytest_execute.breakdown.dialects import DIALECTS, Dialect
from pytest_execute.breakdown.dialects.common import is_majority
from pytest_execute.breakdown.ids import normalize_number
from pytest_execute.breakdown.outline import Outline, task_extent
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.task_sections import starts_in_task_sections
from pytest_execute.breakdown.task_starts import TaskStart
from pytest_execute.breakdown.unknown_marks import add_marked, report_only_marked, with_boxes
from pytest_execute.breakdown.vocabulary import PREVIEW


class DialectMatch(Struct, frozen=True):
    """Dialect and the tasks that it finds in a file."""

    dialect: Dialect
    starts: list[TaskStart]

    @property
    def ids(self) -> set[str]:
        """Return the normal spellings of all ids."""
        return {normalize_number(start.id) for start in self.starts}


def find_task_starts(outline: Outline, problems: Problems) -> list[TaskStart]:
    """Return the starts of all tasks.

    The steps are:

    1. Let each dialect find its tasks.
    2. Choose the strongest dialect; of headings that are only sections over another dialect's tasks, choose the other.
    3. Compare it with each other dialect: more details are added, other tasks are a problem.
    4. Add the tasks with an unknown mark in the place of their box.
    5. Report titles that are struck through, and what the dialect itself cannot read.
    """
    found = _matches(outline)
    strong = [match for match in found if not match.dialect.is_weak]
    marked = with_boxes(outline)
    if not strong:
        only_marked = _matches(marked.outline) if marked.marks else []
        report_only_marked([start for match in only_marked[:1] for start in match.starts], marked.marks, problems)
        return []
    chosen, *others = _not_in_previews(outline, strong)
    for other in others:
        if _are_sections_over(outline, chosen, other):
            chosen = other
    if marked.marks:
        starts = add_marked(chosen.starts, _find(marked.outline, chosen.dialect), marked.marks, problems)
        chosen = structs.replace(chosen, starts=starts)
    for other in found:
        if other.dialect is not chosen.dialect and not (other in strong and other not in (chosen, *others)):
            chosen = _compare(outline, chosen, other, problems)
    _report_struck_through(outline, chosen.starts, problems)
    find_problems = chosen.dialect.find_problems
    for problem in find_problems(marked.outline, chosen.starts) if find_problems else ():
        problems.report(problem.line, problem.code, problem.message, "warning" if problem.is_warning else "error")
    return chosen.starts


def _matches(outline: Outline) -> list[DialectMatch]:
    """Return the matches of all dialects, or if none is a form by itself the first of those that are tried last."""
    tried = ((dialect, _find(outline, dialect)) for dialect in DIALECTS if not dialect.is_last)
    found = [DialectMatch(dialect, starts) for dialect, starts in tried if starts]
    if any(not match.dialect.is_weak for match in found):
        return found
    last = ((dialect, _find(outline, dialect)) for dialect in DIALECTS if dialect.is_last)
    return next(([DialectMatch(dialect, starts)] for dialect, starts in last if starts), found)


def _not_in_previews(outline: Outline, found: list[DialectMatch]) -> list[DialectMatch]:
    """Return the matches without those that are wholly below headings such as "Preview", if another one is not."""

    def is_in_preview(start: TaskStart) -> bool:
        return any(PREVIEW.search(outline.blocks[heading].text) for heading in outline.headings_above(start.index))

    own = [match for match in found if len(found) == 1 or not all(map(is_in_preview, match.starts))]
    return own or found


def _report_struck_through(outline: Outline, starts: Sequence[TaskStart], problems: Problems) -> None:
    """Warn of titles that are struck through: such a task may be done, or not wanted."""
    for start in starts:
        block = outline.blocks[start.index]
        if re.search(r"~~\S", block.text) if block.kind == "heading" else re.match(r"\[.\]\s*~~\S", block.text):
            message = f"task {start.id} is struck through: tick it if it is done, remove it if it is not wanted"
            problems.warn(start.line, "struck-through", message)


def _find(outline: Outline, dialect: Dialect) -> list[TaskStart]:
    """Return the tasks of a dialect; of an uncertain one, those that no section of tasks contradicts."""
    starts = dialect.find(outline)
    return starts if dialect.is_certain else starts_in_task_sections(outline, starts)


def _are_sections_over(outline: Outline, headings: DialectMatch, inner: DialectMatch) -> bool:
    """Return True if the headings are sections over the tasks of `inner`, which are more and have ids of their own."""
    if not headings.dialect.may_be_sections:
        return False
    inside, _ = _split_by(outline, headings, inner)
    own = [
        start for start in inside if not any(normalize_number(start.id).startswith(f"{name}.") for name in headings.ids)
    ]
    return len(own) >= len(headings.starts) and len(own) * 2 > len(inside)


def _split_by(outline: Outline, outer: DialectMatch, inner: DialectMatch) -> tuple[list[TaskStart], list[TaskStart]]:
    """Return the tasks of `inner` inside those of `outer`, and the others."""
    covered: set[int] = set()
    indexes = sorted(start.index for start in outer.starts)
    for index, stop in zip(indexes, [*indexes[1:], len(outline.blocks)], strict=True):
        covered.update((index, *task_extent(outline.blocks, index, stop)))
    inside = [start for start in inner.starts if start.index in covered]
    return inside, [start for start in inner.starts if start.index not in covered]


def _compare(outline: Outline, chosen: DialectMatch, other: DialectMatch, problems: Problems) -> DialectMatch:
    """Return the chosen match after a comparison with another one.

    The other one is taken if it has the same tasks and more. Tasks that only it has are reported.
    """
    outside = _outside(outline, chosen, other)
    indexes = {start.index for start in (*chosen.starts, *outside)}
    ids = {normalize_number(start.id) for start in other.starts if start.index in indexes}
    is_unlike = other.dialect.is_weak and not _have_similar_titles(outside, chosen.starts)
    if not outside:
        return chosen
    if ids <= chosen.ids and not is_unlike:
        return _with_ticks(chosen, outside)
    if chosen.ids < ids and _have_similar_titles(chosen.starts, other.starts):
        return DialectMatch(other.dialect, _with_details(other.starts, chosen.starts))
    new = outside if is_unlike else [start for start in outside if normalize_number(start.id) not in chosen.ids]
    _report_other_tasks(chosen, other, new, problems)
    return chosen


def _with_ticks(chosen: DialectMatch, others: Sequence[TaskStart]) -> DialectMatch:
    """Return the tasks with the boxes of another list of them, if they have none themselves."""
    boxes = {normalize_number(start.id): start.box for start in others}
    if any(start.box is not None or start.done or start.row is not None for start in chosen.starts):
        return chosen
    starts = [structs.replace(start, box=boxes.get(normalize_number(start.id))) for start in chosen.starts]
    return DialectMatch(chosen.dialect, starts)


def _outside(outline: Outline, chosen: DialectMatch, other: DialectMatch) -> list[TaskStart]:
    """Return the tasks of the other match that are neither inside chosen tasks nor headings above them."""
    _, outside = _split_by(outline, chosen, other)
    above = {index for start in chosen.starts for index in outline.headings_above(start.index)}
    return [start for start in outside if start.index not in above]


def _report_other_tasks(
    chosen: DialectMatch, other: DialectMatch, new: Sequence[TaskStart], problems: Problems
) -> None:
    """Report one error if the new tasks are certain or many, else one warning for each."""
    if other.dialect.is_certain or len(new) * 2 > len(chosen.starts):
        first, first_new = chosen.starts[0], new[0]
        message = (
            f"tasks in two forms: {chosen.dialect.name} (task {first.id} on line {first.line}) and "
            f"{other.dialect.name} (task {first_new.id} here): write all in one form"
        )
        problems.report(first_new.line, "two-shapes", message)
        return
    for start in new:
        message = (
            f"this looks like task {start.id}, and is not read, because the other tasks are {chosen.dialect.name}: "
            "write all in one form"
        )
        problems.warn(start.line, "passed-over", message)


def _have_similar_titles(starts: Sequence[TaskStart], others: Sequence[TaskStart]) -> bool:
    """Return True if most of the tasks share a word of their title with the other task of the same id."""
    titles = {normalize_number(start.id): _words(start.title) for start in others}
    return is_majority(_words(start.title) & titles.get(normalize_number(start.id), set()) for start in starts)


def _words(title: str) -> set[str]:
    return set(re.findall(r"\w{2,}", title.casefold()))


def _with_details(starts: Sequence[TaskStart], details: Sequence[TaskStart]) -> list[TaskStart]:
    """Return the starts, each with the start of another section about the same task."""
    by_id = {normalize_number(start.id): start for start in details}
    return [structs.replace(start, detail=by_id.get(normalize_number(start.id))) for start in starts]
