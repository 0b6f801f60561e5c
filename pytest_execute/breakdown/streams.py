"""Which headings are streams: those with a stream's word and id, those whose id begins the ids below, or plain sections."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.ids import normalize_id, singular
from pytest_execute.breakdown.outline import Outline
from pytest_execute.breakdown.problems import Problems
from pytest_execute.breakdown.task_starts import TaskStart, split_title
from pytest_execute.breakdown.vocabulary import STREAM_WORDS, TASKS_HEADING

_GROUP = re.compile(
    rf"\W*(?:\d+(?:\.\d+)*[.)]?\s+)?(?:(?:sequential|parallel)\b\s*[:：]?\s+)?(?P<kind>{STREAM_WORDS})\s+#?(?P<id>\d+(?:\.\d+)*[a-z]?|[IVX]+|[A-Z]\d*)(?![\w])"
    r"(?:\s*[:：.—–-]+)?\s*(?P<title>.*)",
    re.IGNORECASE | re.DOTALL,
)
_LEADING = re.compile(
    r"(?P<id>\d+(?:\.\d+)*[a-z]?(?![a-z])|[A-Z][A-Z0-9]*(?:[-.][A-Z0-9]+)*)(?:[.):：]|\s+[—–-])*\s+(?P<title>.+)",
    re.DOTALL,
)
_NOTE = re.compile(
    r"\s*[(（]\s*(?P<note>(?:parallel|depends?|after|requires?|needs?|blocked|weeks?|days?|phases?|critical|no dep|independent|sequential"
    r"|priority|optional|can |must |\d+\s+tasks|must have|p\d)[^()（）]*(?:\([^()]*\)[^()]*)*)[)）]\s*\W*\s*$",
    re.IGNORECASE,
)
_AGAIN = re.compile(
    r"(?P<mark>[(（]\s*(?:续|続き?|계속|continued|cont\.?|part \w+)\s*[)）])[\s:：.—–-]*", re.IGNORECASE
)
_WANTS = re.compile(
    r"(?:depends?\s+(?:up)?on|after|requires?|needs|blocked\s+by)\s*:?\s*(?P<value>.+)", re.IGNORECASE | re.DOTALL
)


class StreamStart(Struct, frozen=True, kw_only=True):
    """A stream as it stands in the document: `at` is its heading, `wants` what its heading says it depends on.

    `aliases` are other names for it: user stories in its heading, its title without a note.
    """

    id: str
    kind: str
    title: str
    at: int
    line: int
    wants: str = ""
    aliases: tuple[str, ...] = ()


def stream_from_heading(block: Block, at: int) -> StreamStart | None:
    """The stream that a heading such as `## Stream A: Title (Depends on Stream B)` opens."""
    text, wants = _unnoted(block.joined)
    found = _GROUP.fullmatch(text.replace("**", ""))
    if not found or block.kind != "heading":
        return None
    again = _AGAIN.match(found["title"])
    title = split_title(found["title"][again.end() :] if again else found["title"])[0]
    name = found["id"] + (again["mark"] if again else "")
    return StreamStart(
        id=name,
        kind=singular(found["kind"]),
        title=title or text.strip(),
        at=at,
        line=block.line,
        wants=wants,
        aliases=(*_aliases(title, block.joined), *_short(singular(found["kind"]), found["id"])),
    )


def _aliases(title: str, text: str) -> tuple[str, ...]:
    """The user stories that a heading names, and its title up to the first parenthesis or dash."""
    stories = re.findall(r"\bUS\s?-?(\d+)", text)
    stories += re.findall(r"\bUser Stor(?:y|ies)\s+(\d+)", text, re.IGNORECASE)
    short = re.split(r"\s*[(（:：]|\s+[—–-]\s", title, maxsplit=1)[0]
    named = [name for story in dict.fromkeys(stories) for name in (f"us{story}", f"us-{story}", f"user story {story}")]
    return tuple(name.casefold() for name in (short, *named) if name)


def _short(kind: str, name: str) -> tuple[str, ...]:
    """What a group is called for short, `W1` for wave 1; not where that is as well a name of tasks, as `T1` or `S1`."""
    return (f"{kind[0]}{name}".casefold(),) if kind[0] in "wpemg" and name.isdigit() else ()


def _unnoted(text: str) -> tuple[str, str]:
    """A heading without its notes in parentheses, and what one of them says it depends on."""
    wants = ""
    for _ in range(4):
        found = _NOTE.search(text)
        if found is None:
            break
        asked = _WANTS.match(found["note"])
        wants = asked["value"] if asked else wants
        text = text[: found.start()]
    return text, wants


def _prefix(block: Block, at: int, task: str) -> StreamStart | None:
    """The stream that a heading such as `## 2. Title` opens for task 2.1."""
    text, wants = _unnoted(block.joined)
    found = _LEADING.fullmatch(text.replace("**", ""))
    if not found or len(found["id"]) >= len(task):
        return None
    rest = normalize_id(task)[len(normalize_id(found["id"])) :]
    begins = normalize_id(task).startswith(normalize_id(found["id"]))
    if not begins or not (rest[0] in ".-_" or (rest[0].isdigit() and found["id"][-1].isalpha())):
        return None
    return StreamStart(
        id=found["id"], kind="", title=split_title(found["title"])[0], at=at, line=block.line, wants=wants
    )


def _plain(block: Block, at: int) -> StreamStart:
    """The stream that any other heading opens; its title is its id."""
    text, wants = _unnoted(block.joined)
    title = split_title(text)[0]
    code = _LEADING.fullmatch(title)
    aliases = (code["id"].casefold(),) if code and not code["id"].isdigit() else ()
    return StreamStart(id=title, kind="", title=title, at=at, line=block.line, wants=wants, aliases=aliases)


def find_streams(
    outline: Outline, heads: Sequence[TaskStart], desk: Problems
) -> tuple[tuple[StreamStart, ...], dict[int, str]]:
    """The streams that hold a task, in order, and the stream's id for each task by its index."""
    tasks = {head.at for head in heads}
    found: dict[int, StreamStart] = {}
    seen: dict[int, StreamStart | None] = {}
    for head in heads:
        section = _over(outline, head, tasks, seen)
        if section is not None:
            found[head.at] = section
    found = found or _dividers(outline, tasks)
    levels = {outline.blocks[section.at].depth for section in found.values()}
    rest = [head for head in heads if head.at not in found]
    found |= _neighbours(outline, rest, tasks, levels) if found else _sections(outline, rest, tasks)
    return _named(heads, found, desk)


def _over(
    outline: Outline, head: TaskStart, tasks: set[int], seen: dict[int, StreamStart | None]
) -> StreamStart | None:
    """The nearest heading over a task that names a stream."""
    title = outline.title
    for at in outline.path(head.at):
        if at in tasks:
            continue
        if at not in seen:
            seen[at] = stream_from_heading(outline.blocks[at], at) if at != title else None
        section = seen[at] or (_prefix(outline.blocks[at], at, head.id) if at != title else None)
        if section is not None:
            return section
    return None


def _dividers(outline: Outline, tasks: set[int]) -> dict[int, StreamStart]:
    """Tasks behind a heading of their own level that names a stream, where no task stands below such a heading."""
    found: dict[int, StreamStart] = {}
    section: StreamStart | None = None
    for at, block in enumerate(outline.blocks):
        if block.kind != "heading":
            continue
        if at in tasks:
            if section is not None and outline.blocks[section.at].depth == block.depth:
                found[at] = section
        elif section is None or block.depth <= outline.blocks[section.at].depth:
            section = stream_from_heading(block, at) if at != outline.title else None
    return found


def _neighbours(
    outline: Outline, rest: Sequence[TaskStart], tasks: set[int], levels: set[int]
) -> dict[int, StreamStart]:
    """Tasks under a heading of the level on which streams stand belong to the stream of that heading."""
    return {
        head.at: _plain(outline.blocks[at], at)
        for head in rest
        for at in outline.path(head.at)
        if at not in tasks and outline.blocks[at].depth in levels and at != outline.title
    }


def _sections(outline: Outline, heads: Sequence[TaskStart], tasks: set[int]) -> dict[int, StreamStart]:
    """The headings right above the tasks, where there is more than one and every task has one."""

    def named(at: int) -> bool:
        return at not in tasks and at != outline.title and not TASKS_HEADING.fullmatch(outline.blocks[at].joined)

    nearest = {head.at: next((at for at in outline.path(head.at) if named(at)), None) for head in heads}
    over = {at for at in nearest.values() if at is not None}
    if len(over) < 2 or None in nearest.values():
        return {}
    return {task: _plain(outline.blocks[at], at) for task, at in nearest.items() if at is not None}


def _named(
    heads: Sequence[TaskStart], found: Mapping[int, StreamStart], desk: Problems
) -> tuple[tuple[StreamStart, ...], dict[int, str]]:
    """One stream per name; where two kinds share an id, the kind is part of the name."""
    kinds: dict[str, set[str]] = {}
    for section in found.values():
        kinds.setdefault(section.id, set()).add(section.kind)
    sections: dict[str, StreamStart] = {}
    of: dict[int, str] = {}
    for head in sorted(heads, key=lambda head: head.at):
        if head.at not in found:
            continue
        section = found[head.at]
        shared = len(kinds[section.id]) > 1 and section.kind
        name = f"{section.kind.title()} {section.id}" if shared else section.id
        first = sections.setdefault(name, structs.replace(section, id=name))
        if first.title != section.title:
            message = f"stream {name} stands here and on line {first.line} with another title: give one another id"
            desk.tell(section.line, "duplicate-stream", message)
        of[head.at] = name
    return tuple(sections.values()), of
