"""Index of the task and stream names of one breakdown: it resolves `Task 2`, `T2`, `A1`, `Phase 1`, `US2`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from msgspec import Struct

from pytest_execute.breakdown.ids import normalize_id, normalize_number
from pytest_execute.breakdown.vocabulary import SAME_STREAM_WORDS
from pytest_execute.core.errors import did_you_mean

_MAX_QUESTIONS = 30


class AmbiguousName(Struct, frozen=True):
    """Name that may mean each of the tasks `candidates`."""

    candidates: tuple[str, ...]


class NamedStream(Struct, frozen=True, kw_only=True):
    """Stream as its heading names it: `kind` is the word before the id, in the singular."""

    id: str
    kind: str = ""
    title: str = ""
    aliases: tuple[str, ...] = ()


class NameIndex:
    """Resolver of the names in one breakdown.

    `stream_of` is `{task id: stream id or None}`, `members` its inverse, in the order of the file.
    `parent_of_substep` is `{normal substep id: task id}`. `stories` are the streams of user stories.
    """

    def __init__(
        self,
        tasks: Iterable[tuple[str, str | None]],
        streams: Iterable[NamedStream],
        aliases: Mapping[str, str],
        titles: Iterable[tuple[str, str]] = (),
    ) -> None:
        self.stream_of = dict(tasks)
        self.parent_of_substep: dict[str, str] = {}
        self._answers: dict[tuple[str, str | None], str | AmbiguousName | None] = {}
        self._questions = 0
        self._tasks_by_id: dict[str, list[str]] = {}
        self._tasks_by_number: dict[str, list[str]] = {}
        for task in self.stream_of:
            self._tasks_by_id.setdefault(normalize_id(task), []).append(task)
            self._tasks_by_number.setdefault(normalize_number(task), []).append(task)
        for alias, task in aliases.items():
            self._tasks_by_id.setdefault(normalize_id(alias), []).append(task)
        self._tasks_by_title: dict[str, list[str]] = {}
        for title, task in titles:
            self._tasks_by_title.setdefault(title.casefold(), []).append(task)
        streams = tuple(streams)
        self.streams = tuple(stream.id for stream in streams)
        self.stories = tuple(s.id for s in streams if any(re.fullmatch(r"us\d+", alias) for alias in s.aliases))
        self._streams_by_name: dict[str, list[NamedStream]] = {}
        for stream in streams:
            for name in {normalize_id(stream.id), stream.title.casefold(), *stream.aliases}:
                self._streams_by_name.setdefault(name, []).append(stream)
        self.members: dict[str | None, list[str]] = {}
        for task, stream_id in self.stream_of.items():
            self.members.setdefault(stream_id, []).append(task)

    def stream_titles(self) -> tuple[str, ...]:
        """Return the names that mean exactly one stream, in small letters."""
        return tuple(name for name, streams in self._streams_by_name.items() if len(streams) == 1)

    def task(self, name: str, near: str | None = None) -> str | AmbiguousName | None:
        """Return the id of the task that `name` means; `near` is the stream of the task that uses the name."""
        if (name, near) not in self._answers:  # ranges ask for the same names again and again
            candidates = tuple(dict.fromkeys((*self._tasks_with_id(name, near), *self._tasks_in_stream(name))))
            only = candidates[0] if candidates else None
            self._answers[name, near] = AmbiguousName(candidates) if len(candidates) > 1 else only
        return self._answers[name, near]

    def task_with_title(self, title: str) -> str | None:
        """Return the id of the only task with this title."""
        found = self._tasks_by_title.get(title.casefold(), [])
        return found[0] if len(found) == 1 else None

    def knows_task(self, name: str, near: str | None = None) -> bool:
        """Return True if `name` means exactly one task."""
        return isinstance(self.task(name, near), str)

    def nearest_task(self, name: str) -> str:
        """Return ` (did you mean T1?)`; nothing after many such questions, each of which looks at all tasks."""
        self._questions += 1
        return did_you_mean(name, self.stream_of) if self._questions <= _MAX_QUESTIONS and len(name) < 60 else ""

    def _tasks_with_id(self, name: str, near: str | None) -> tuple[str, ...]:
        """Return the tasks with exactly this id, or else with another spelling of it."""
        if name in self.stream_of:
            return (name,)
        local = f"{near}{name}"  # "1" in stream A means "A1" where each stream counts its tasks from 1
        if near is not None and local in self.stream_of:
            return (local,)
        by_id = self._tasks_by_id.get(normalize_id(name))
        return tuple(by_id or self._tasks_by_number.get(normalize_number(name)) or ())

    def _tasks_in_stream(self, name: str) -> tuple[str, ...]:
        """Return task 1 for `A1` if it is in stream A."""
        parts = re.fullmatch(r"([A-Za-z]+)-?(\d+(?:\.\d+)*)", name)
        if not parts:
            return ()
        streams = {stream.id for stream in self._streams_by_name.get(normalize_id(parts[1]), ())}
        return tuple(t for t in self._tasks_by_id.get(normalize_id(parts[2]), ()) if self.stream_of[t] in streams)

    def stream(self, name: str, kind: str = "") -> str | None:
        """Return the id of the stream with this id, title or alias; with `kind`, its heading must use that word."""
        plain = name.strip().casefold()
        same_name = (
            self._streams_by_name.get(f"{kind} {plain}")
            or self._streams_by_name.get(plain)
            or self._streams_by_name.get(normalize_id(name))
            or []
        )
        ids = {
            stream.id
            for stream in same_name
            if not kind or is_same_stream_word(kind, stream.kind) or f"{kind} {plain}" in stream.aliases
        }
        return ids.pop() if len(ids) == 1 else None


def is_same_stream_word(word: str, heading_word: str) -> bool:
    """Return True if two words for a stream mean the same; a heading without a word may be called anything."""
    return (
        not heading_word
        or word == heading_word
        or any(word in synonyms and heading_word in synonyms for synonyms in SAME_STREAM_WORDS)
    )
