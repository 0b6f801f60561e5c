"""What an id looks like, and which task or stream a name in the text means."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

from msgspec import Struct

from pytest_execute.breakdown.vocabulary import TASK_WORDS

NUMBER = r"\d+(?:[a-z]?\.\d+)*[a-z]?"
CODE = r"[A-Z][A-Z0-9]*(?:[-._][A-Z0-9]+)*(?<=\d)[a-z]?"
ID = rf"(?:{NUMBER}|{CODE})(?!\w|\.\d)"


class AmbiguousName(Struct, frozen=True):
    """A name that could mean each of `readings`."""

    readings: tuple[str, ...]


@lru_cache(maxsize=1 << 16)
def normalize_id(name: str) -> str:
    """One spelling of an id for all that mean the same.

    >>> normal("Task 002"), normal("T1"), normal("1.0"), normal("#7")
    ('2', 't1', '1', '7')
    """
    plain = re.sub(rf"^(?:{TASK_WORDS}(?![a-z]))?[\s#:-]*", "", name.strip().casefold())
    plain = re.sub(r"(?<![\d])0+(?=\d)", "", plain)
    return re.sub(r"(?<=\d)\.0$", "", plain)


def normalize_number(name: str) -> str:
    """The normal spelling without the `T` that some write before the number."""
    return re.sub(r"^t-?(?=\d+$)", "", normalize_id(name))


def parent_of(name: str, ids: Iterable[str] | dict[str, str] | set[str]) -> str | None:
    """The longest of the normal `ids` that `name` extends by a dot and a number."""
    parts = normalize_id(name)
    while "." in parts:
        parts = parts.rpartition(".")[0]
        if parts in ids:
            return parts
    return None


class NamedStream(Struct, frozen=True, kw_only=True):
    """A stream as its heading names it: `kind` is the word before the id, in the singular."""

    id: str
    kind: str = ""
    title: str = ""
    aliases: tuple[str, ...] = ()


class NameIndex:
    """Which task or stream a name means, in one breakdown."""

    def __init__(
        self, tasks: Iterable[tuple[str, str | None]], groups: Iterable[NamedStream], aliases: Mapping[str, str]
    ) -> None:
        self.stream_of = dict(tasks)
        self.steps: dict[str, str] = {}
        self._spelled: dict[str, list[str]] = {}
        self._bare: dict[str, list[str]] = {}
        for task in self.stream_of:
            self._spelled.setdefault(normalize_id(task), []).append(task)
            self._bare.setdefault(normalize_number(task), []).append(task)
        for alias, task in aliases.items():
            self._spelled.setdefault(normalize_id(alias), []).append(task)
        groups = tuple(groups)
        self.streams = tuple(group.id for group in groups)
        self.stories = tuple(g.id for g in groups if any(re.fullmatch(r"us\d+", alias) for alias in g.aliases))
        self._streams: dict[str, list[NamedStream]] = {}
        for group in groups:
            for name in {normalize_id(group.id), group.title.casefold(), *group.aliases}:
                self._streams.setdefault(name, []).append(group)
        self.members: dict[str | None, list[str]] = {}
        for task, stream in self.stream_of.items():
            self.members.setdefault(stream, []).append(task)

    def task(self, name: str, near: str | None = None) -> str | AmbiguousName | None:
        """The id of the task that `name` means where it stands in a task of the stream `near`."""
        readings = self._own(name, near)
        placed = self._placed(name)
        both = tuple(dict.fromkeys((*readings, *placed)))
        if len(both) > 1:
            return AmbiguousName(both)
        return both[0] if both else None

    def _own(self, name: str, near: str | None) -> tuple[str, ...]:
        """Tasks with this very id, or else with this id in another spelling."""
        if name in self.stream_of:
            return (name,)
        local = f"{near}{name}"
        if near is not None and local in self.stream_of:
            return (local,)
        return tuple(self._spelled.get(normalize_id(name)) or self._bare.get(normalize_number(name)) or ())

    def _placed(self, name: str) -> tuple[str, ...]:
        """Task 1 for `A1`, where it stands in stream A."""
        found = re.fullmatch(r"([A-Za-z]+)-?(\d+(?:\.\d+)*)", name)
        if not found:
            return ()
        streams = {group.id for group in self._streams.get(normalize_id(found[1]), ())}
        return tuple(t for t in self._spelled.get(normalize_id(found[2]), ()) if self.stream_of[t] in streams)

    def stream(self, name: str, kind: str = "") -> str | None:
        """The id of the stream with this id, title or alias; with `kind` the one whose heading uses that word."""
        plain = name.strip().casefold()
        found = (
            self._streams.get(f"{kind} {plain}")
            or self._streams.get(plain)
            or self._streams.get(normalize_id(name))
            or []
        )
        same = [
            group
            for group in found
            if not kind or is_same_stream_word(kind, group.kind) or f"{kind} {plain}" in group.aliases
        ]
        chosen = {group.id for group in same}
        return chosen.pop() if len(chosen) == 1 else None


def singular(word: str) -> str:
    """A group word as it stands before one id.

    >>> singular("Task Groups"), singular("Stories"), singular("phase")
    ('task group', 'story', 'phase')
    """
    plain = re.sub(r"\s+", " ", word.strip().casefold())
    return re.sub(r"ies$", "y", plain) if plain.endswith("ies") else plain.removesuffix("s")


_ALIKE = (
    {"stream", "workstream", "work stream", "track"},
    {"group", "task group"},
    {"phase", "stage", "sub-phase", "subphase"},
)


def is_same_stream_word(left: str, right: str) -> bool:
    """Whether two words for a group mean the same; a heading without a word is called anything."""
    return not right or left == right or any(left in words and right in words for words in _ALIKE)
