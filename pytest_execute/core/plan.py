"""Plan of a topic as values, as `notes/<topic>/breakdown.md` has it, each with its line.

Every path is relative to the root directory and has forward slashes; every `line` counts from 1 in the breakdown.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from pytest_execute.core import gate_ids, graph, nodeids


class FileRef(Struct, frozen=True):
    """File of the implementation, whole or from line `first` to line `last`, both included."""

    path: str
    line: int
    first: int | None = None
    last: int | None = None


class TestRef(Struct, frozen=True):
    """Test as the breakdown names it: a nodeid, a file or a directory."""

    __test__ = False  # pytest would collect it by its name

    target: str
    line: int


class Substep(Struct, frozen=True):
    """Ticked or open box below a task, such as `- [x] 1.1 Write the failing tests`."""

    id: str
    title: str
    done: bool
    line: int


class Specification(Struct, frozen=True):
    """Text that says when a task is right, with the box before it if there is one.

    `kind` is acceptance, test, security, integration, end-to-end or performance. Scenarios are in `Task.behaviour`, and
    tests with a name in `Task.tests`.
    """

    kind: str
    text: str
    line: int


class Task(Struct, frozen=True, kw_only=True):
    """One task. `depends` holds the ids of the tasks that it names itself; `Plan.edges` adds those of its stream.

    `no_tests` is the reason why it has no tests, "" where its Tests field gives none, None where it does not say so.
    `state` is that of a task that is not done: its box or its Status may say that it is begun, or blocked.
    """

    id: str
    title: str
    line: int
    done: bool = False
    state: Literal["open", "begun", "blocked"] = "open"
    stream: str | None = None
    objective: str = ""
    files: tuple[FileRef, ...] = ()
    tests: tuple[TestRef, ...] = ()
    no_tests: str | None = None
    depends: tuple[str, ...] = ()
    behaviour: tuple[str, ...] = ()
    specifications: tuple[Specification, ...] = ()
    effort: str = ""
    agent: str = ""
    commit: str = ""
    substeps: tuple[Substep, ...] = ()


class Stream(Struct, frozen=True, kw_only=True):
    """Group of tasks. `depends` holds ids of tasks, `after` ids of streams: each task of this stream waits for both."""

    id: str
    title: str
    line: int
    depends: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


class NamedGate(Struct, frozen=True, kw_only=True):
    """Gate that the breakdown names, such as `**Gate 1**: `tests/test_a.py` passes (after Stream A)`.

    `after` holds ids of streams, `depends` ids of tasks; with `suite` the whole suite has to pass.
    """

    name: str
    text: str
    line: int
    after: tuple[str, ...] = ()
    depends: tuple[str, ...] = ()
    tests: tuple[TestRef, ...] = ()
    suite: bool = False

    def awaited_gates(self) -> tuple[str, ...]:
        """Return the ids of the gates that it waits for: `stream:A`, `task:1`."""
        return (*(gate_ids.stream(stream) for stream in self.after), *(gate_ids.task(task) for task in self.depends))


class Plan(Struct, frozen=True, kw_only=True):
    """All of a topic's breakdown, ids resolved, without cycles, in the order in which it is written."""

    topic: str
    path: str
    title: str = ""
    streams: tuple[Stream, ...] = ()
    tasks: tuple[Task, ...] = ()
    gates: tuple[NamedGate, ...] = ()

    @property
    def named_paths(self) -> tuple[str, ...]:
        """Return the files and directories that the tasks name in their Files and Tests."""
        files = [ref.path for task in self.tasks for ref in task.files]
        tests = [nodeids.file_of(ref.target) for task in self.tasks for ref in task.tests]
        return tuple(dict.fromkeys(path.rstrip("/") for path in (*files, *tests)))

    def tasks_of(self, stream: str) -> tuple[Task, ...]:
        """Return the tasks of the stream with this id."""
        return tuple(task for task in self.tasks if task.stream == stream)

    def edges(self) -> dict[str, tuple[str, ...]]:
        """Return `{task id: ids of the tasks it waits for}`, its own dependencies first, then those of its stream."""
        members: dict[str | None, list[str]] = {}
        for task in self.tasks:
            members.setdefault(task.stream, []).append(task.id)
        shared = {
            stream.id: (*stream.depends, *(task for other in stream.after for task in members.get(other, ())))
            for stream in self.streams
        }
        return {
            task.id: tuple(
                d for d in dict.fromkeys((*task.depends, *shared.get(task.stream or "", ()))) if d != task.id
            )
            for task in self.tasks
        }

    def find(self, name: str) -> str | None:
        """Return the id of the task that `name` means: an id, or `A1` for task 1 of stream A; else None."""
        ids = {task.id: task for task in self.tasks}
        if name in ids:
            return name
        for stream in sorted(self.streams, key=lambda s: -len(s.id)):
            placed = name.startswith(stream.id) and not stream.id[-1:].isdigit()  # `12` is no task 2 of stream 1
            task = ids.get(name[len(stream.id) :]) if placed else None
            if task is not None and task.stream == stream.id:
                return task.id
        return None

    def select(self, streams: tuple[str, ...], tasks: tuple[str, ...]) -> set[str]:
        """Return the ids of the tasks in `streams` or named in `tasks`, with all that they depend on."""
        chosen = [task.id for task in self.tasks if task.stream in streams or task.id in tasks]
        return graph.closure(chosen, self.edges())
