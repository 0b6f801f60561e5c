"""Dependencies that sentences state: the certain ones are added to the plan, the others become warnings."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct, structs

from pytest_execute.breakdown.blocks import Block, lines_before
from pytest_execute.breakdown.dependency_collector import MAX_DEPENDENCIES
from pytest_execute.breakdown.field_labels import field_name
from pytest_execute.breakdown.order_looks import ORDER_HEADING
from pytest_execute.breakdown.order_statements import Mention, OrderStatement, ParsedSentence
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.sentence_parser import SentenceParser, split_sentences
from pytest_execute.breakdown.sentence_patterns import order_hint
from pytest_execute.core import graph
from pytest_execute.core.late_pattern import late_pattern
from pytest_execute.core.plan import Plan

UNCERTAIN_SENTENCE = "this text may state a dependency, and is not read: write it in the task's Dependencies"

PARTIAL_SENTENCE = "only a part of this text is read as dependencies: write them all in the tasks' Dependencies"

_MAX_PAIRS = 400
"""Pairs of tasks that are compared to find out whether an uncertain order holds."""


class SentenceContext(Struct, frozen=True):
    """Owner of each block by its index (the task or stream that contains it), and the lines that fields have used."""

    owners: Mapping[int, Mention]
    used_lines: frozenset[int]


class _CandidateText(Struct, frozen=True):
    """Sentence that may state an order. Arrows count too, except in tables; in code only arrows count.

    `subject` is the label of the list item, if another sentence of the item begins with it.
    """

    text: str
    line: int
    owner: Mention | None
    block_kind: str
    subject: str = ""


def add_sentence_dependencies(
    plan: Plan, outline: Outline, parser: SentenceParser, context: SentenceContext, problems: Problems
) -> Plan:
    """Return the plan with all dependencies that sentences state for certain; warn of the others."""
    sentences = list(_parse_sentences(outline, parser, context))
    sentences += _unread_diagrams(outline, {line for line, _ in sentences})
    if not sentences:
        return plan
    builder = _DependencyBuilder(plan, problems)
    for line, sentence in sentences:
        for statement in () if sentence.is_uncertain else sentence.statements:
            builder.add(statement, line)
    for line, sentence in sentences:
        if sentence.is_uncertain and not builder.already_holds(sentence):
            problems.warn(line, "prose-dependency", UNCERTAIN_SENTENCE)
        elif sentence.is_partial:
            problems.warn(line, "prose-dependency", PARTIAL_SENTENCE)
    return builder.plan()


def _parse_sentences(
    outline: Outline, parser: SentenceParser, context: SentenceContext
) -> Iterator[tuple[int, ParsedSentence]]:
    """Yield every sentence that states or may state an order, with its line."""
    yield from _parse_table_rows(outline, parser, context)
    for candidate in _candidate_texts(outline, context):
        if candidate.block_kind == "heading":
            yield candidate.line, parser.unread_order(candidate.text, candidate.owner)
            continue
        is_code = candidate.block_kind == "code"
        sentence = parser.parse(candidate.text, None if is_code else candidate.owner)
        if is_code and sentence.statements:
            sentence = ParsedSentence(sentence.statements, is_uncertain=True)
        if sentence.statements or sentence.is_uncertain:
            yield candidate.line, sentence
        elif candidate.block_kind not in ("row", "code"):
            yield candidate.line, parser.unread_order(f"{candidate.subject} {candidate.text}", candidate.owner)
        pairs = parser.arrow_pairs(candidate.text, candidate.owner) if candidate.block_kind != "row" else ()
        for pair in pairs:
            yield candidate.line, ParsedSentence(is_uncertain=True, mentions=pair)


def _unread_diagrams(outline: Outline, read_lines: Collection[int]) -> Iterator[tuple[int, ParsedSentence]]:
    """Yield each block of code below a heading such as "Order" whose arrows and words of order were not read."""
    for index, block in enumerate(outline.blocks):
        above = outline.heading_above[index] if block.kind == "code" else -1
        if above < 0 or not ORDER_HEADING.search(outline.blocks[above].text):
            continue
        lines = range(block.line, block.line + block.text.count("\n") + 1)
        if order_hint(block.text) is not None and not any(line in read_lines for line in lines):
            yield block.line, ParsedSentence(is_uncertain=True)


def _parse_table_rows(
    outline: Outline, parser: SentenceParser, context: SentenceContext
) -> Iterator[tuple[int, ParsedSentence]]:
    """Yield the dependencies in tables that are not the tasks themselves."""
    columns: dict[tuple[str, ...], int | None] = {}
    for block in outline.blocks:
        if block.kind != "row" or block.line in context.used_lines or not block.header:
            continue
        if block.header not in columns:
            columns[block.header] = _dependency_column(block.header)
        column = columns[block.header]
        if column is not None and column < len(block.cells):
            for statement in parser.row_dependencies(block.cells[0], block.cells[column]):
                yield block.line, ParsedSentence((statement,), is_uncertain=True)


def _dependency_column(header: tuple[str, ...]) -> int | None:
    return next((column for column, cell in enumerate(header) if column and field_name(cell) == "depends"), None)


def _candidate_texts(outline: Outline, context: SentenceContext) -> Iterator[_CandidateText]:
    """Yield every sentence that may state an order and that no field has used."""
    for index, block in (*enumerate(outline.blocks), *outline.quotes):
        owner = context.owners.get(index)
        is_other_heading = block.kind == "heading" and (owner is None or not owner.streams)
        if is_other_heading or order_hint(block.text) is None:
            continue
        for text, line in _sentences(block):
            hint = order_hint(text)
            hint_line = line + lines_before(text, hint or 0)
            if hint is not None and line not in context.used_lines and hint_line not in context.used_lines:
                yield _CandidateText(text, hint_line, owner, block.kind, _subject(block, text))


def _subject(block: Block, sentence: str) -> str:
    """Return the label of a list item, "**US1**:", for a sentence behind the first one."""
    label = _LABEL.match(block.text) if block.kind == "item" else None
    return label[0] if label and not block.text.startswith(sentence) else ""


# matches "**US1 (P1)**:" at the beginning of a text
_LABEL = late_pattern(r"[^\n:：]{1,80}[:：]")


def _sentences(block: Block) -> Iterator[tuple[str, int]]:
    """Yield the sentences of a block or of a row's cells, or the lines of code; each with its line."""
    if block.kind == "row":
        yield from ((text, block.line) for cell in block.cells for text, _ in split_sentences(cell))
    elif block.kind == "code":
        yield from ((text, block.line + offset) for offset, text in enumerate(block.text.split("\n")))
    else:
        yield from ((text, block.line_at(offset)) for text, offset in split_sentences(block.text))


class _DependencyGraph:
    """Dependencies between the tasks of a plan, while statements add to them."""

    def __init__(self, plan: Plan) -> None:
        self.edges = {task: dict.fromkeys(waits) for task, waits in plan.edges().items()}
        self._positions = {task: position for position, task in enumerate(graph.order(plan.edges()))}
        self._is_sorted = True  # as long as each edge leads to an earlier position, a later task is no dependency
        self._members: dict[str | None, list[str]] = {}
        for task in plan.tasks:
            self._members.setdefault(task.stream, []).append(task.id)

    def add(self, task: str, dependencies: dict[str, None]) -> None:
        """Let a task wait for others."""
        self._is_sorted &= all(self._positions[other] < self._positions[task] for other in dependencies)
        self.edges[task].update(dependencies)

    def waits_for(self, task: str, other: str) -> bool:
        """Return True if a task waits for another one, directly or not."""
        if other in self.edges[task]:
            return True
        if self._is_sorted and self._positions[other] > self._positions[task]:
            return False
        return other in graph.closure([task], {name: tuple(waits) for name, waits in self.edges.items()})

    def members_of(self, streams: Sequence[str]) -> list[str]:
        """Return the tasks of some streams."""
        return [task for stream in streams for task in self._members.get(stream, ())]

    def tasks_of(self, mention: Mention) -> list[str]:
        """Return the tasks that a mention means, those of its streams included."""
        return list(self.edges) if mention.wildcard else [*mention.tasks, *self.members_of(mention.streams)]

    def waiting_tasks(self, statement: OrderStatement) -> list[str]:
        """Return the tasks that wait in a statement: "all others" are no tasks that come before what they wait for."""
        tasks = self.tasks_of(statement.then)
        if not statement.then.wildcard:
            return tasks
        first = self.tasks_of(statement.first)
        before = {*first, *graph.closure(first, {name: tuple(waits) for name, waits in self.edges.items()})}
        return [task for task in tasks if task not in before]

    def tasks_before(self, mention: Mention, task: str) -> list[str]:
        """Return the tasks that a mention means in a statement about `task`: "all previous" are those above it."""
        ids = self.tasks_of(mention)
        return ids[: ids.index(task)] if mention.wildcard == "previous" else ids


class _DependencyBuilder:
    """Builder of a plan with the dependencies that sentences state."""

    def __init__(self, plan: Plan, problems: Problems) -> None:
        self._plan, self._problems = plan, problems
        self._graph = _DependencyGraph(plan)
        self._pairs = 0
        self._task_depends: dict[str, dict[str, None]] = {}
        self._stream_depends: dict[str, dict[str, None]] = {}
        self._stream_after: dict[str, dict[str, None]] = {}

    def add(self, statement: OrderStatement, line: int) -> None:
        """Add a statement; warn instead if the plan has the opposite order."""
        statement = OrderStatement(self._without_own_tasks(statement), statement.then)
        self._pairs += len(self._graph.tasks_of(statement.first)) * len(self._graph.tasks_of(statement.then))
        if self._pairs > MAX_DEPENDENCIES:
            self._problems.warn(line, "prose-dependency", UNCERTAIN_SENTENCE)
            return
        for then in self._graph.waiting_tasks(statement):
            for first in self._graph.tasks_before(statement.first, then):
                if first != then and self._graph.waits_for(first, then):
                    message = (
                        f"this text says that task {then} waits for task {first}, but task {first} waits for "
                        f"task {then}: correct one of them"
                    )
                    self._problems.warn(line, "prose-dependency", message)
                    return
        self._add_to_tasks(statement)
        if not statement.first.wildcard:
            self._add_to_streams(statement)

    def _without_own_tasks(self, statement: OrderStatement) -> Mention:
        """Return what comes first, without that for which a stream cannot wait: itself and its own tasks."""
        own_tasks = set(self._graph.members_of(statement.then.streams))
        return structs.replace(
            statement.first,
            tasks=tuple(task for task in statement.first.tasks if task not in own_tasks),
            streams=tuple(stream for stream in statement.first.streams if stream not in statement.then.streams),
        )

    def _add_to_tasks(self, statement: OrderStatement) -> None:
        first, then = statement.first, statement.then
        for task in self._graph.waiting_tasks(statement):
            dependencies = dict.fromkeys(other for other in self._graph.tasks_before(first, task) if other != task)
            self._graph.add(task, dependencies)
            if task in then.tasks or then.wildcard or first.wildcard:
                self._task_depends.setdefault(task, {}).update(dependencies)

    def _add_to_streams(self, statement: OrderStatement) -> None:
        for stream in statement.then.streams:
            self._stream_depends.setdefault(stream, {}).update(dict.fromkeys(statement.first.tasks))
            self._stream_after.setdefault(stream, {}).update(dict.fromkeys(statement.first.streams))

    def already_holds(self, sentence: ParsedSentence) -> bool:
        """Return True if the plan has the order that an uncertain sentence may state.

        Without statements, each two names that follow one another must have some order.
        """
        if sentence.statements:
            return all(self._all_wait(statement.first, statement.then) for statement in sentence.statements)
        pairs = list(pairwise(sentence.mentions))
        return bool(pairs) and all(
            left and right and (self._all_wait(left, right) or self._all_wait(right, left)) for left, right in pairs
        )

    def _all_wait(self, first: Mention, then: Mention) -> bool:
        """Return True if each task of `then` waits for each task of `first`."""
        pairs = [(a, b) for a in self._graph.tasks_of(first) for b in self._graph.tasks_of(then) if a != b]
        return len(pairs) <= _MAX_PAIRS and all(self._graph.waits_for(b, a) for a, b in pairs)

    def plan(self) -> Plan:
        """Return the plan with all dependencies that were added."""
        if not self._task_depends and not self._stream_depends:
            return self._plan
        tasks = tuple(
            structs.replace(task, depends=_united(task.depends, self._task_depends.get(task.id, ())))
            for task in self._plan.tasks
        )
        streams = tuple(
            structs.replace(
                stream,
                depends=_united(stream.depends, self._stream_depends.get(stream.id, ())),
                after=_united(stream.after, self._stream_after.get(stream.id, ())),
            )
            for stream in self._plan.streams
        )
        return structs.replace(self._plan, tasks=tasks, streams=streams)


def _united(ids: Sequence[str], more: Sequence[str] | dict[str, None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*ids, *more)))
