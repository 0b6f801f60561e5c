"""Reader of a breakdown's text: it finds tasks, streams and gates, resolves their names, and reports all problems."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from pytest_execute.breakdown.account import LineAccount, ReadParts, account_lines, report_unread
from pytest_execute.breakdown.blocks import Document, parse_blocks
from pytest_execute.breakdown.detect_dialect import find_task_starts
from pytest_execute.breakdown.gates import WrittenGate, find_gates, report_unread_gates
from pytest_execute.breakdown.identity_fields import ids_from_fields, rename_tasks, streams_from_fields
from pytest_execute.breakdown.ids import normalize_id
from pytest_execute.breakdown.line_looks import describe_looks
from pytest_execute.breakdown.order_statements import Mention
from pytest_execute.breakdown.outline import Outline, task_extent
from pytest_execute.breakdown.plan_consistency import check_plan, check_stated_totals
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.repeated_tasks import report_ticked_streams
from pytest_execute.breakdown.resolve import Resolver, unique_gates
from pytest_execute.breakdown.sentence_dependencies import SentenceContext, add_sentence_dependencies
from pytest_execute.breakdown.sentence_parser import SentenceParser, find_stream_words, find_task_words
from pytest_execute.breakdown.streams import StreamStart, find_streams
from pytest_execute.breakdown.task_sections import find_boxes, find_task_sections
from pytest_execute.breakdown.task_starts import TaskStart
from pytest_execute.breakdown.tasks import ParsedTask, parse_task
from pytest_execute.core.errors import Problem
from pytest_execute.core.plan import Plan

REMEDY = "write tasks as `### 1. [ ] Title`"


class ParsedBreakdown(Struct, frozen=True):
    """Plan and problems of a breakdown.

    `plan` holds all that could be read, and is None if there is no task. `problems` are sorted by line. `account` has
    what each line was read as.
    """

    plan: Plan | None
    problems: tuple[Problem, ...]
    account: LineAccount = LineAccount({}, {})

    @property
    def errors(self) -> tuple[Problem, ...]:
        """Return the problems with which this plan cannot be judged."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


class BreakdownLayout(Struct, frozen=True):
    """Tasks and streams in the document.

    `stops` is `{index where a task begins: index where the next one begins}`, `first_tasks` is `{stream: index of its
    first task}`, `aliases` is `{id in a task's heading: id in its own field}`.
    """

    outline: Outline
    starts: Sequence[TaskStart]
    stops: Mapping[int, int]
    streams: Sequence[StreamStart]
    first_tasks: Mapping[str, int]
    aliases: Mapping[str, str]

    def block_owners(self) -> dict[int, Mention]:
        """Return `{index of a block: the task or stream that contains it}`."""
        owners: dict[int, Mention] = {}
        for stream in self.streams:
            if stream.index >= 0:
                above_tasks = range(stream.index, self.first_tasks.get(stream.id, stream.index))
                owners.update(dict.fromkeys(above_tasks, Mention(streams=(stream.id,))))
        for start in self.starts:
            task = Mention((self.aliases.get(start.id, start.id),))
            owners[start.index] = task
            owners.update(dict.fromkeys(task_extent(self.outline.blocks, start.index, self.stops[start.index]), task))
        return owners


def read_text(text: str, topic: str, path: str) -> ParsedBreakdown:
    """Return the plan in a breakdown's text, with all its problems; messages call the file `path`."""
    problems = Problems(path)
    document = parse_blocks(text)
    outline = Outline(document)
    _report_hidden_tasks(document, problems)
    starts = find_task_starts(outline, problems)
    if not starts:
        _report_no_task(outline, document.lines, problems)
        return ParsedBreakdown(None, problems.by_line(), LineAccount({}, {}, document.lines))
    plan, account = _build_plan(document, outline, starts, topic, problems)
    return ParsedBreakdown(plan, problems.by_line(), account)


def _report_no_task(outline: Outline, lines: Sequence[str], problems: Problems) -> None:
    """Report a file without tasks, with what looks like some."""
    if problems.by_line():
        return
    boxes = find_boxes(outline, find_task_sections(outline)) or find_boxes(outline, ())
    seen = describe_looks(lines)
    if boxes:
        count = f"{len(boxes)} box{'es' if len(boxes) > 1 else ''} without one"
        message = f"no task with an id here, but {', '.join([count, *seen])}: {REMEDY}"
        problems.report(outline.blocks[boxes[0]].line, "no-task", message)
    else:
        but = f", but {', '.join(seen)}" if seen else ""
        problems.report(1, "no-task", f"no task here{but}: write one as `### 1. [ ] Title`")


def _report_hidden_tasks(document: Document, problems: Problems) -> None:
    """Report a code fence without an end if there are tasks behind it."""
    if document.unclosed is None:
        return
    dropped = Problems(problems.path)
    count = len(find_task_starts(Outline(parse_blocks(document.unclosed.content)), dropped))
    if count:
        tasks = f"{count} task{'s' if count > 1 else ''}"
        problems.report(
            document.unclosed.line, "unclosed-fence", f"this code fence is never closed and hides {tasks}: close it"
        )


def _build_plan(
    document: Document, outline: Outline, found: Sequence[TaskStart], topic: str, problems: Problems
) -> tuple[Plan, LineAccount]:
    """Return the plan of the tasks that begin at `found`, and what each line was read as."""
    streams, stream_of = find_streams(outline, found, problems)
    starts = _with_stream_in_id(found, stream_of)
    stops = _next_starts(outline, starts)
    tasks = [_in_stream(parse_task(outline, start, stops[start.index]), stream_of.get(start.index)) for start in starts]
    aliases = ids_from_fields(tasks)
    written_tasks = rename_tasks(tasks, aliases)
    tasks = _without_duplicates(written_tasks, problems)
    if not streams:
        streams, tasks = streams_from_fields(outline, tasks)
    layout = BreakdownLayout(outline, starts, stops, streams, _first_tasks(stream_of), aliases)
    resolver = Resolver(problems, streams, tasks, aliases)
    owners = layout.block_owners()
    gates = list(find_gates(outline, stops, {index for index, owner in owners.items() if owner.tasks}))
    plan = _resolve(layout, tasks, gates, resolver, Plan(topic=topic, path=problems.path, title=_title(outline)))
    plan = _add_sentences(plan, layout, tasks, resolver, owners)
    check_plan(plan, tasks, resolver, problems)
    check_stated_totals(outline, plan, problems)
    report_ticked_streams(streams, document.lines, plan, problems)
    parts = ReadParts(owners, streams, written_tasks, gates, resolver.used_lines, stops)
    account = account_lines(document, parts)
    report_unread(outline, document, account, plan, problems)
    return plan, account


def _resolve(
    layout: BreakdownLayout,
    tasks: Sequence[ParsedTask],
    written: Sequence[WrittenGate],
    resolver: Resolver,
    plan: Plan,
) -> Plan:
    """Return the plan with streams, tasks and gates whose names are resolved."""
    outline, problems = layout.outline, resolver.problems
    resolver.add_stream_sentences(outline, set(layout.stops))
    streams = tuple(
        resolver.resolve_stream(outline, stream, layout.first_tasks.get(stream.id, stream.index))
        for stream in layout.streams
    )
    resolved_tasks = tuple(map(resolver.resolve_task, tasks))
    report_unread_gates(outline, written, layout.stops, problems)
    gates = unique_gates((resolver.resolve_gate(outline, gate) for gate in written), problems)
    return structs.replace(plan, streams=streams, tasks=resolved_tasks, gates=gates)


def _add_sentences(
    plan: Plan,
    layout: BreakdownLayout,
    tasks: Sequence[ParsedTask],
    resolver: Resolver,
    owners: Mapping[int, Mention],
) -> Plan:
    """Return the plan with the dependencies that sentences outside the fields state."""
    parser = SentenceParser(
        resolver.names,
        find_task_words(layout.outline.blocks[start.index].text for start in layout.starts),
        find_stream_words(stream.kind for stream in layout.streams),
    )
    context = SentenceContext(owners, _used_lines(resolver, tasks))
    return add_sentence_dependencies(plan, layout.outline, parser, context, resolver.problems)


def _title(outline: Outline) -> str:
    """Return the first heading of level 1."""
    return next((b.one_line for b in outline.blocks if b.kind == "heading" and b.depth == 1), "")


def _first_tasks(stream_of: dict[int, str]) -> dict[str, int]:
    return {stream: index for index, stream in sorted(stream_of.items(), reverse=True)}


def _used_lines(resolver: Resolver, tasks: Sequence[ParsedTask]) -> frozenset[int]:
    """Return the lines that were read as dependencies already, in fields and sections."""
    parts = (part for parsed in tasks for name in ("depends", "blocks") for part in parsed.fields.parts(name))
    lines = (line for part in parts for line in range(part.line, part.line + part.text.count("\n") + 1))
    return frozenset((*resolver.used_lines, *lines))


def _in_stream(parsed: ParsedTask, stream: str | None) -> ParsedTask:
    return structs.replace(parsed, task=structs.replace(parsed.task, stream=stream))


def _next_starts(outline: Outline, starts: Sequence[TaskStart]) -> dict[int, int]:
    """Return for each task the index where the next one begins, or the end of the document."""
    indexes = sorted(start.index for start in starts)
    return dict(zip(indexes, [*indexes[1:], len(outline.blocks)], strict=True))


def _with_stream_in_id(starts: Sequence[TaskStart], stream_of: dict[int, str]) -> list[TaskStart]:
    """Return the tasks with their stream before the number, `A1`, if each stream counts its tasks from the same number.

    This needs a repeated number, a stream for each task, and no number twice in one stream.
    """
    numbers = [normalize_id(start.id) for start in starts]
    placed = [(stream_of.get(start.index), number) for start, number in zip(starts, numbers, strict=True)]
    titled = {(number, start.title.casefold()) for start, number in zip(starts, numbers, strict=True)}
    is_repeated = len(set(numbers)) < len(numbers) and len(set(placed)) == len(placed) and None not in dict(placed)
    is_repeated = is_repeated and len(titled) * 2 > len(set(numbers)) + len(starts)  # else a list of the same tasks
    if not is_repeated:
        return list(starts)
    first_numbers = dict(reversed(placed))
    if len(first_numbers) < 2 or len(set(first_numbers.values())) > 1:
        return list(starts)
    return [structs.replace(start, id=_join_id(stream_of[start.index], start.id)) for start in starts]


def _join_id(stream: str, number: str) -> str:
    return f"{stream}{number}" if re.fullmatch(r"[A-Z]", stream) else f"{stream}-{number}"


def _without_duplicates(tasks: Sequence[ParsedTask], problems: Problems) -> list[ParsedTask]:
    """Return the tasks without those whose id an earlier one has; report them."""
    kept: dict[str, ParsedTask] = {}
    for parsed in tasks:
        first = kept.setdefault(normalize_id(parsed.task.id), parsed)
        if first is not parsed:
            message = f"task {parsed.task.id} is already on line {first.task.line}: give one of them another id"
            problems.report(parsed.task.line, "duplicate-task", message)
    return list(kept.values())
