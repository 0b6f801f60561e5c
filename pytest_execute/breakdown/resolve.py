"""Streams, dependencies and gates: what needs all tasks to be known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from msgspec import structs

from pytest_execute.breakdown import dependency_parser, fields, file_references, gates, stream_sentences
from pytest_execute.breakdown.dependency_parser import DependencySource, ParsedDependencies
from pytest_execute.breakdown.ids import NamedStream, NameIndex, normalize_id
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.streams import StreamStart
from pytest_execute.breakdown.tasks import ParsedTask
from pytest_execute.breakdown.vocabulary import WHOLE_SUITE
from pytest_execute.core.plan import NamedGate, Stream, Task


class Resolver:
    """Resolves names against the tasks and streams of one breakdown."""

    def __init__(
        self, desk: Problems, sections: Sequence[StreamStart], drafts: Sequence[ParsedTask], aliases: Mapping[str, str]
    ) -> None:
        self.desk = desk
        groups = [
            NamedStream(id=section.id, kind=section.kind, title=section.title, aliases=section.aliases)
            for section in sections
        ]
        self.order = [draft.task.id for draft in drafts]
        self.names = NameIndex(((draft.task.id, draft.task.stream) for draft in drafts), groups, aliases)

        steps = {normalize_id(step.id): draft.task.id for draft in drafts for step in draft.task.substeps if step.id}
        self.names.steps.update(steps)
        self.used: set[int] = set()
        self.orders: tuple[stream_sentences.StreamSentence, ...] = ()
        self._told: dict[str, dict[str, None]] = {}

    def sentences(self, outline: Outline, tasks: set[int]) -> None:
        """Take in what sentences say about the order of streams."""
        self.orders = tuple(stream_sentences.find_stream_sentences(outline, self.names, tasks))
        for order in self.orders:
            self.used.add(order.line)
            for task in order.tasks:
                self._told.setdefault(task, {}).update(dict.fromkeys(order.wanted.tasks))
            if order.prose:
                who = " and ".join(f"stream {stream}" for stream in order.who)
                message = f"{who} depends on something that names no other stream: {order.prose}"
                self.desk.warn(order.line, "prose-dependency", message)

    def task(self, draft: ParsedTask) -> Task:
        """The task with its dependencies."""
        task, depends = draft.task, dict[str, None]()
        steps = [step.line for step in task.substeps] if draft.single else []
        for piece in _pieces(draft.of("depends")):
            inner = bool(steps) and piece.line > steps[0]
            place = DependencySource(f"task {task.id}", task.id, task.stream, inner, lambda: self._before(task.id))
            wanted = self._read(piece.joined, piece.line, place)
            members = (m for stream in wanted.streams for m in self.names.members.get(stream, ()))
            depends.update(dict.fromkeys((*wanted.tasks, *members)))
        depends.update(self._told.get(task.id, {}))
        depends.pop(task.id, None)
        return structs.replace(task, depends=tuple(depends))

    def blocked(self, draft: ParsedTask) -> dict[str, int]:
        """The tasks that a Blocks field names, with its line; what it says beyond them is not looked at."""
        self.used.update(piece.line for piece in _pieces(draft.of("blocks")))
        return {
            other: piece.line
            for piece in _pieces(draft.of("blocks"))
            for other in dependency_parser.parse_dependencies(
                piece.joined, self.names, DependencySource("", draft.task.id, draft.task.stream)
            ).tasks
        }

    def _before(self, task: str) -> tuple[str, ...]:
        return tuple(takewhile(lambda other: other != task, self.order))

    def _read(self, value: str, line: int, place: DependencySource) -> ParsedDependencies:
        wanted = dependency_parser.parse_dependencies(value, self.names, place)
        self.used.add(line)
        for code, message in wanted.wrong:
            self.desk.tell(line, code, message)
        if wanted.prose:
            message = f"{place.name} depends on something that names no task: {wanted.prose}"
            self.desk.warn(line, "prose-dependency", message)
        return wanted

    def stream(self, outline: Outline, section: StreamStart, stop: int) -> Stream:
        """The stream with what its heading and the lines below it ask for, up to its first task."""
        place = DependencySource(f"{section.kind or 'stream'} {section.id}", stream=section.id)
        reach = outline.section(section.at) if section.at >= 0 else ()
        below = takewhile(lambda at: at < stop and outline.blocks[at].kind != "heading", reach)
        asked = fields.fields_named(fields.read_fields(outline.blocks[at] for at in below), "depends")
        values = [(section.wants, section.line), *((piece.joined, piece.line) for piece in _pieces(asked))]
        found = [self._read(value, line, place) for value, line in values if value]
        found += [order.wanted for order in self.orders if section.id in order.who]
        after = dict.fromkeys(stream for wanted in found for stream in wanted.streams)
        if after.pop(section.id, 0) is None:
            self.desk.tell(section.line, "self-dependency", f"{place.name} depends on itself")
        depends = dict.fromkeys(task for wanted in found for task in wanted.tasks)
        for own in [task for task in depends if self.names.stream_of[task] == section.id]:
            self.desk.tell(section.line, "self-dependency", f"{place.name} depends on its own task {own}")
            del depends[own]
        return Stream(id=section.id, title=section.title, line=section.line, depends=tuple(depends), after=tuple(after))

    def gate(self, outline: Outline, gate: gates.WrittenGate) -> NamedGate:
        """The gate with the streams and tasks that it comes after."""
        wanted = self._read(gate.after, gate.line, DependencySource(gate.name)) if gate.after else ParsedDependencies()
        streams = wanted.streams
        if not streams and not wanted.tasks and (place := gates.gate_stream(outline, gate)):
            own = self.names.stream(place[1], place[0])
            streams = (own,) if own else ()
        return NamedGate(
            name=gate.name,
            text=gate.text,
            line=gate.line,
            after=streams,
            depends=wanted.tasks,
            tests=file_references.referenced_tests(gate.pieces),
            suite=WHOLE_SUITE.search(gate.text) is not None,
        )


def _pieces(found: Iterable[fields.Field]) -> Iterator[fields.ValuePart]:
    return (piece for field in found for piece in field.pieces if not piece.code)


def unique_gates(found: Iterable[NamedGate], desk: Problems) -> tuple[NamedGate, ...]:
    """The gates under names of their own: one name in two streams is told apart by the stream."""
    gates_by_name: dict[str, list[NamedGate]] = {}
    found = tuple(found)
    for gate in found:
        gates_by_name.setdefault(gate.name, []).append(gate)
    named: dict[str, NamedGate] = {}
    for gate in found:
        name = gate.name
        if len(gates_by_name[name]) > 1 and gate.after:
            name = f"{name} {gate.after[0]}"
        if name in named:
            desk.tell(
                gate.line, "duplicate-gate", f"{name} stands here and on line {named[name].line}: give it another name"
            )
        else:
            named[name] = structs.replace(gate, name=name)
    return tuple(named.values())
