"""Collector of the tasks and streams that one value of a Dependencies field names, and of the errors in their names."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec import Struct

from pytest_execute.breakdown.id_ranges import BadRange, expand_ids
from pytest_execute.breakdown.ids import normalize_id
from pytest_execute.breakdown.name_index import AmbiguousName, NameIndex

MAX_DEPENDENCIES = 1_000_000
"""Dependencies of a plan, those of a range or of "all previous tasks" counted one by one."""


class ParsedDependencies(Struct, frozen=True):
    """Ids of the tasks and streams in a value.

    `errors` are (code, message) pairs, `unread` is text that names nothing.
    """

    tasks: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    unread: str = ""


class DependencySource(Struct, frozen=True):
    """Owner of a value: its `name` in messages, such as "task 3", its task and stream, and the tasks before it.

    `may_be_substep` is True where the value may be that of a substep, which may depend on its own task.
    """

    name: str
    task: str | None = None
    stream: str | None = None
    may_be_substep: bool = False
    previous: tuple[str, ...] | Callable[[], tuple[str, ...]] = ()


NO_SOURCE = DependencySource("")
"""Source of a text outside any field; its errors are dropped."""


class DependencyCollector:
    """Collector of the tasks and streams in one value, and of the errors in their names."""

    def __init__(self, names: NameIndex, source: DependencySource) -> None:
        self.names, self.source = names, source
        self.tasks: dict[str, None] = {}
        self.streams: dict[str, None] = {}
        self.errors: dict[tuple[str, str], None] = {}

    def result(self, unread: str) -> ParsedDependencies:
        """Return all that was collected."""
        return ParsedDependencies(tuple(self.tasks), tuple(self.streams), tuple(self.errors), unread)

    def add_error(self, code: str, message: str) -> None:
        """Add a problem of the value's owner."""
        self.errors.setdefault((code, f"{self.source.name} {message}"))

    def expand(self, text: str) -> Iterator[str]:
        """Yield the names in a list; a range that is none becomes an error."""
        for name in expand_ids(text, self.names, self.source.stream):
            if isinstance(name, BadRange):
                self.add_error("bad-range", f"depends on {name.first} to {name.last}, which is no range: list the ids")
            else:
                yield name

    def add_tasks(self, text: str) -> None:
        """Add the tasks that a list names."""
        for name in self.expand(text):
            self.add_task(name)

    def add_task(self, name: str) -> None:
        """Add the task that a name means; a substep's id means its task."""
        task = self.names.task(name, self.source.stream)
        parent = self.names.parent_of_substep.get(normalize_id(name)) if task is None else None
        if parent is not None:
            if parent != self.source.task:
                self.tasks.setdefault(parent)
        elif isinstance(task, AmbiguousName):
            candidates = " or ".join(f"task {candidate}" for candidate in task.candidates)
            self.add_error(
                "ambiguous-task", f"depends on {name}, which may be {candidates}: give one of them another id"
            )
        elif task is None:
            self._add_stream_or_error(name)
        elif task == self.source.task:
            if not self.source.may_be_substep:
                self.add_error("self-dependency", "depends on itself: remove it")
        else:
            self.tasks.setdefault(task)

    def _add_stream_or_error(self, name: str) -> None:
        """Add the stream that a letter or code means; any other name is an unknown task."""
        stream = None if name[0].isdigit() else self.names.stream(name)
        if stream is not None:
            self.streams.setdefault(stream)
            return
        nearest = self.names.nearest_task(name)
        self.add_error("unknown-task", f"depends on {name}, which no stream has{nearest}")
