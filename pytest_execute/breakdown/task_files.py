"""Plans with a file for each task, as CCPM writes them: `001.md` with name, status and dependencies in front matter.

The files are joined to one breakdown, in which each is a task with its sections as fields.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from msgspec import Struct

from pytest_execute.breakdown.ids import ID
from pytest_execute.breakdown.marks import is_tick, state_of
from pytest_execute.core.late_pattern import late_pattern

# matches "---", the lines of front matter, "---" at the beginning of a file
_FRONT_MATTER = late_pattern(r"\ufeff?---[ \t]*\r?\n(?P<lines>.*?)\r?\n---[ \t]*(?:\r?\n|\Z)", re.DOTALL)
# matches "depends_on: [001, 002]", and "  - 001" below "depends_on:"
_ENTRY = late_pattern(r"(?P<key>\w+)[ \t]*:[ \t]*(?P<value>.*)|[ \t]*-[ \t]+(?P<item>.*)")
_FENCE = late_pattern(r" {0,3}(?:```|~~~)")
_BOXES = {"open": " ", "begun": "-", "blocked": "!"}


class _TaskFile(Struct, frozen=True):
    """File of one task: `entries` are those of its front matter, `body` is the text behind it."""

    id: str
    entries: Mapping[str, str]
    body: str


def join_task_files(texts: Mapping[str, str]) -> str:
    """Return the files with a task, by their names, as one breakdown; an empty text if there is none."""
    files = filter(None, (_task_file(PurePosixPath(name).stem, text) for name, text in texts.items()))
    ordered = sorted(files, key=lambda file: (not file.id.isdecimal(), len(file.id.lstrip("0")), file.id.lstrip("0")))
    return "\n".join(line for file in ordered for line in _task(file))


def _task_file(name: str, text: str) -> _TaskFile | None:
    found = _FRONT_MATTER.match(text)
    entries = _entries(found["lines"]) if found else {}
    if found is None or not re.fullmatch(ID, name) or not entries.keys() >= {"name", "status"}:
        return None
    return _TaskFile(name, entries, text[found.end() :])


def _entries(lines: str) -> dict[str, str]:
    """Return the entries of front matter; the items of a list are joined by commas."""
    entries: dict[str, str] = {}
    key = ""
    for line in lines.splitlines():
        entry = _ENTRY.fullmatch(line)
        if entry and entry["key"]:
            key = entry["key"]
            entries[key] = entry["value"].strip().strip("\"'")
        elif entry and key:
            entries[key] = ", ".join(filter(None, (entries[key], entry["item"].strip())))
    return entries


def _task(file: _TaskFile) -> Iterator[str]:
    """Yield the lines of a task: its heading, its dependencies, and the file's text."""
    status = file.entries["status"]
    box = "x" if is_tick(status) else _BOXES[state_of(status.replace("-", " "))]
    names = re.findall(r"[\w.-]+", re.sub(r"\.md\b", "", file.entries.get("depends_on", "")))
    waits = [name for name in names if name.casefold() not in ("null", "none")]
    yield from (f"### {file.id}. [{box}] {file.entries['name']}", "")
    dependencies = f"Tasks {', '.join(waits)}" if waits else "None"
    yield from (f"- **Dependencies**: {dependencies}", "")
    yield from _body(file.body)
    yield ""


def _body(text: str) -> Iterator[str]:
    """Yield the lines of a text with its headings below that of the task; its title is left out."""
    is_code = False
    for line in text.splitlines():
        is_code ^= _FENCE.match(line) is not None
        if is_code or not line.startswith("#"):
            yield line
        elif not line.startswith("# "):
            yield f"##{line}"
