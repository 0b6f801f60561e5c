"""The order that sentences state, held against the plan: what is certain is added, what is not is told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from msgspec import Struct, structs

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.sentence_parser import (
    ORDER_HINT,
    Mention,
    OrderStatement,
    ParsedSentence,
    SentenceParser,
    may_state_order,
    split_sentences,
)
from pytest_execute.breakdown.vocabulary import field_name
from pytest_execute.core import graph
from pytest_execute.core.plan import Plan

REMEDY = "this may say what waits for what, and is not read: state it in the Dependencies of the task"


class SentenceContext(Struct, frozen=True):
    """The task or stream in which each block stands, and the lines that fields and sections have used already."""

    owners: Mapping[int, Mention]
    used: frozenset[int]


def add_sentence_dependencies(
    plan: Plan, outline: Outline, listener: SentenceParser, places: SentenceContext, desk: Problems
) -> Plan:
    """The plan with all that sentences anywhere in the text say for sure on its order."""
    heard = list(_heard(outline, listener, places))
    if not heard:
        return plan
    orders = _DependencyBuilder(plan, desk)
    for line, one in heard:
        for said in () if one.doubtful else one.said:
            orders.take(said, line)
    for line, one in heard:
        if one.doubtful and not orders.holds(one):
            desk.warn(line, "prose-dependency", REMEDY)
    return orders.plan()


def _heard(outline: Outline, listener: SentenceParser, places: SentenceContext) -> Iterator[tuple[int, ParsedSentence]]:
    """All that says or may say something, with its line."""
    yield from _rows(outline, listener, places)
    for line, text, here, arrows in _texts(outline, places):
        one = listener.hear(text, None if arrows == "only" else here)
        if arrows == "only" and one.said:
            one = ParsedSentence(one.said, doubtful=True)
        if one.said or one.doubtful:
            yield line, one
        for pair in listener.chain(text, here) if arrows else ():
            yield line, ParsedSentence(doubtful=True, names=pair)


def _rows(outline: Outline, listener: SentenceParser, places: SentenceContext) -> Iterator[tuple[int, ParsedSentence]]:
    """What tables that are not the tasks themselves say on their dependencies."""
    columns: dict[tuple[str, ...], int | None] = {}
    for block in outline.blocks:
        if block.kind != "row" or block.line in places.used or not block.header:
            continue
        if block.header not in columns:
            columns[block.header] = next(
                (at for at, cell in enumerate(block.header) if at and field_name(cell) == "depends"), None
            )
        column = columns[block.header]
        if column is not None and column < len(block.cells):
            for pair in listener.row(block.cells[0], block.cells[column]):
                yield block.line, ParsedSentence((OrderStatement(*pair),), doubtful=True)


def _texts(outline: Outline, places: SentenceContext) -> Iterator[tuple[int, str, Mention | None, str]]:
    """Every sentence that may state an order: line, text, where it stands, and whether arrows in it count."""
    arrows = {"row": "", "code": "only"}
    for at, block in (*enumerate(outline.blocks), *outline.quotes):
        if block.kind == "heading" or not may_state_order(block.text):
            continue
        for text, line in _pieces(block):
            hint = ORDER_HINT.search(text)
            told = line + text.count("\n", 0, hint.start()) if hint else line
            if hint and line not in places.used and told not in places.used:
                yield told, text, places.owners.get(at), arrows.get(block.kind, "also")


def _pieces(block: Block) -> Iterator[tuple[str, int]]:
    """The sentences of a block, the cells of a row, the lines of code; with their lines."""
    if block.kind == "row":
        yield from ((text, block.line) for cell in block.cells for text, _ in split_sentences(cell))
    elif block.kind == "code":
        yield from ((text, block.line + at) for at, text in enumerate(block.text.split("\n")))
    else:
        yield from ((text, block.line_at(at)) for text, at in split_sentences(block.text))


class _DependencyBuilder:
    """The dependencies of a plan, while sentences add to them."""

    def __init__(self, plan: Plan, desk: Problems) -> None:
        self._plan, self._desk = plan, desk
        self._edges = {task: dict.fromkeys(waits) for task, waits in plan.edges().items()}
        self._places = {task: at for at, task in enumerate(graph.order(plan.edges()))}
        self._forward = True
        self._members: dict[str | None, list[str]] = {}
        for task in plan.tasks:
            self._members.setdefault(task.stream, []).append(task.id)
        self._tasks: dict[str, dict[str, None]] = {}
        self._streams: dict[str, tuple[dict[str, None], dict[str, None]]] = {}

    def take(self, said: OrderStatement, line: int) -> None:
        """Add what a sentence says, unless the plan says the contrary."""
        said = OrderStatement(self._without(said.first, said.then), said.then)
        for then in self._tasks_of(said.then):
            for first in self._first(said.first, then):
                if first != then and self._waits(first, then):
                    message = (
                        f"this says that task {then} waits for task {first}, but task {first} waits for task {then}"
                    )
                    self._desk.warn(line, "prose-dependency", f"{message}: make the two agree")
                    return
        self._keep(said)

    def _without(self, first: Mention, then: Mention) -> Mention:
        """What comes first without what a stream cannot wait for: itself and its own tasks."""
        inside = {task for stream in then.streams for task in self._members.get(stream, ())}
        return structs.replace(
            first,
            tasks=tuple(task for task in first.tasks if task not in inside),
            streams=tuple(stream for stream in first.streams if stream not in then.streams),
        )

    def _keep(self, said: OrderStatement) -> None:
        for then in self._tasks_of(said.then):
            firsts = dict.fromkeys(first for first in self._first(said.first, then) if first != then)
            self._forward &= all(self._places[first] < self._places[then] for first in firsts)
            self._edges[then].update(firsts)
            if then in said.then.tasks or said.then.rest or said.first.rest:
                self._tasks.setdefault(then, {}).update(firsts)
        for stream in () if said.first.rest else said.then.streams:
            depends, after = self._streams.setdefault(stream, ({}, {}))
            depends.update(dict.fromkeys(said.first.tasks))
            after.update(dict.fromkeys(said.first.streams))

    def _tasks_of(self, named: Mention) -> list[str]:
        if named.rest:
            return list(self._edges)
        return [*named.tasks, *(task for stream in named.streams for task in self._members.get(stream, ()))]

    def _first(self, named: Mention, then: str) -> Sequence[str]:
        """The tasks that come first, seen from the task that waits for them."""
        if not named.rest:
            return self._tasks_of(named)
        ids = list(self._edges)
        return ids[: ids.index(then)] if named.rest == "previous" else ids

    def _waits(self, task: str, other: str) -> bool:
        """Whether a task waits for another one, directly or not."""
        if other in self._edges[task]:
            return True
        if self._forward and self._places[other] > self._places[task]:
            return False
        return other in graph.closure([task], {name: tuple(waits) for name, waits in self._edges.items()})

    def holds(self, heard: ParsedSentence) -> bool:
        """Whether all that may have been said holds already: just so, or with all that is named, in turn, in some order."""
        if heard.said:
            return all(self._after(said.first, said.then) for said in heard.said)
        pairs = list(pairwise(heard.names))
        return bool(pairs) and all(a and b and (self._after(a, b) or self._after(b, a)) for a, b in pairs)

    def _after(self, first: Mention, then: Mention) -> bool:
        """Whether each task of the one waits for each task of the other."""
        pairs = [(a, b) for a in self._tasks_of(first) for b in self._tasks_of(then) if a != b]
        return len(pairs) <= 400 and all(self._waits(b, a) for a, b in pairs)

    def plan(self) -> Plan:
        """The plan with all that was taken."""
        if not self._tasks and not self._streams:
            return self._plan
        tasks = tuple(
            structs.replace(task, depends=tuple(dict.fromkeys((*task.depends, *self._tasks.get(task.id, ())))))
            for task in self._plan.tasks
        )
        streams = []
        for stream in self._plan.streams:
            depends, after = self._streams.get(stream.id, ({}, {}))
            streams.append(
                structs.replace(
                    stream,
                    depends=tuple(dict.fromkeys((*stream.depends, *depends))),
                    after=tuple(dict.fromkeys((*stream.after, *after))),
                )
            )
        return structs.replace(self._plan, tasks=tasks, streams=tuple(streams))
