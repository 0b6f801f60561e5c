"""Where a task begins: the line with its id and title, in whatever dialect."""

# Breakdowns hold dashes and full-width signs, and so does this file.
# ruff: noqa: RUF001

from __future__ import annotations

import re

from msgspec import Struct

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.vocabulary import DONE_MARKS

BOX = r"\[(?P<box>[ xX~!/-])\](?:\*(?!\*))?"
LEADING_BOX = re.compile(rf"\s*{BOX}(?=\s|\*\*|$)\s*")
_LAST_BOX = re.compile(rf"\s+{BOX}(?P<notes>(?:\s*(?:\[[^\[\]]+\]|\([^()]+\)))*)\s*$")
_EFFORT = re.compile(
    r"\s*[\[(`]+\s*(?:est\.?:?\s*)?(?P<effort>(?:~\s*)?(?:[\d.,]+\s*(?:[-–]|to)?\s*[\d.,]*\s*"
    r"(?:h|hr|hrs|hours?|d|days?|m|min|mins|minutes?|w|weeks?|pts?|points?|sp)|XS|S|M|L|XL))\s*[\])`]+\s*$",
    re.IGNORECASE,
)
_MARKS = re.compile(r"^[\s]*[^\w\s\"'`(\[<*_.$@#/{~+\\-]+\s+|\s+[✅☑✔🔨🚧⏳🔄🧪📝]+\s*$")
_DONE_WORD = r"(?:done|completed?|finished|implemented|完了|完成|已完成|완료)"
_SAID_DONE = re.compile(
    rf"\s*(?:[✅☑✔]\ufe0f?\s*{_DONE_WORD}?|[\[(（][\s✅☑✔\ufe0f]*{_DONE_WORD}(?:\s+(?:on\s+)?[\d./-]+)?[\s✅☑✔\ufe0f]*[\])）]"
    r"|\s[—–-]\s*(?-i:DONE|COMPLETED?|FINISHED))\s*$",
    re.IGNORECASE,
)
_LAST = ")]）`✅☑✔\ufe0f"
"""What an effort or a word for done ends with, if not in a capital."""
_SUBSTEP = re.compile(r"(?<![\w.`])\d+(?:\.\d+)+\.?\s+\[[ xX~!-]\]")


class TaskStart(Struct, frozen=True, kw_only=True, gc=False):
    """A task's first block: `at` is its index, `box` the letter in its box, `rest` the text that follows the title.

    `single` says that the task is one line of a list or table, `detail` where the file tells more on it.
    """

    id: str
    title: str
    at: int
    line: int
    box: str | None = None
    effort: str = ""
    done: bool = False
    rest: Block | None = None
    row: Block | None = None
    single: bool = False
    detail: TaskStart | None = None


def split_title(text: str) -> tuple[str, str, bool]:
    """Title, effort and whether a mark says "done", from a title as written.

    >>> plain_title("**Order model** [2 hours]"), plain_title("✅ Ship it")
    (('Order model', '2 hours', False), ('Ship it', '', True))
    """
    title, effort = " ".join(text.replace("**", "").strip().removesuffix("~~").split()), ""
    done = title.startswith(DONE_MARKS)
    for _ in range(2 if _may_end(title) else 0):
        if said := _SAID_DONE.search(title):
            title, done = title[: said.start()], True
        if not effort and (found := _EFFORT.search(title)):
            title, effort = title[: found.start()], " ".join(found["effort"].split())
    return _MARKS.sub("", title).strip(), effort, done


def _may_end(title: str) -> bool:
    """Whether a title may end with an effort or a word for done: faster than the patterns for them."""
    last = title[-1:]
    return last in _LAST or last.isupper() or any(mark in title[-14:] for mark in DONE_MARKS)


def start_from_heading(block: Block, at: int, name: str, title: str, box: str | None = None) -> TaskStart:
    """The head that a heading is; a box may stand before or after its title, a mark anywhere at its ends."""
    found = LEADING_BOX.match(title) or _LAST_BOX.search(title)
    if found and box is None:
        rest = title[found.end() :] if found.re is LEADING_BOX else found["notes"]
        box, title = found["box"], title[: found.start()] + rest
    text, effort, done = split_title(title)
    done = done or any(mark in block.joined[:4] for mark in DONE_MARKS)
    return TaskStart(id=name, title=text, at=at, line=block.line, box=box, effort=effort, done=done)


def start_from_item(block: Block, at: int, name: str, begin: int, box: str | None = None) -> TaskStart:
    """The head that a list item is; its title begins at an offset of its text and ends where something else begins."""
    end = _title_end(block.text, begin)
    text, effort, done = split_title(block.text[begin:end].rstrip(" :"))
    rest = Block("text", block.depth, block.text[end:], block.line_at(end)) if block.text[end:].strip() else None
    return TaskStart(
        id=name, title=text, at=at, line=block.line, box=box, effort=effort, done=done, rest=rest, single=True
    )


def _title_end(text: str, begin: int) -> int:
    """Where a title ends: at the first substep, after a bold title with its effort, or with the text."""
    bold = re.compile(r"\s*\*\*(?:(?!\*\*).)+\*\*(?:\s*[\[(`][^\])\n]*[\])`]+)?", re.DOTALL).match(text, begin)
    found = _SUBSTEP.search(text, begin)
    end = found.start() if found else len(text)
    if bold and found:
        return min(bold.end(), end)
    label = re.compile(
        r"\n[ \t]*(?:\*\*)?(?:Files?|Blocked by|Blocking|Blocks|Depends on|Dependencies|Tests?)\b[^\n]{0,20}:"
    ).search(text, begin)
    return min(end, label.start()) if label else end
