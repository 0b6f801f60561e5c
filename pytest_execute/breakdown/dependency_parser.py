"""What a Dependencies field asks for: ids, lists, ranges, streams, "all previous"; what names nothing is told."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from msgspec import Struct

from pytest_execute.breakdown.ids import (
    CODE,
    NUMBER,
    AmbiguousName,
    NameIndex,
    normalize_id,
    singular,
)
from pytest_execute.breakdown.vocabulary import NO_DEPENDENCY, STREAM_WORDS, TASK_WORDS
from pytest_execute.core.errors import did_you_mean


class ParsedDependencies(Struct, frozen=True):
    """What a value asks for: ids of tasks, ids of streams, and (code, message) of all that could not be read."""

    tasks: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()
    wrong: tuple[tuple[str, str], ...] = ()
    prose: str = ""


class DependencySource(Struct, frozen=True):
    """Who asks: `name` as in "task 3", its stream, and the tasks that stand before it.

    `inner` says that the field may stand in one of the task's substeps, which may well wait for another one.
    """

    name: str
    task: str | None = None
    stream: str | None = None
    inner: bool = False
    previous: tuple[str, ...] | Callable[[], tuple[str, ...]] = ()


_LONGEST = 300
"""Nothing longer than this is an id, a range or a title."""

_READ = "\x00"
"""Stands for what has been read."""

_REF = rf"(?:{CODE}|{NUMBER}|[A-Z](?![\w]))"
_TO = r"\s*(?:-|–|—|~|〜|～|\.\.+|→|\bto\b|\bthrough\b|\bthru\b|から)\s*"
_JOIN = r"\s*(?:,|;|&|\+|/|、|，|；|\band\b|\bplus\b|と|和|及|및)+\s*(?:and\s+)?"
_IDS = rf"#?{_REF}(?:(?:{_JOIN}|{_TO})#?{_REF})*"
_GROUPED = re.compile(
    rf"(?P<all>\ball\s+(?:of\s+)?)?\b(?P<kind>{STREAM_WORDS})\s+(?P<ids>{_IDS})(?:\s+tasks?)?", re.IGNORECASE
)
_NAMED = re.compile(rf"(?<![\w-])(?:{TASK_WORDS})[\s#]+(?P<ids>{_IDS})", re.IGNORECASE)
PREVIOUS_TASKS = re.compile(
    r"\ball\s+(?:of\s+)?(?:the\s+)?(?:previous|prior|preceding|above|earlier)\b[\w\s]*|之前所有|以前のすべて",
    re.IGNORECASE,
)
_STREAMS_BEFORE = re.compile(
    r"\ball\s+(?:of\s+)?(?:the\s+)?(?P<before>previous|prior|preceding|earlier)?\s*"
    r"(?:(?:work ?)?streams|(?:sub-?)?phases|(?:task )?groups|waves|stages|milestones|epics|slices|sprints)\b(?!\s+\d)"
    r"(?:\s+(?:being\s+|are\s+|is\s+)?(?:completed?|done|finished))?",
    re.IGNORECASE,
)
OTHER_TASKS = re.compile(
    r"\b(?:all\s+(?:of\s+)?(?:the\s+)?(?:other\s+)?tasks|all\s+(?:the\s+)?others?|everything(?:\s+else)?)\b",
    re.IGNORECASE,
)
_SUFFIX = re.compile(
    r"\s+(?:(?:must|should|to)\s+(?:be\s+)?)?(?:completed?|complete|completes|completion|done|finished|finishes|merged|passes|passed|first|only|完成|完了|完了後)"
    r"(?:\s+(?:first|before))?\s*$",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"\([^()]*\)|（[^（）]*）")
_STORIES = re.compile(r"\ball\s+(?:the\s+)?user\s+stories(?:\s+(?:being\s+|are\s+)?complete[d]?)?", re.IGNORECASE)
_ASKING = re.compile(r"(?:requires?|needs?|depends?\s+(?:up)?on|blocked\s+by|after)\s+", re.IGNORECASE)
_SENTENCE = re.compile(r"\S.*\bdepends?\s+(?:up)?on\b", re.IGNORECASE)
"""Something that has a subject of its own is no part of a list."""
_PARALLEL = re.compile(r"parallel|independent|concurrent|不依赖|并行|並行|병렬", re.IGNORECASE)


def parse_dependencies(value: str, names: NameIndex, place: DependencySource) -> ParsedDependencies:
    """The tasks and streams that the value of a Dependencies field names."""
    plain = _uncommented(value)
    if not plain or NO_DEPENDENCY.fullmatch(plain):
        return ParsedDependencies()
    reader = _Reader(names, place)
    for clause in re.split(r"。|；|(?<=[\w)])\.\s+(?=[A-Z\W])|\n", plain):
        reader.clause(clause)
    return reader.result(plain)


def _uncommented(value: str) -> str:
    """The value without comments in parentheses, code marks, emphasis, link targets and brackets."""
    plain = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", value)
    while (shorter := _COMMENT.sub(" ", plain)) != plain:
        plain = shorter
    plain = re.sub(r"[\[\]`]|\*+|(?<!\w)_+|_+(?!\w)|[✅☑✔⏳✓]", " ", plain)
    return " ".join(plain.split()).strip(" .。;；,")


class _Reader:
    """Collects what the clauses of one value ask for."""

    def __init__(self, names: NameIndex, place: DependencySource) -> None:
        self.names, self.place = names, place
        self.tasks: dict[str, None] = {}
        self.streams: dict[str, None] = {}
        self.wrong: list[tuple[str, str]] = []
        self.prose: list[str] = []

    def result(self, plain: str) -> ParsedDependencies:
        return ParsedDependencies(
            tuple(self.tasks), tuple(self.streams), tuple(dict.fromkeys(self.wrong)), "; ".join(self.prose)
        )

    def clause(self, text: str) -> None:
        """One sentence: streams and "all previous" first, then named tasks, then bare ids."""
        text = text.strip(" .;,")
        if not text or NO_DEPENDENCY.fullmatch(text) or (_PARALLEL.search(text) and (self.tasks or self.streams)):
            return
        text = _ASKING.sub("", text, count=1) if _ASKING.match(text) else text
        if _SENTENCE.match(text):
            self.prose.append(text)
            return
        text = _STREAMS_BEFORE.sub(self._streams_before, text)
        rest = self._others(None) if text.casefold() == "all" else PREVIOUS_TASKS.sub(self._previous, text)
        rest = _STORIES.sub(self._stories, rest)
        rest = OTHER_TASKS.sub(self._others, rest)
        rest = _GROUPED.sub(self._grouped, rest)
        rest = _NAMED.sub(self._named, rest)
        unread = [part for part in self._parts(rest) if _READ not in part and not self._part(part)]
        if unread:
            self.prose.append(", ".join(unread) if rest != text else text)

    def _stories(self, found: re.Match[str]) -> str:
        self.streams.update(dict.fromkeys(s for s in self.names.stories if s != self.place.stream))
        return _READ if self.names.stories else found[0]

    def _streams_before(self, found: re.Match[str]) -> str:
        """All streams before the one that asks; "all" of them without more only where it is the last."""
        names, own = self.names.streams, self.place.stream
        if self.place.task is not None or own not in names or not (found["before"] or own == names[-1]):
            return found[0]
        self.streams.update(dict.fromkeys(names[: names.index(own)]))
        return _READ

    def _others(self, found: re.Match[str] | None) -> str:
        for task in self.names.stream_of:
            if task != self.place.task:
                self.tasks.setdefault(task)
        return _READ

    def _previous(self, found: re.Match[str]) -> str:
        previous = self.place.previous
        for task in previous() if callable(previous) else previous:
            self.tasks.setdefault(task)
        return _READ

    def _grouped(self, found: re.Match[str]) -> str:
        for name in self._spread(found["ids"]):
            stream = self.names.stream(name, singular(found["kind"]))
            kind = singular(found["kind"])
            if stream is not None:
                self.streams.setdefault(stream)
            elif not found["ids"].startswith(name) and isinstance(self.names.task(name), str):
                self._task(name)
            else:
                self._tell("unknown-stream", f"depends on {kind} {name}, which is not in this file")
        return _READ

    def _named(self, found: re.Match[str]) -> str:
        for name in self._spread(found["ids"]):
            self._task(name)
        return _READ

    def _parts(self, text: str) -> list[str]:
        return [part.strip(" .:()") for part in re.split(_JOIN, text) if part.strip(" .:()-")]

    def _part(self, part: str) -> bool:
        """Whether a part of a list names something: an id, a range, a title, or prose that begins with a known id."""
        if len(part) > _LONGEST:
            return False
        part = _SUFFIX.sub("", part).strip()
        if re.fullmatch(rf"#?{_REF}(?:{_TO}#?{_REF})?", part) or self.names.task(part) is not None:
            for name in self._spread(part):
                self._task(name)
            return True
        return self._title(part) or self._inside(part)

    def _title(self, part: str) -> bool:
        quoted = re.sub(
            r"\s+(?:phases?|streams?|groups?|stor(?:y|ies))$", "", part.strip(" \"'“”"), flags=re.IGNORECASE
        )
        stream = self.names.stream(quoted) if not re.fullmatch(_REF, quoted) else None
        if stream is not None:
            self.streams.setdefault(stream)
        return stream is not None

    def _inside(self, part: str) -> bool:
        """Codes that tasks of this file have, anywhere in the part."""
        known = [
            m[0] for m in re.finditer(rf"(?<![\w.-]){CODE}(?![\w-])", part) if isinstance(self.names.task(m[0]), str)
        ]
        first = re.match(rf"#?({NUMBER})\s*(?:[-–—:(]|$)", part)
        if first and isinstance(self.names.task(first[1], self.place.stream), str):
            known.insert(0, first[1])
        for name in known:
            self._task(name)
        return bool(known)

    def _task(self, name: str) -> None:
        found = self.names.task(name, self.place.stream)
        if found is None and normalize_id(name) in self.names.steps:
            self._step(self.names.steps[normalize_id(name)])
        elif isinstance(found, AmbiguousName):
            readings = " or ".join(f"task {task}" for task in found.readings)
            self._tell("ambiguous-task", f"depends on {name}, which may be {readings}: give one of them another id")
        elif found is None:
            self._unknown(name)
        elif found == self.place.task:
            if not self.place.inner:
                self._tell("self-dependency", "depends on itself")
        else:
            self.tasks.setdefault(found)

    def _step(self, task: str) -> None:
        """A substep's id means the task that it belongs to."""
        if task != self.place.task:
            self.tasks.setdefault(task)

    def _unknown(self, name: str) -> None:
        """A letter or code may name a stream; all else is a task that is not there."""
        stream = None if name[0].isdigit() else self.names.stream(name)
        if stream is not None:
            self.streams.setdefault(stream)
            return
        near = did_you_mean(name, self.names.stream_of)
        self._tell("unknown-task", f"depends on {name}, which no stream has{near}")

    def _tell(self, code: str, message: str) -> None:
        self.wrong.append((code, f"{self.place.name} {message}"))

    def _spread(self, text: str) -> Iterator[str]:
        """The names in a list, ranges filled up with the ids that the file has between their ends."""
        if isinstance(self.names.task(text.strip(" #")), str):
            yield text.strip(" #")
            return
        for part in re.split(_JOIN, text):
            name = part.strip(" #")
            ends = self._ends(name)
            if ends:
                yield from self._range(*ends)
            elif name:
                yield name

    def _ends(self, name: str) -> tuple[str, str] | None:
        """Both ends where `name` is a range: an id with a hyphen in it is one only if its left part is an id, too."""
        if isinstance(self.names.task(name), str) or self.names.stream(name) is not None:
            return None
        for found in re.finditer(_TO, name):
            left, right = name[: found.start()].lstrip("#"), name[found.end() :].lstrip("#")
            known = isinstance(self.names.task(left), str) or self.names.stream(left) is not None
            if re.fullmatch(_REF, right) and (known or (re.fullmatch(_REF, left) and not re.fullmatch(_REF, name))):
                return left, right
        return None

    def _range(self, first: str, last: str) -> Iterator[str]:
        """Every id from `first` to `last`, as numbers go up in the last place."""
        if re.fullmatch(r"[A-Z]", first) and re.fullmatch(r"[A-Z]", last) and first < last:
            yield from map(chr, range(ord(first), ord(last) + 1))
            return
        head, low = _split(first)
        tail, high = _split(last)
        whole = head.endswith(tail) or not tail
        if low is None or high is None or not whole or high < low or high - low > 9999:
            self._tell("bad-range", f"depends on {first} to {last}, which is no range: list the ids")
            return
        for number in range(low, high + 1):
            name = self._numbered(head, number, len(first) - len(head))
            if name is not None:
                yield name
            elif number in (low, high):
                yield f"{head}{number}"

    def _numbered(self, head: str, number: int, width: int) -> str | None:
        """The spelling of a number that a task or stream of the file has."""
        for name in (f"{head}{number:0{width}d}", f"{head}{number}"):
            if isinstance(self.names.task(name, self.place.stream), str) or self.names.stream(name) is not None:
                return name
        return None


def _split(name: str) -> tuple[str, int | None]:
    """What stands before the last number of an id, and the number.

    >>> _split("P7-B2"), _split("T05"), _split("B")
    (('P7-B', 2), ('T', 5), ('B', None))
    """
    found = re.fullmatch(r"(.*?)(\d+)", name)
    return (found[1], int(found[2])) if found else (name, None)
