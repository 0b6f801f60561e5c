"""Sentences about the order of streams: "Stream B depends on Stream A", "Stream A must complete before Stream B can start"."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_execute.breakdown import dependency_parser
from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.dependency_parser import DependencySource, ParsedDependencies
from pytest_execute.breakdown.ids import NameIndex
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.streams import stream_from_heading
from pytest_execute.breakdown.vocabulary import STREAM_WORDS

_SECTION = re.compile(r"depend|execution|coordination|\border\b|sequence|implementation flow", re.IGNORECASE)
_NEEDS = re.compile(
    r"(?P<who>[^.;\n]{1,60}?)\s*[:：]?\s*(?:all\s+|(?:can|should|must)\s+(?:only\s+)?(?:start|begin)\s+)?(?:depends?\s+(?:up)?on|requires?|after|blocked\s+by)\s+(?P<what>.+)",
    re.IGNORECASE | re.DOTALL,
)
_BEFORE = re.compile(
    r"(?P<what>[^.;\n]{1,60}?)\s+(?:must|should|needs\s+to|has\s+to)\s+(?:be\s+)?(?:completed?|finish(?:ed)?|done)\s+before\s+(?P<who>.{1,60}?)"
    r"(?:\s+(?:can|may|starts?|begins?)\b.*)?",
    re.IGNORECASE | re.DOTALL,
)
_END = re.compile(
    r"\s(?:[—–-]|--)\s|→|;|\.(?:\s|$)|\bbut\b|\bbefore\b|\bbecause\b|\bfor\b|\bcan\b|\bto\b", re.IGNORECASE
)


_BLOCKS = re.compile(r"(?P<what>[^.;\n]{1,60}?)\s+(?:blocks|before)\s+(?P<who>[^.;]{1,80})\.?", re.IGNORECASE)


class StreamSentence(Struct, frozen=True):
    """That the streams `who` or the `tasks` wait for `wanted`; with neither, `prose` is what could not be read."""

    who: tuple[str, ...]
    wanted: ParsedDependencies
    line: int
    prose: str = ""
    tasks: tuple[str, ...] = ()


def find_stream_sentences(outline: Outline, names: NameIndex, tasks: set[int]) -> Iterator[StreamSentence]:
    """What sentences under headings about dependencies say on streams."""
    sections: dict[int, bool] = {}
    for at, block in enumerate(outline.blocks):
        over = outline.above[at]
        if block.kind not in ("item", "text") or over < 0:
            continue
        if over not in sections:
            path = (over, *outline.path(over))
            sections[over] = not tasks.intersection(path) and any(_orders(outline.blocks[heading]) for heading in path)
        if sections[over]:
            yield from _sentence(block, names)


def _orders(heading: Block) -> bool:
    """Whether a heading is one over sentences on the order, and not a stream's own."""
    return _SECTION.search(heading.text) is not None and stream_from_heading(heading, 0) is None


def _sentence(block: Block, names: NameIndex) -> Iterator[StreamSentence]:
    plain = " ".join(re.sub(r"[*`_]+", "", block.text).split())
    found = _BEFORE.fullmatch(plain) or _NEEDS.match(plain)
    who = _streams(found["who"], names) if found else ()
    if not found or not who:
        yield from _tasks(plain, block.line, names)
        return
    what = _END.split(re.sub(r"\s*\([^()]*\)", "", found["what"]), maxsplit=1)[0]
    wanted = dependency_parser.parse_dependencies(what, names, DependencySource("", stream=who[0]))
    own = any(names.stream_of.get(task) in who for task in wanted.tasks)
    unread = wanted.wrong or wanted.prose or own or not (wanted.streams or wanted.tasks)
    yield StreamSentence(
        who, ParsedDependencies() if unread else wanted, block.line, what.strip(" :.,") if unread else ""
    )


def _streams(text: str, names: NameIndex) -> tuple[str, ...]:
    """The streams that a subject names, none where any of its words leads nowhere."""
    onwards = re.search(rf"({STREAM_WORDS}\s+\d+)\+", text, re.IGNORECASE)
    if onwards:
        first = dependency_parser.parse_dependencies(onwards[1], names, DependencySource("")).streams
        return names.streams[names.streams.index(first[0]) :] if first else ()
    noted = re.search(rf"\(({STREAM_WORDS}\s[^()]*)\)", text, re.IGNORECASE)
    wanted = dependency_parser.parse_dependencies(noted[1] if noted else text, names, DependencySource(""))
    return () if wanted.wrong or wanted.prose or wanted.tasks else wanted.streams


def _tasks(plain: str, line: int, names: NameIndex) -> Iterator[StreamSentence]:
    """An order of tasks, where both sides name nothing but ids: `T1 blocks T2`, `Tests (T1-T3) before code (T4)`."""
    found = _BLOCKS.fullmatch(plain)
    first, then = (_ids(found["what"], names), _ids(found["who"], names)) if found else ((), ())
    if first and then and not set(first) & set(then):
        yield StreamSentence((), ParsedDependencies(tasks=first), line, tasks=then)


def _ids(text: str, names: NameIndex) -> tuple[str, ...]:
    """The tasks that a text names by codes, alone or in parentheses."""
    noted = re.search(r"\(([A-Z][^()]*\d)\)", text)
    plain = noted[1] if noted else text
    if not re.match(r"\s*[A-Z]+-?\d", plain):
        return ()
    wanted = dependency_parser.parse_dependencies(plain, names, DependencySource(""))
    return () if wanted.wrong or wanted.prose else wanted.tasks
