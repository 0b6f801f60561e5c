"""Sentences about the order of streams, in sections whose heading speaks of dependencies.

Stream B depends on Stream A
Stream A must complete before Stream B can start
T1 blocks T2, T3
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from msgspec import Struct

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.dependency_collector import NO_SOURCE, DependencySource, ParsedDependencies
from pytest_execute.breakdown.dependency_parser import parse_dependencies
from pytest_execute.breakdown.name_index import NameIndex
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.streams import stream_from_heading
from pytest_execute.breakdown.vocabulary import STREAM_WORDS
from pytest_execute.core.late_pattern import late_pattern

# matches "## Dependencies", "## Execution order"
_ORDER_SECTION = late_pattern(r"depend|execution|coordination|\border\b|sequence|implementation flow", re.IGNORECASE)
# matches "Phase 2: depends on Phase 1", "Stream B can only start after Stream A"
_DEPENDS_ON = late_pattern(
    r"(?P<then>[^.;\n]{1,60}?)\s*[:：]?\s*(?:all\s+|(?:can|should|must)\s+(?:only\s+)?(?:start|begin)\s+)?"
    r"(?:depends?\s+(?:up)?on|requires?|after|blocked\s+by)\s+(?P<first>.+)",
    re.IGNORECASE | re.DOTALL,
)
# matches "Stream A must be completed before Stream B can start"
_BEFORE = late_pattern(
    r"(?P<first>[^.;\n]{1,60}?)\s+(?:must|should|needs\s+to|has\s+to)\s+(?:be\s+)?(?:completed?|finish(?:ed)?"
    r"|done)\s+before\s+(?P<then>.{1,60}?)"
    r"(?:\s+(?:can|may|starts?|begins?)\b.*)?",
    re.IGNORECASE | re.DOTALL,
)
# matches the " - " of "Phase 2 - it needs the store", the "for" of "Phase 2 for its types": the names end there
_NAMES_END = late_pattern(
    r"\s(?:[—–-]|--)\s|→|;|\.(?:\s|$)|\bbut\b|\bbefore\b|\bbecause\b|\bfor\b|\bcan\b|\bto\b", re.IGNORECASE
)
# matches "T1 blocks T2, T3", "Tests (T1-T3) before code (T4)"
_BLOCKS = late_pattern(r"(?P<first>[^.;\n]{1,60}?)\s+(?:blocks|before)\s+(?P<then>[^.;]{1,80})\.?", re.IGNORECASE)


class StreamSentence(Struct, frozen=True):
    """Statement that `streams`, or else `tasks`, wait for `depends_on`; `unread` is the text that names nothing."""

    streams: tuple[str, ...]
    depends_on: ParsedDependencies
    line: int
    unread: str = ""
    tasks: tuple[str, ...] = ()


def find_stream_sentences(outline: Outline, names: NameIndex, tasks: set[int]) -> Iterator[StreamSentence]:
    """Yield the statements under headings about dependencies; `tasks` are the indexes where tasks begin."""
    is_order_section: dict[int, bool] = {}
    for index, block in enumerate(outline.blocks):
        heading = outline.heading_above[index]
        if block.kind not in ("item", "text") or heading < 0:
            continue
        if heading not in is_order_section:
            path = (heading, *outline.headings_above(heading))
            is_order_section[heading] = not tasks.intersection(path) and any(
                _is_order_heading(outline.blocks[above]) for above in path
            )
        if is_order_section[heading]:
            yield from _parse_sentence(block, names)


def _is_order_heading(heading: Block) -> bool:
    """Return True for a heading about the order of work that is not a stream's own."""
    return _ORDER_SECTION.search(heading.text) is not None and stream_from_heading(heading, 0) is None


def _parse_sentence(block: Block, names: NameIndex) -> Iterator[StreamSentence]:
    plain = " ".join(re.sub(r"[*`_]+", "", block.text).split())
    sentence = _BEFORE.fullmatch(plain) or _DEPENDS_ON.match(plain)
    streams = _streams_in_subject(sentence["then"], names) if sentence else ()
    if not sentence or not streams:
        yield from _task_order(plain, block.line, names)
        return
    first = _NAMES_END.split(re.sub(r"\s*\([^()]*\)", "", sentence["first"]), maxsplit=1)[0]
    named = parse_dependencies(first, names, DependencySource("", stream=streams[0]))
    is_own_task = any(names.stream_of.get(task) in streams for task in named.tasks)
    if named.errors or named.unread or is_own_task or not (named.streams or named.tasks):
        yield StreamSentence(streams, ParsedDependencies(), block.line, first.strip(" :.,"))
    else:
        yield StreamSentence(streams, named, block.line)


def _streams_in_subject(text: str, names: NameIndex) -> tuple[str, ...]:
    """Return the streams that a subject names; none if any of its words is unknown."""
    onwards = re.search(rf"({STREAM_WORDS}\s+\d+)\+", text, re.IGNORECASE)  # "Phases 3+"
    if onwards:
        first = parse_dependencies(onwards[1], names, NO_SOURCE).streams
        return names.streams[names.streams.index(first[0]) :] if first else ()
    note = re.search(rf"\(({STREAM_WORDS}\s[^()]*)\)", text, re.IGNORECASE)  # "Storage (Phase 1)"
    named = parse_dependencies(note[1] if note else text, names, NO_SOURCE)
    return () if named.errors or named.unread or named.tasks else named.streams


def _task_order(plain: str, line: int, names: NameIndex) -> Iterator[StreamSentence]:
    """Yield an order of tasks if both sides consist of ids: `T1 blocks T2`, `Tests (T1-T3) before code (T4)`."""
    sentence = _BLOCKS.fullmatch(plain)
    first = _tasks_by_code(sentence["first"], names) if sentence else ()
    then = _tasks_by_code(sentence["then"], names) if sentence else ()
    if first and then and not set(first) & set(then):
        yield StreamSentence((), ParsedDependencies(tasks=first), line, tasks=then)


def _tasks_by_code(text: str, names: NameIndex) -> tuple[str, ...]:
    """Return the tasks that a text names by codes, alone or in parentheses."""
    note = re.search(r"\(([A-Z][^()]*\d)\)", text)
    plain = note[1] if note else text
    if not re.match(r"\s*[A-Z]+-?\d", plain):
        return ()
    named = parse_dependencies(plain, names, NO_SOURCE)
    return () if named.errors or named.unread else named.tasks
