"""From a text to a Plan: heads, streams, fields and gates put together, every problem told on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from pytest_execute.breakdown import gates, sentences, stated_order
from pytest_execute.breakdown.blocks import Document, parse
from pytest_execute.breakdown.detect_dialect import choose
from pytest_execute.breakdown.ids import normal
from pytest_execute.breakdown.outline import Outline, extent
from pytest_execute.breakdown.plan_checks import check, total
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.resolve import Resolver, unique
from pytest_execute.breakdown.self_naming import own_ids, renamed, streams_by_field
from pytest_execute.breakdown.sentences import Named
from pytest_execute.breakdown.streams import Section
from pytest_execute.breakdown.streams import read as read_sections
from pytest_execute.breakdown.task_sections import boxes as boxes_of
from pytest_execute.breakdown.task_sections import of_tasks
from pytest_execute.breakdown.task_starts import TaskStart
from pytest_execute.breakdown.tasks import Draft, draft
from pytest_execute.core.errors import Problem
from pytest_execute.core.plan import Plan

REMEDY = "write tasks as `### 1. [ ] Title`"


class Reading(Struct, frozen=True):
    """What a breakdown says. `plan` holds all that could be read, None where there is no task; problems go by line."""

    plan: Plan | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that forbid to judge by this plan."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def read_text(text: str, topic: str, path: str) -> Reading:
    """The plan in a breakdown's text, and all problems of it in one pass."""
    desk = Problems(path)
    document = parse(text)
    outline = Outline(document)
    _hidden(document, desk)
    found = choose(outline, desk)
    if not found:
        _no_task(outline, desk)
        return Reading(None, desk.problems)
    plan = _plan(outline, found, topic, desk)
    return Reading(plan, desk.problems)


def _no_task(outline: Outline, desk: Problems) -> None:
    if desk.problems:
        return
    boxes = boxes_of(outline, of_tasks(outline)) or boxes_of(outline, ())
    if boxes:
        seen = f"{len(boxes)} box{'es' if len(boxes) > 1 else ''} without one"
        desk.tell(outline.blocks[boxes[0]].line, "no-task", f"no task with an id here, but {seen}: {REMEDY}")
    else:
        desk.tell(1, "no-task", "no task here: write one as `### 1. [ ] Title`")


def _hidden(document: Document, desk: Problems) -> None:
    """Tasks that a fence without an end hides."""
    if document.unclosed is None:
        return
    quiet = Problems(desk.path)
    count = len(choose(Outline(parse(document.unclosed.content)), quiet))
    if count:
        tasks = f"{count} task{'s' if count > 1 else ''}"
        desk.tell(document.unclosed.line, "unclosed-fence", f"this fence is never closed and hides {tasks}")


def _plan(outline: Outline, found: Sequence[TaskStart], topic: str, desk: Problems) -> Plan:
    """The plan of the tasks that begin at `found`."""
    sections, stream_of = read_sections(outline, found, desk)
    heads = _restarted(found, stream_of)
    stops = _stops(outline, heads)
    drafts = [_in_stream(draft(outline, head, stops[head.at]), stream_of.get(head.at)) for head in heads]
    aliases = own_ids(drafts)
    drafts = _once(renamed(drafts, aliases), desk)
    if not sections:
        sections, drafts = streams_by_field(outline, drafts)
    linker = Resolver(desk, sections, drafts, aliases)
    linker.sentences(outline, set(stops))
    begins = _firsts(stream_of)
    streams = tuple(linker.stream(outline, section, begins.get(section.id, section.at)) for section in sections)
    named = (linker.gate(outline, gate) for gate in gates.read(outline))
    plan = Plan(
        topic=topic,
        path=desk.path,
        title=_title(outline),
        streams=streams,
        tasks=tuple(map(linker.task, drafts)),
        gates=unique(named, desk),
    )
    listener = sentences.SentenceReader(
        linker.names,
        sentences.words_of(outline.blocks[head.at].text for head in heads),
        sentences.kinds_of(section.kind for section in sections),
    )
    places = stated_order.SentenceOwners(
        _owners(outline, heads, stops, aliases, sections, begins), _used(linker, drafts)
    )
    plan = stated_order.add(plan, outline, listener, places, desk)
    check(plan, drafts, linker, desk)
    total(
        ((block.line, block.joined) for block in outline.blocks if "otal" in block.text or "ll " in block.text),
        plan,
        desk,
    )
    return plan


def _title(outline: Outline) -> str:
    """The first heading of the first level."""
    return next((b.joined for b in outline.blocks if b.kind == "heading" and b.depth == 1), "")


def _firsts(stream_of: dict[int, str]) -> dict[str, int]:
    """The index of each stream's first task."""
    return {stream: at for at, stream in sorted(stream_of.items(), reverse=True)}


def _owners(
    outline: Outline,
    heads: Sequence[TaskStart],
    stops: Mapping[int, int],
    aliases: Mapping[str, str],
    sections: Sequence[Section],
    begins: Mapping[str, int],
) -> dict[int, Named]:
    """The task or stream that each block speaks of where it names none."""
    owners: dict[int, Named] = {}
    for section in sections:
        if section.at >= 0:
            owners.update(
                dict.fromkeys(range(section.at, begins.get(section.id, section.at)), Named(streams=(section.id,)))
            )
    for head in heads:
        task = Named((aliases.get(head.id, head.id),))
        owners[head.at] = task
        owners.update(dict.fromkeys(extent(outline.blocks, head.at, stops[head.at]), task))
    return owners


def _used(linker: Resolver, drafts: Sequence[Draft]) -> frozenset[int]:
    """The lines that fields and sections have read already."""
    own = (
        piece for one in drafts for name in ("depends", "blocks") for field in one.of(name) for piece in field.pieces
    )
    lines = (line for piece in own for line in range(piece.line, piece.line + piece.text.count("\n") + 1))
    return frozenset((*linker.used, *lines))


def _in_stream(one: Draft, stream: str | None) -> Draft:
    return structs.replace(one, task=structs.replace(one.task, stream=stream))


def _stops(outline: Outline, heads: Sequence[TaskStart]) -> dict[int, int]:
    """For each task the index at which the next one begins."""
    begins = sorted(head.at for head in heads)
    return dict(zip(begins, [*begins[1:], len(outline.blocks)], strict=True))


def _restarted(heads: Sequence[TaskStart], stream_of: dict[int, str]) -> list[TaskStart]:
    """The tasks with their stream before the number, where every stream counts anew."""
    ids = [normal(head.id) for head in heads]
    placed = [(stream_of.get(head.at), name) for head, name in zip(heads, ids, strict=True)]
    again = len(set(ids)) < len(ids) and len(set(placed)) == len(placed) and None not in dict(placed)
    firsts = (
        [name for at, (stream, name) in enumerate(placed) if stream not in [s for s, _ in placed[:at]]] if again else []
    )
    if len(firsts) < 2 or len(set(firsts)) > 1:
        return list(heads)
    return [structs.replace(head, id=_joined(stream_of[head.at], head.id)) for head in heads]


def _joined(stream: str, number: str) -> str:
    return f"{stream}{number}" if re.fullmatch(r"[A-Z]", stream) else f"{stream}-{number}"


def _once(drafts: Sequence[Draft], desk: Problems) -> list[Draft]:
    """The tasks without those whose id another one has, which are told."""
    kept: dict[str, Draft] = {}
    for one in drafts:
        other = kept.setdefault(normal(one.task.id), one)
        if other is not one:
            message = f"task {one.task.id} stands here and on line {other.task.line}: give it another id"
            desk.tell(one.task.line, "duplicate-task", message)
    return list(kept.values())
