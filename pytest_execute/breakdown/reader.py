"""From a text to a Plan: heads, streams, fields and gates put together, every problem told on the way."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from pytest_execute.breakdown import gates, sentence_dependencies, sentence_parser
from pytest_execute.breakdown.blocks import Document, parse_blocks
from pytest_execute.breakdown.detect_dialect import find_task_starts
from pytest_execute.breakdown.identity_fields import ids_from_fields, rename_tasks, streams_from_fields
from pytest_execute.breakdown.ids import normalize_id
from pytest_execute.breakdown.outline import Outline, task_extent
from pytest_execute.breakdown.plan_consistency import check_plan, check_stated_totals
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.resolve import Resolver, unique_gates
from pytest_execute.breakdown.sentence_parser import Mention
from pytest_execute.breakdown.streams import StreamStart
from pytest_execute.breakdown.streams import find_streams as read_sections
from pytest_execute.breakdown.task_sections import find_boxes as boxes_of
from pytest_execute.breakdown.task_sections import find_task_sections
from pytest_execute.breakdown.task_starts import TaskStart
from pytest_execute.breakdown.tasks import ParsedTask, parse_task
from pytest_execute.core.errors import Problem
from pytest_execute.core.plan import Plan

REMEDY = "write tasks as `### 1. [ ] Title`"


class ParsedBreakdown(Struct, frozen=True):
    """What a breakdown says. `plan` holds all that could be read, None where there is no task; problems go by line."""

    plan: Plan | None
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        """The problems that forbid to judge by this plan."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def read_text(text: str, topic: str, path: str) -> ParsedBreakdown:
    """The plan in a breakdown's text, and all problems of it in one pass."""
    desk = Problems(path)
    document = parse_blocks(text)
    outline = Outline(document)
    _hidden(document, desk)
    found = find_task_starts(outline, desk)
    if not found:
        _no_task(outline, desk)
        return ParsedBreakdown(None, desk.problems)
    plan = _plan(outline, found, topic, desk)
    return ParsedBreakdown(plan, desk.problems)


def _no_task(outline: Outline, desk: Problems) -> None:
    if desk.problems:
        return
    boxes = boxes_of(outline, find_task_sections(outline)) or boxes_of(outline, ())
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
    count = len(find_task_starts(Outline(parse_blocks(document.unclosed.content)), quiet))
    if count:
        tasks = f"{count} task{'s' if count > 1 else ''}"
        desk.tell(document.unclosed.line, "unclosed-fence", f"this fence is never closed and hides {tasks}")


def _plan(outline: Outline, found: Sequence[TaskStart], topic: str, desk: Problems) -> Plan:
    """The plan of the tasks that begin at `found`."""
    sections, stream_of = read_sections(outline, found, desk)
    heads = _restarted(found, stream_of)
    stops = _stops(outline, heads)
    drafts = [_in_stream(parse_task(outline, head, stops[head.at]), stream_of.get(head.at)) for head in heads]
    aliases = ids_from_fields(drafts)
    drafts = _once(rename_tasks(drafts, aliases), desk)
    if not sections:
        sections, drafts = streams_from_fields(outline, drafts)
    linker = Resolver(desk, sections, drafts, aliases)
    linker.sentences(outline, set(stops))
    begins = _firsts(stream_of)
    streams = tuple(linker.stream(outline, section, begins.get(section.id, section.at)) for section in sections)
    named = (linker.gate(outline, gate) for gate in gates.find_gates(outline))
    plan = Plan(
        topic=topic,
        path=desk.path,
        title=_title(outline),
        streams=streams,
        tasks=tuple(map(linker.task, drafts)),
        gates=unique_gates(named, desk),
    )
    listener = sentence_parser.SentenceParser(
        linker.names,
        sentence_parser.task_words(outline.blocks[head.at].text for head in heads),
        sentence_parser.stream_words(section.kind for section in sections),
    )
    places = sentence_dependencies.SentenceContext(
        _owners(outline, heads, stops, aliases, sections, begins), _used(linker, drafts)
    )
    plan = sentence_dependencies.add_sentence_dependencies(plan, outline, listener, places, desk)
    check_plan(plan, drafts, linker, desk)
    check_stated_totals(
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
    sections: Sequence[StreamStart],
    begins: Mapping[str, int],
) -> dict[int, Mention]:
    """The task or stream that each block speaks of where it names none."""
    owners: dict[int, Mention] = {}
    for section in sections:
        if section.at >= 0:
            owners.update(
                dict.fromkeys(range(section.at, begins.get(section.id, section.at)), Mention(streams=(section.id,)))
            )
    for head in heads:
        task = Mention((aliases.get(head.id, head.id),))
        owners[head.at] = task
        owners.update(dict.fromkeys(task_extent(outline.blocks, head.at, stops[head.at]), task))
    return owners


def _used(linker: Resolver, drafts: Sequence[ParsedTask]) -> frozenset[int]:
    """The lines that fields and sections have read already."""
    own = (
        piece for one in drafts for name in ("depends", "blocks") for field in one.of(name) for piece in field.pieces
    )
    lines = (line for piece in own for line in range(piece.line, piece.line + piece.text.count("\n") + 1))
    return frozenset((*linker.used, *lines))


def _in_stream(one: ParsedTask, stream: str | None) -> ParsedTask:
    return structs.replace(one, task=structs.replace(one.task, stream=stream))


def _stops(outline: Outline, heads: Sequence[TaskStart]) -> dict[int, int]:
    """For each task the index at which the next one begins."""
    begins = sorted(head.at for head in heads)
    return dict(zip(begins, [*begins[1:], len(outline.blocks)], strict=True))


def _restarted(heads: Sequence[TaskStart], stream_of: dict[int, str]) -> list[TaskStart]:
    """The tasks with their stream before the number, where every stream counts anew."""
    ids = [normalize_id(head.id) for head in heads]
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


def _once(drafts: Sequence[ParsedTask], desk: Problems) -> list[ParsedTask]:
    """The tasks without those whose id another one has, which are told."""
    kept: dict[str, ParsedTask] = {}
    for one in drafts:
        other = kept.setdefault(normalize_id(one.task.id), one)
        if other is not one:
            message = f"task {one.task.id} stands here and on line {other.task.line}: give it another id"
            desk.tell(one.task.line, "duplicate-task", message)
    return list(kept.values())
