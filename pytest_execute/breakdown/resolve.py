"""Resolver of the names in dependencies and gates, for which all tasks and streams must be known."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import takewhile

from msgspec import structs

from pytest_execute.breakdown.dependency_collector import (
    MAX_DEPENDENCIES,
    NO_SOURCE,
    DependencySource,
    ParsedDependencies,
)
from pytest_execute.breakdown.dependency_parser import parse_dependencies
from pytest_execute.breakdown.fields import TASK_AT_BEGINNING, Fields, ValuePart, read_fields
from pytest_execute.breakdown.file_references import referenced_tests
from pytest_execute.breakdown.gates import WrittenGate, gate_stream
from pytest_execute.breakdown.ids import normalize_id
from pytest_execute.breakdown.name_index import NamedStream, NameIndex
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.stream_sentences import StreamSentence, find_stream_sentences
from pytest_execute.breakdown.streams import StreamStart
from pytest_execute.breakdown.tasks import ParsedTask
from pytest_execute.breakdown.vocabulary import WHOLE_SUITE
from pytest_execute.core.late_pattern import late_pattern
from pytest_execute.core.plan import NamedGate, Stream, Task

# matches labels of other relations than an order: "Related", "See also", "Parallel with"
_OTHER_RELATION = late_pattern(
    r"relat|parent|\bsee\b|epic|story|replac|supersed|parallel|similar|duplicate|part of|split|merged|moved|renamed"
    r"|note|source|reference|cover|implement|verif|\bnext\b|title|name|\bP\b",
    re.IGNORECASE,
)
UNKNOWN_LABEL = '"{}" names a task and is no field: write "Depends on" if it waits for that task'


class Resolver:
    """Resolver of names against the tasks and streams of one breakdown.

    `aliases` is `{id in a task's heading: id in its own field}`. `used_lines` grows by each line that is read as a
    dependency.
    """

    def __init__(
        self,
        problems: Problems,
        streams: Sequence[StreamStart],
        tasks: Sequence[ParsedTask],
        aliases: Mapping[str, str],
    ) -> None:
        self.problems = problems
        named = [NamedStream(id=s.id, kind=s.kind, title=s.title, aliases=s.aliases) for s in streams]
        self.task_ids = [parsed.task.id for parsed in tasks]
        titles = ((parsed.task.title, parsed.task.id) for parsed in tasks)
        self.names = NameIndex(((parsed.task.id, parsed.task.stream) for parsed in tasks), named, aliases, titles)
        self.names.parent_of_substep.update(
            (normalize_id(step.id), parsed.task.id) for parsed in tasks for step in parsed.task.substeps if step.id
        )
        self.used_lines: set[int] = set()
        self._dependencies = 0
        self._stream_sentences: tuple[StreamSentence, ...] = ()
        self._depends_by_sentence: dict[str, dict[str, None]] = {}

    def add_stream_sentences(self, outline: Outline, tasks: set[int]) -> None:
        """Read the sentences about the order of streams; `tasks` are the indexes of the blocks that begin tasks."""
        self._stream_sentences = tuple(find_stream_sentences(outline, self.names, tasks))
        for sentence in self._stream_sentences:
            self.used_lines.add(sentence.line)
            for task in sentence.tasks:
                self._depends_by_sentence.setdefault(task, {}).update(dict.fromkeys(sentence.depends_on.tasks))
            if sentence.unread:
                subject = " and ".join(f"stream {stream}" for stream in sentence.streams)
                message = f'{subject} depends on "{sentence.unread}", which names no other stream: write its id'
                self.problems.warn(sentence.line, "prose-dependency", message)

    def resolve_task(self, parsed: ParsedTask) -> Task:
        """Return the task with its dependencies."""
        task, depends = parsed.task, dict[str, None]()
        step_lines = [step.line for step in task.substeps] if parsed.is_one_line else []
        for part in _text_parts(parsed.fields, "depends") if self._dependencies <= MAX_DEPENDENCIES else ():
            may_be_substep = bool(step_lines) and part.line > step_lines[0]
            source = DependencySource(
                f"task {task.id}", task.id, task.stream, may_be_substep, lambda: self._tasks_before(task.id)
            )
            named = self._parse(part.one_line, part.line, source)
            members = (member for stream in named.streams for member in self.names.members.get(stream, ()))
            depends.update(dict.fromkeys((*named.tasks, *members)))
        depends.update(self._depends_by_sentence.get(task.id, {}))
        depends.pop(task.id, None)
        self._report_unknown_labels(parsed)
        return structs.replace(task, depends=self._within_limit(task, tuple(depends)))

    def _within_limit(self, task: Task, depends: tuple[str, ...]) -> tuple[str, ...]:
        """Return the dependencies of a task; none, and an error, where the plan has too many."""
        self._dependencies += len(depends)
        if self._dependencies <= MAX_DEPENDENCIES:
            return depends
        if self._dependencies - len(depends) <= MAX_DEPENDENCIES:
            message = f"more than {MAX_DEPENDENCIES} dependencies up to task {task.id}: let streams depend on streams"
            self.problems.report(task.line, "too-large", message)
        return ()

    def _report_unknown_labels(self, parsed: ParsedTask) -> None:
        """Warn of labels that are no fields and whose value begins with another task: they may mean a dependency."""
        for field in parsed.fields.all:
            value = field.parts[0] if field.name is None and field.parts else None
            if value is None or not TASK_AT_BEGINNING.match(value.text) or _OTHER_RELATION.search(field.label):
                continue
            tasks = parse_dependencies(value.one_line, self.names, NO_SOURCE).tasks
            if any(task != parsed.task.id for task in tasks):
                self.used_lines.add(field.line)
                self.problems.warn(field.line, "prose-dependency", UNKNOWN_LABEL.format(field.label))

    def blocked_tasks(self, parsed: ParsedTask) -> dict[str, int]:
        """Return `{task in a Blocks field: line}`; the field's other words are not read."""
        source = DependencySource("", parsed.task.id, parsed.task.stream)
        blocked: dict[str, int] = {}
        for part in _text_parts(parsed.fields, "blocks") if self._dependencies <= MAX_DEPENDENCIES else ():
            self.used_lines.add(part.line)
            blocked.update(dict.fromkeys(parse_dependencies(part.one_line, self.names, source).tasks, part.line))
        self._within_limit(parsed.task, tuple(blocked))
        return blocked

    def _tasks_before(self, task: str) -> tuple[str, ...]:
        return tuple(takewhile(lambda other: other != task, self.task_ids))

    def _parse(self, value: str, line: int, source: DependencySource) -> ParsedDependencies:
        """Return the names in a value, and report its problems."""
        named = parse_dependencies(value, self.names, source)
        self.used_lines.add(line)
        for code, message in named.errors:
            self.problems.report(line, code, message)
        if named.unread:
            message = f'{source.name} depends on "{named.unread}", which names no task: write its id'
            self.problems.warn(line, "prose-dependency", message)
        return named

    def resolve_stream(self, outline: Outline, stream: StreamStart, stop: int) -> Stream:
        """Return the stream with the dependencies in its heading, and in the lines below it up to the block `stop`."""
        source = DependencySource(f"{stream.kind or 'stream'} {stream.id}", stream=stream.id)
        section = outline.section(stream.index) if stream.index >= 0 else ()
        below = takewhile(lambda index: index < stop and outline.blocks[index].kind != "heading", section)
        fields = Fields(read_fields(outline.blocks[index] for index in below))
        values = [(stream.depends_text, stream.line)]
        values += [(part.one_line, part.line) for part in _text_parts(fields, "depends")]
        named = [self._parse(value, line, source) for value, line in values if value]
        named += [sentence.depends_on for sentence in self._stream_sentences if stream.id in sentence.streams]
        after = dict.fromkeys(other for each in named for other in each.streams)
        if after.pop(stream.id, 0) is None:
            self.problems.report(stream.line, "self-dependency", f"{source.name} depends on itself: remove it")
        depends = dict.fromkeys(task for each in named for task in each.tasks)
        for own in [task for task in depends if self.names.stream_of[task] == stream.id]:
            self.problems.report(
                stream.line, "self-dependency", f"{source.name} depends on its own task {own}: remove it"
            )
            del depends[own]
        return Stream(id=stream.id, title=stream.title, line=stream.line, depends=tuple(depends), after=tuple(after))

    def resolve_gate(self, outline: Outline, gate: WrittenGate) -> NamedGate:
        """Return the gate with the streams and tasks that it comes after, or else with the stream that contains it."""
        named = self._parse(gate.after, gate.line, DependencySource(gate.name)) if gate.after else ParsedDependencies()
        streams = named.streams
        if not streams and not named.tasks and (kind_and_id := gate_stream(outline, gate)):
            kind, name = kind_and_id
            own = self.names.stream(name, kind)
            streams = (own,) if own else ()
        return NamedGate(
            name=gate.name,
            text=gate.text,
            line=gate.line,
            after=streams,
            depends=named.tasks,
            tests=referenced_tests(gate.parts),
            suite=WHOLE_SUITE.search(gate.text) is not None,
        )


def _text_parts(fields: Fields, name: str) -> Iterator[ValuePart]:
    return (part for part in fields.parts(name) if not part.is_code)


def unique_gates(gates: Iterable[NamedGate], problems: Problems) -> tuple[NamedGate, ...]:
    """Return the gates with unique names: where two streams have a gate of one name, the stream is added to it."""
    gates = tuple(gates)
    count = Counter(gate.name for gate in gates)
    by_name: dict[str, NamedGate] = {}
    for gate in gates:
        is_shared = count[gate.name] > 1 and gate.after
        name = f"{gate.name} {gate.after[0]}" if is_shared else gate.name
        if name in by_name:
            message = f'"{name}" is already the name of the gate on line {by_name[name].line}: give one another name'
            problems.report(gate.line, "duplicate-gate", message)
        else:
            by_name[name] = structs.replace(gate, name=name)
    return tuple(by_name.values())
