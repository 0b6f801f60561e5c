"""Which of the dialects a file is written in; one that could be two of them is told."""

from __future__ import annotations

import re
from collections.abc import Sequence

from msgspec import Struct, structs

from pytest_execute.breakdown import missing_ids, task_sections
from pytest_execute.breakdown.dialects import DIALECTS, Dialect
from pytest_execute.breakdown.dialects.common import is_majority
from pytest_execute.breakdown.ids import normalize_number
from pytest_execute.breakdown.outline import Outline, task_extent
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.task_starts import TaskStart


class DialectMatch(Struct, frozen=True):
    """A dialect and the tasks that it finds in a file."""

    dialect: Dialect
    heads: list[TaskStart]

    @property
    def ids(self) -> set[str]:
        return {normalize_number(head.id) for head in self.heads}


def find_task_starts(outline: Outline, desk: Problems) -> list[TaskStart]:
    """The heads of the tasks in the strongest dialect that has any."""
    found = [DialectMatch(dialect, heads) for dialect in DIALECTS if (heads := _found(outline, dialect))]
    shapes = [shape for shape in found if not shape.dialect.weak]
    if not shapes:
        return []
    chosen, *others = shapes
    for other in others:
        if _sections(outline, chosen, other):
            chosen = other
    for other in found:
        if other is not chosen:
            chosen = _compared(outline, chosen, other, desk)
    missing_ids.report_missing_ids(outline, chosen.heads, desk)
    _struck(outline, chosen.heads, desk)
    for doubt in chosen.dialect.doubts(outline, chosen.heads) if chosen.dialect.doubts else ():
        desk.tell(doubt.line, doubt.code, doubt.message, "warning" if doubt.sure else "error")
    return chosen.heads


def _struck(outline: Outline, heads: Sequence[TaskStart], desk: Problems) -> None:
    """Tell tasks whose title is struck through: they may be done or not wanted."""
    for head in heads:
        if re.search(r"~~\S", outline.blocks[head.at].text) and outline.blocks[head.at].kind == "heading":
            message = f"task {head.id} is struck through: tick it if it is done, take it out if it is not wanted"
            desk.warn(head.line, "struck-through", message)


def _found(outline: Outline, dialect: Dialect) -> list[TaskStart]:
    """The heads of a dialect; of one that is not certain, those that a section of tasks does not speak against."""
    heads = dialect.find(outline)
    return heads if dialect.certain else task_sections.starts_in_task_sections(outline, heads)


def _sections(outline: Outline, headings: DialectMatch, inner: DialectMatch) -> bool:
    """Whether the headings are but sections over the tasks of the other shape: more of them, with ids of their own."""
    if not headings.dialect.sections:
        return False
    inside, _ = _split(outline, headings, inner)
    own = [
        head for head in inside if not any(normalize_number(head.id).startswith(f"{name}.") for name in headings.ids)
    ]
    return len(own) >= len(headings.heads) and len(own) * 2 > len(inside)


def _split(outline: Outline, outer: DialectMatch, inner: DialectMatch) -> tuple[list[TaskStart], list[TaskStart]]:
    """The heads of one shape inside the tasks of another, and the rest."""
    covered: set[int] = set()
    begins = sorted(head.at for head in outer.heads)
    for begin, stop in zip(begins, [*begins[1:], len(outline.blocks)], strict=True):
        covered.update((begin, *task_extent(outline.blocks, begin, stop)))
    inside = [head for head in inner.heads if head.at in covered]
    return inside, [head for head in inner.heads if head.at not in covered]


def _compared(outline: Outline, chosen: DialectMatch, other: DialectMatch, desk: Problems) -> DialectMatch:
    """The chosen shape after a look at another one: the same tasks again, fewer of them, or a tie."""
    _, outside = _split(outline, chosen, other)
    over = {at for head in chosen.heads for at in outline.path(head.at)}
    outside = [head for head in outside if head.at not in over]
    begins, beyond = {head.at for head in chosen.heads}, {head.at for head in outside}
    ids = {normalize_number(head.id) for head in other.heads if head.at in begins or head.at in beyond}
    unlike = other.dialect.weak and not _alike(outside, chosen.heads)
    if not outside or (ids <= chosen.ids and not unlike):
        return chosen
    if chosen.ids < ids and _alike(chosen.heads, other.heads):
        return DialectMatch(other.dialect, _detailed(other.heads, chosen.heads))
    fresh = outside if unlike else [head for head in outside if normalize_number(head.id) not in chosen.ids]
    if other.dialect.certain or len(fresh) * 2 > len(chosen.heads):
        first, again = chosen.heads[0], fresh[0]
        message = (
            f"tasks in two shapes: {chosen.dialect.name} (task {first.id} on line {first.line}) and "
            f"{other.dialect.name} (task {again.id} here): write all in one"
        )
        desk.tell(again.line, "two-shapes", message)
    else:
        for head in fresh:
            message = f"this looks like task {head.id}, but the tasks here are {chosen.dialect.name}: it is not read"
            desk.warn(head.line, "passed-over", message)
    return chosen


def _alike(heads: Sequence[TaskStart], others: Sequence[TaskStart]) -> bool:
    """Whether most tasks with one id have words of their titles in common."""
    titles = {normalize_number(head.id): _words(head.title) for head in others}
    return is_majority(_words(head.title) & titles.get(normalize_number(head.id), set()) for head in heads)


def _words(title: str) -> set[str]:
    return set(re.findall(r"\w{2,}", title.casefold()))


def _detailed(heads: Sequence[TaskStart], details: Sequence[TaskStart]) -> list[TaskStart]:
    """The heads, with their text from where another shape tells more on the same task."""
    told = {normalize_number(head.id): head for head in details}
    return [structs.replace(head, detail=told.get(normalize_number(head.id))) for head in heads]
