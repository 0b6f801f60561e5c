"""Start of a task: the line with its id and title, in any dialect."""

from __future__ import annotations

import re

from msgspec import Struct

from pytest_execute.breakdown.blocks import Block
from pytest_execute.breakdown.vocabulary import DONE_MARKS, DONE_WORD
from pytest_execute.core.effort import is_effort
from pytest_execute.core.late_pattern import late_pattern

# matches "[x]", "[ ]", "[~]", and "[ ]*" for an optional substep
BOX = r"\[(?P<box>[ xX~!/-])\](?:\*(?!\*))?"
# matches "[x] " at the beginning
LEADING_BOX = late_pattern(rf"\s*{BOX}(?=\s|\*\*|$)\s*")
# matches " [x] (AC: 1)" at the end of "Task 1: Read it [x] (AC: 1)"
_TRAILING_BOX = late_pattern(rf"\s+{BOX}(?P<notes>(?:\s*(?:\[[^\[\]]+\]|\([^()]+\)))*)\s*$")
# matches " [2 hours]", " (~1.5 d)", " `M`" at the end
_EFFORT = late_pattern(r"\s*[\[(`]+\s*(?:est\.?:?\s*)?(?P<effort>[^\[\]()`]{1,40}?)\s*[\])`]+\s*$", re.IGNORECASE)
# matches "🚧 " at the beginning of a title, " ✅" at its end
_MARKS = late_pattern(r"^[\s]*[^\w\s\"'`(\[<*_.$@#/{~+\\-]+\s+|\s+[✅☑✔🔨🚧⏳🔄🧪📝]+\s*$")
# matches " ✅ COMPLETED", " (Completed 2025-01-31)", " — DONE" at the end
_DONE_NOTE = late_pattern(
    rf"\s*(?:[✅☑✔]\ufe0f?\s*{DONE_WORD}?|[\[(（][\s✅☑✔\ufe0f]*{DONE_WORD}(?:\s+"
    rf"(?:on\s+)?[\d./-]+)?[\s✅☑✔\ufe0f]*[\])）]"
    r"|\s[—–-]\s*(?-i:DONE|COMPLETED?|FINISHED))\s*$",
    re.IGNORECASE,
)
_LONGEST_NOTE = 200
"""Letters in which a box, an effort or a word for done is looked for at the end of a title."""
_NOTE_ENDS = ")]）`✅☑✔\ufe0f"
"""Last characters of an effort or of a word for done, beside capitals."""
# matches "**", and "`a/**/b`" as a whole
_BOLD_OR_CODE = late_pattern(r"`[^`\n]*`|\*\*")
# matches "**Fetch the mails** [3 hours]"
_BOLD_TITLE = late_pattern(r"\s*\*\*(?:(?!\*\*).)+\*\*(?:\s*[\[(`][^\])\n]*[\])`]+)?", re.DOTALL)
# matches "Files:" and "**Depends on:**" on the next line
_NEXT_LABEL = late_pattern(
    r"\n[ \t]*(?:\*\*|[*_`]|<\w{1,6}>)?(?:Files?|Effort|Estimate|Blocked by|Blocking|Blocks|Depends on"
    r"|Dependencies|Tests?)\b[^\n]{0,20}:"
)
# matches "1.1. [x]"
_SUBSTEP = late_pattern(r"(?<![\w.`])\d+(?:\.\d+)+\.?\s+\[[ xX~!-]\]")


class TaskStart(Struct, frozen=True, kw_only=True, gc=False):
    """First block of a task: `index` is that of the block, `box` the letter in its box, or None.

    `text_behind_title` is the text of the same block behind the title. `row` is the row of a task in a table.
    `is_one_line` is True for a task that is one item or row, `detail` is the start of another section about the task.
    """

    id: str
    title: str
    index: int
    line: int
    box: str | None = None
    effort: str = ""
    done: bool = False
    text_behind_title: Block | None = None
    row: Block | None = None
    is_one_line: bool = False
    detail: TaskStart | None = None


def split_title(text: str) -> tuple[str, str, bool]:
    """Return the title without marks, its effort, and True if a mark says "done".

    >>> split_title("**Order model** [2 hours]"), split_title("✅ Ship it")
    (('Order model', '2 hours', False), ('Ship it', '', True))
    """
    title, effort = " ".join(without_bold(text).strip().removesuffix("~~").split()), ""
    done = title.startswith(DONE_MARKS)
    for _ in range(2 if _may_have_note(title) else 0):
        if note := _DONE_NOTE.search(title, max(0, len(title) - _LONGEST_NOTE)):
            title, done = title[: note.start()], True
        found = _EFFORT.search(title, max(0, len(title) - _LONGEST_NOTE)) if not effort else None
        if found and is_effort(found["effort"]):
            title, effort = title[: found.start()], " ".join(found["effort"].split())
    return _MARKS.sub("", title).strip(), effort, done


def without_box(text: str) -> str:
    """Return a text without the box at its beginning.

    >>> without_box("[x] Write it"), without_box("Write it")
    ('Write it', 'Write it')
    """
    box = LEADING_BOX.match(text)
    return text[box.end() :] if box else text


def without_bold(text: str) -> str:
    """Return a text without the marks of bold words; code keeps its stars.

    >>> without_bold("**Read** `a/**/b`")
    'Read `a/**/b`'
    """
    return _BOLD_OR_CODE.sub(lambda found: "" if found[0] == "**" else found[0], text) if "**" in text else text


def _may_have_note(title: str) -> bool:
    """Return True if a title may end with an effort or a word for done; faster than their patterns."""
    last = title[-1:]
    return last in _NOTE_ENDS or last.isupper() or any(mark in title[-14:] for mark in DONE_MARKS)


def start_from_heading(block: Block, index: int, name: str, title: str, box: str | None = None) -> TaskStart:
    """Return the start of a task that is a heading; its box may be before or after the title."""
    found = LEADING_BOX.match(title) or _TRAILING_BOX.search(title, max(0, len(title) - _LONGEST_NOTE))
    if found and box is None:
        behind_box = found.groupdict().get("notes", title[found.end() :])
        box, title = found["box"], title[: found.start()] + behind_box
    text, effort, done = split_title(title)
    done = done or any(mark in block.one_line[:4] for mark in DONE_MARKS)
    return TaskStart(id=name, title=text, index=index, line=block.line, box=box, effort=effort, done=done)


def start_from_item(block: Block, index: int, name: str, begin: int, box: str | None = None) -> TaskStart:
    """Return the start of a task that is a list item; its title begins at the offset `begin` of its text."""
    end = _title_end(block.text, begin)
    text, effort, done = split_title(block.text[begin:end].rstrip(" :"))
    behind = Block("text", block.depth, block.text[end:], block.line_at(end)) if block.text[end:].strip() else None
    return TaskStart(
        id=name,
        title=text,
        index=index,
        line=block.line,
        box=box,
        effort=effort,
        done=done,
        text_behind_title=behind,
        is_one_line=True,
    )


def _title_end(text: str, begin: int) -> int:
    """Return the end of a title: the first substep, the end of a bold title, the first field, or the text's end."""
    bold = _BOLD_TITLE.match(text, begin)
    substep = _SUBSTEP.search(text, begin)
    end = substep.start() if substep else len(text)
    if bold and (substep or text.startswith("\n", bold.end())):  # the text below a bold title is no part of it
        return min(bold.end(), end)
    label = _NEXT_LABEL.search(text, begin)
    return min(end, label.start()) if label else end
