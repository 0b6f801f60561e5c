"""Streams: groups of tasks below a heading of one of these forms.

## Stream A: Storage (Parallel)       a word and an id
## 2. Pages                           an id that begins the ids below it, such as 2.1
## Mails                              any heading, if all tasks have one
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.ids import normalize_id, singular
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.task_starts import TaskStart, split_title
from pytest_execute.breakdown.vocabulary import STREAM_WORDS, TASK_WORDS, TASKS_HEADING
from pytest_execute.core.late_pattern import late_pattern

# matches "Stream A: Storage", "2. Phase 1 — Ground", "Parallel Group 1: Write", "Wave II"
_STREAM_HEADING = late_pattern(
    rf"\W*(?:\d+(?:\.\d+)*[.)]?\s+)?(?:(?:sequential|parallel)\b\s*[:：]?\s+)?(?P<kind>{STREAM_WORDS})\s+#?(?P<id>\d+"
    rf"(?:\.\d+)*[a-z]?|[IVX]+|[A-Z]\d*)(?![\w])"
    r"(?:\s*[:：.—–-]+)?\s*(?P<title>.*)",
    re.IGNORECASE | re.DOTALL,
)
# matches "2. Title", "4a Title", "P1-A: Title", "Task 14: Title"
_ID_AND_TITLE = late_pattern(
    rf"(?:(?i:{TASK_WORDS})\s+(?=\d))?"
    r"(?P<id>\d+(?:\.\d+)*[a-z]?(?![a-z])|[A-Z][A-Z0-9]*(?:[-.][A-Z0-9]+)*)(?:[.):：]|\s+[—–-])*\s+(?P<title>.+)",
    re.DOTALL,
)
# matches "(Parallel)", "(Depends on Stream A)", "(Week 1)", "(3 tasks)" at the end
_NOTE = late_pattern(
    r"\s*[(（]\s*(?P<note>(?:parallel|depends?|depende|dépend|abhängig|hängt ab|after|requires?|needs?"
    r"|blocked|weeks?|days?|phases?|critical|no dep"
    r"|independent|sequential"
    r"|priority|optional|can |must |\d+\s+tasks|must have|p\d)[^()（）]*(?:\([^()]*\)[^()]*)*)[)）]\s*\W*\s*$",
    re.IGNORECASE,
)
# matches "(continued)", "(part 2)", "(续)" behind the id of a stream that has a heading already
_CONTINUED = late_pattern(
    r"(?P<mark>[(（]\s*(?:续|続き?|계속|continued|cont\.?|part \w+)\s*[)）])[\s:：.—–-]*", re.IGNORECASE
)
# matches the "gate" of "Phase 1 gate", which has more tasks of Phase 1
_GATE_TITLE = late_pattern(r"\W*(?:(?:quality|exit) )?(?:gates?|checkpoints?)\W*", re.IGNORECASE)
# matches "Depends on Stream A", "after A1, B3"
_DEPENDS_ON = late_pattern(
    r"(?:depends?\s+(?:up)?on|depende\s+de|dépend\s+de|abhängig\s+von|hängt\s+ab\s+von|after|requires?|needs"
    r"|blocked\s+by)\s*:?\s*(?P<value>.+)",
    re.IGNORECASE | re.DOTALL,
)


class StreamStart(Struct, frozen=True, kw_only=True):
    """Stream in the document: `index` is that of its heading, or -1; `depends_text` is the heading's dependency note.

    `aliases` are its other names: user stories in its heading, its title without a note, `W1` for wave 1.
    """

    id: str
    kind: str
    title: str
    index: int
    line: int
    depends_text: str = ""
    aliases: tuple[str, ...] = ()


def stream_from_heading(block: Block, index: int) -> StreamStart | None:
    """Return the stream that a heading such as `## Stream A: Title (Depends on Stream B)` opens."""
    text, depends_text = _split_notes(block.one_line)
    found = _STREAM_HEADING.fullmatch(text.replace("**", ""))
    if not found or block.kind != "heading":
        return None
    kind = singular(found["kind"])
    continued = _CONTINUED.match(found["title"])
    title = split_title(found["title"][continued.end() :] if continued else found["title"])[0]
    return StreamStart(
        id=found["id"] + (continued["mark"] if continued else ""),
        kind=kind,
        title=title or text.strip(),
        index=index,
        line=block.line,
        depends_text=depends_text,
        aliases=(*_aliases(title, block.one_line), *_short_names(kind, found["id"])),
    )


def _aliases(title: str, text: str) -> tuple[str, ...]:
    """Return the title up to the first parenthesis or dash, and the user stories in a heading."""
    stories = re.findall(r"\bUS\s?-?(\d+)", text)
    stories += re.findall(r"\bUser Stor(?:y|ies)\s+(\d+)", text, re.IGNORECASE)
    short = re.split(r"\s*[(（:：]|\s+[—–-]\s", title, maxsplit=1)[0]
    story_names = [
        name for story in dict.fromkeys(stories) for name in (f"us{story}", f"us-{story}", f"user story {story}")
    ]
    return tuple(name.casefold() for name in (short, *story_names) if name)


def _short_names(kind: str, name: str) -> tuple[str, ...]:
    """Return the short name `W1` for wave 1; none for the letters T and S, which begin the ids of tasks."""
    return (f"{kind[0]}{name}".casefold(),) if kind[0] in "wpemg" and name.isdigit() else ()


def _split_notes(text: str) -> tuple[str, str]:
    """Return a heading without its notes in parentheses, and the dependencies that one of them names."""
    depends_text = ""
    for _ in range(4):
        note = _NOTE.search(text)
        if note is None:
            break
        depends = _DEPENDS_ON.match(note["note"])
        depends_text = depends["value"] if depends else depends_text
        text = text[: note.start()]
    return text, depends_text


def _stream_from_prefix(block: Block, index: int, task: str) -> StreamStart | None:
    """Return the stream that a heading such as `## 2. Title` opens for task 2.1."""
    text, depends_text = _split_notes(block.one_line)
    found = _ID_AND_TITLE.fullmatch(text.replace("**", ""))
    if not found or len(found["id"]) >= len(task):
        return None
    task_id, prefix = normalize_id(task), normalize_id(found["id"])
    rest = task_id[len(prefix) :]  # empty for section 11 and task 11.0, whose zero `normalize_id` leaves out
    is_number = rest[:1].isdigit() and found["id"][-1].isalpha()
    if not task_id.startswith(prefix) or not (rest[:1] in ("", ".", "-", "_") or is_number):
        return None
    title = split_title(found["title"])[0]
    return StreamStart(id=found["id"], kind="", title=title, index=index, line=block.line, depends_text=depends_text)


def _stream_from_title(block: Block, index: int) -> StreamStart:
    """Return the stream that any other heading opens; its title is its id."""
    text, depends_text = _split_notes(block.one_line)
    title = split_title(text)[0]
    code = _ID_AND_TITLE.fullmatch(title)
    aliases = (code["id"].casefold(),) if code and not code["id"].isdigit() else ()
    letter = re.match(r"([A-Z])[.):] ", title)  # "A. Model"
    return StreamStart(
        id=letter[1] if letter else title,
        kind="",
        title=title,
        index=index,
        line=block.line,
        depends_text=depends_text,
        aliases=aliases,
    )


def find_streams(
    outline: Outline, starts: Sequence[TaskStart], problems: Problems
) -> tuple[tuple[StreamStart, ...], dict[int, str]]:
    """Return the streams that hold a task, in order, and `{index where a task begins: id of its stream}`.

    Tasks get their streams by the first of these rules that finds any:

    1. The nearest heading above a task has a stream's word and id, or a number that the task's id extends.
    2. A heading with a stream's word is on the level of the tasks; the tasks behind it belong to it.
    3. The nearest headings above the tasks, if there are two or more and each task has one.

    By rule 1 and 2, a task without a stream belongs to a heading above it on the level of the streams.
    """
    tasks = {start.index for start in starts}
    found = _streams_above(outline, starts, tasks) or _streams_on_task_level(outline, tasks)
    levels = {outline.blocks[stream.index].depth for stream in found.values()}
    rest = [start for start in starts if start.index not in found]
    found |= _streams_on_levels(outline, rest, tasks, levels) if found else _nearest_headings(outline, rest, tasks)
    return _with_unique_ids(starts, found, problems)


def _streams_above(outline: Outline, starts: Sequence[TaskStart], tasks: set[int]) -> dict[int, StreamStart]:
    """Return the stream of each task by the nearest heading above it that opens one."""
    by_heading: dict[int, StreamStart | None] = {}

    def stream_of_heading(index: int, task_id: str) -> StreamStart | None:
        if index in tasks or index == outline.title:
            return None
        if index not in by_heading:
            by_heading[index] = stream_from_heading(outline.blocks[index], index)
        return by_heading[index] or _stream_from_prefix(outline.blocks[index], index, task_id)

    found: dict[int, StreamStart] = {}
    for start in starts:
        streams = (stream_of_heading(index, start.id) for index in outline.headings_above(start.index))
        stream = next((stream for stream in streams if stream is not None), None)
        if stream is not None:
            found[start.index] = stream
    return found


def _streams_on_task_level(outline: Outline, tasks: set[int]) -> dict[int, StreamStart]:
    """Return the stream of each task whose heading has the level of the stream's heading before it."""
    found: dict[int, StreamStart] = {}
    stream: StreamStart | None = None
    for index in outline.headings:
        block = outline.blocks[index]
        if index in tasks:
            if stream is not None and outline.blocks[stream.index].depth == block.depth:
                found[index] = stream
        elif stream is None or block.depth <= outline.blocks[stream.index].depth:
            stream = stream_from_heading(block, index) if index != outline.title else None
    return found


def _streams_on_levels(
    outline: Outline, rest: Sequence[TaskStart], tasks: set[int], levels: set[int]
) -> dict[int, StreamStart]:
    """Return the heading above each task that has one of the levels of the streams."""
    return {
        start.index: _stream_from_title(outline.blocks[index], index)
        for start in rest
        for index in outline.headings_above(start.index)
        if index not in tasks and outline.blocks[index].depth in levels and index != outline.title
    }


def _nearest_headings(outline: Outline, starts: Sequence[TaskStart], tasks: set[int]) -> dict[int, StreamStart]:
    """Return the nearest heading above each task, if there are two or more and each task has one."""

    def is_section(index: int) -> bool:
        is_other = index in tasks or index == outline.title
        return not is_other and not TASKS_HEADING.fullmatch(outline.blocks[index].one_line)

    nearest = {start.index: next(filter(is_section, outline.headings_above(start.index)), None) for start in starts}
    headings = set(nearest.values()) - {None}
    if len(headings) < 2 or None in nearest.values():
        return {}
    return {
        task: _stream_from_title(outline.blocks[index], index) for task, index in nearest.items() if index is not None
    }


def _with_unique_ids(
    starts: Sequence[TaskStart], found: Mapping[int, StreamStart], problems: Problems
) -> tuple[tuple[StreamStart, ...], dict[int, str]]:
    """Return one stream for each id; if two kinds share an id, their ids are `Phase 1` and `Group 1`."""
    kinds: dict[str, set[str]] = {}
    for stream in found.values():
        kinds.setdefault(stream.id, set()).add(stream.kind)
    streams: dict[str, StreamStart] = {}
    stream_of: dict[int, str] = {}
    for index in sorted(start.index for start in starts if start.index in found):
        stream = found[index]
        is_shared = len(kinds[stream.id]) > 1 and stream.kind
        name = f"{stream.kind.title()} {stream.id}" if is_shared else stream.id
        first = streams.setdefault(name, structs.replace(stream, id=name))
        if first.title != stream.title and not _GATE_TITLE.fullmatch(stream.title):
            message = f"stream {name} is already on line {first.line} with another title: give one of them another id"
            problems.report(stream.line, "duplicate-stream", message)
        stream_of[index] = name
    return tuple(streams.values()), stream_of
