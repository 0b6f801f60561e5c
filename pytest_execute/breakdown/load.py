"""A topic's documents from the disk: the only part of the reader that reads files."""

from __future__ import annotations

import stat
from pathlib import Path

from pytest_execute.breakdown.blocks import parse_blocks
from pytest_execute.breakdown.reader import ParsedBreakdown, read_text
from pytest_execute.core.errors import ExecuteError, Problem, did_you_mean
from pytest_execute.core.plan import Plan


def load_plan(root: Path, notes: str, topic: str) -> Plan:
    """The plan of a topic, or an error with all that is wrong with its breakdown."""
    reading = read_topic(root, notes, topic)
    if reading.errors or reading.plan is None:
        raise ExecuteError(*reading.errors)
    return reading.plan


def read_topic(root: Path, notes: str, topic: str) -> ParsedBreakdown:
    """The reading of a topic's breakdown, warnings included; an error where there is no text to read."""
    folder = _folder(root, notes, topic)
    path = f"{folder}/breakdown.md"
    if not (root / path).is_file():
        hint = f"no such file: write the breakdown, or start it with `pytest-execute init {topic}`"
        raise ExecuteError(Problem("no-breakdown", hint, path))
    return read_file(root / path, topic, path)


def read_file(file: Path, topic: str, path: str) -> ParsedBreakdown:
    """The reading of one file, called `path` in messages."""
    text = _text(file, path)
    if not text.strip():
        hint = "empty: write at least one task, as `### 1. [ ] Title`"
        raise ExecuteError(Problem("empty-breakdown", hint, path, 1))
    return read_text(text, topic, path)


def written_documents(root: Path, notes: str, topic: str) -> dict[str, bool]:
    """Whether research.md and plan.md are there and say something beyond their headings."""
    folder = root / notes / topic
    return {name: _speaks(folder / name) for name in ("research.md", "plan.md")}


def _speaks(file: Path) -> bool:
    try:
        text = file.read_bytes().decode(errors="replace") if file.is_file() else ""
    except OSError:
        return False
    return any(block.kind != "heading" and block.text.strip() for block in parse_blocks(text).blocks)


def check_topic_name(notes: str, topic: str) -> None:
    """An error unless `topic` can be the name of one directory."""
    if not topic.strip(". ") or "/" in topic or "\\" in topic or "\0" in topic:
        raise ExecuteError(Problem("bad-topic", f"a topic is the name of one directory in {notes}, not {topic!r}"))


def _folder(root: Path, notes: str, topic: str) -> str:
    """The topic's directory relative to root, once it is sure that it exists."""
    check_topic_name(notes, topic)
    notes = Path(notes).as_posix()
    if not (root / notes).is_dir():
        hint = f"no such directory: start a topic with `pytest-execute init {topic}`"
        raise ExecuteError(Problem("no-notes", hint, notes))
    if not (root / notes / topic).is_dir():
        raise ExecuteError(Problem("no-topic", _no_topic(root / notes, topic), f"{notes}/{topic}"))
    return f"{notes}/{topic}"


def find_topics(notes: Path) -> list[str]:
    """The names of all topics in the directory `notes`."""
    return sorted(file.parent.name for file in notes.glob("*/breakdown.md"))


def _no_topic(notes: Path, topic: str) -> str:
    there = find_topics(notes)
    if not there:
        return f"no such topic, and no other: start it with `pytest-execute init {topic}`"
    return f"no such topic: topics here are {', '.join(there)}{did_you_mean(topic, there)}"


MAX_BYTES = 16_000_000
"""Bytes; ten thousand tasks in all detail are a third of it."""


def _text(file: Path, path: str) -> str:
    try:
        about = file.stat()
        if not stat.S_ISREG(about.st_mode):
            raise ExecuteError(Problem("unreadable", "not a file: name a Markdown file", path))
        if about.st_size > MAX_BYTES:
            large = f"{about.st_size // 1_000_000} MB, where a breakdown has at most {MAX_BYTES // 1_000_000}"
            raise ExecuteError(Problem("too-large", f"{large}: divide the topic", path))
        data = file.read_bytes()
    except FileNotFoundError as error:
        raise ExecuteError(Problem("no-file", "no such file", path)) from error
    except OSError as error:
        raise ExecuteError(Problem("unreadable", f"cannot be read: {error.strerror}", path)) from error
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ExecuteError(Problem("not-utf-8", "not UTF-8: save the file as UTF-8", path, line)) from error
