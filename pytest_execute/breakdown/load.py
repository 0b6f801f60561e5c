"""Documents of a topic on the disk: the only module of the reader that reads files."""

from __future__ import annotations

import stat
from pathlib import Path

from pytest_execute.breakdown.adopt import adopted
from pytest_execute.breakdown.blocks import parse_blocks
from pytest_execute.breakdown.reader import ParsedBreakdown, read_text
from pytest_execute.breakdown.task_master import read_task_master
from pytest_execute.core.errors import ExecuteError, Problem, did_you_mean
from pytest_execute.core.plan import Plan

MAX_BYTES = 16_000_000
"""Largest breakdown that is read; ten thousand tasks with all fields take a third of it."""


def load_plan(root: Path, notes: str, topic: str) -> Plan:
    """Return the plan of a topic; raise ExecuteError with all errors of its breakdown."""
    parsed = read_topic(root, notes, topic)
    if parsed.errors or parsed.plan is None:
        raise ExecuteError(*parsed.errors)
    return parsed.plan


def read_topic(root: Path, notes: str, topic: str) -> ParsedBreakdown:
    """Read a topic's breakdown, with its warnings; raise ExecuteError where there is no text to read."""
    directory = _topic_directory(root, notes, topic)
    path = f"{directory}/breakdown.md"
    if not (root / path).is_file():
        hint = f"no such file: write the breakdown, or start it with `pytest-execute init {topic}`"
        raise ExecuteError(Problem("no-breakdown", hint, path))
    return read_file(root / path, topic, path)


def read_file(file: Path, topic: str, path: str) -> ParsedBreakdown:
    """Read one file; messages call it `path`."""
    text = _read_utf8(file, path)
    if not text.strip():
        hint = "empty: write at least one task, as `### 1. [ ] Title`"
        raise ExecuteError(Problem("empty-breakdown", hint, path, 1))
    return read_text(text, topic, path)


def adopt_file(file: Path, topic: str, path: str) -> str:
    """Return a foreign plan in the canonical form, with questions; raise ExecuteError if no task can be read."""
    if file.suffix == ".json":
        plan = read_task_master(_read_utf8(file, path), topic, path)
        return adopted(ParsedBreakdown(plan, ()), plan, path)
    reading = read_file(file, topic, path)
    if reading.plan is None:
        raise ExecuteError(*reading.errors)
    return adopted(reading, reading.plan, path)


def written_documents(root: Path, notes: str, topic: str) -> dict[str, bool]:
    """Return `{name: True if the file has text beside its headings}` for research.md and plan.md."""
    directory = root / notes / topic
    return {name: _has_text(directory / name) for name in ("research.md", "plan.md")}


def _has_text(file: Path) -> bool:
    try:
        text = file.read_bytes().decode(errors="replace") if file.is_file() else ""
    except OSError:
        return False
    return any(block.kind != "heading" and block.text.strip() for block in parse_blocks(text).blocks)


def check_topic_name(notes: str, topic: str) -> None:
    """Raise ExecuteError unless `topic` can be the name of one directory."""
    if not topic.strip(". ") or "/" in topic or "\\" in topic or "\0" in topic:
        raise ExecuteError(Problem("bad-topic", f"a topic is the name of one directory in {notes}, not {topic!r}"))


def _topic_directory(root: Path, notes: str, topic: str) -> str:
    """Return the topic's directory relative to root; raise ExecuteError if it does not exist."""
    check_topic_name(notes, topic)
    notes = Path(notes).as_posix()
    if not (root / notes).is_dir():
        hint = f"no such directory: start a topic with `pytest-execute init {topic}`"
        raise ExecuteError(Problem("no-notes", hint, notes))
    if not (root / notes / topic).is_dir():
        raise ExecuteError(Problem("no-topic", _unknown_topic(root / notes, topic), f"{notes}/{topic}"))
    return f"{notes}/{topic}"


def find_topics(notes: Path) -> list[str]:
    """Return the names of all topics in the directory `notes`."""
    return sorted(file.parent.name for file in notes.glob("*/breakdown.md"))


def _unknown_topic(notes: Path, topic: str) -> str:
    """Return the message for a topic that does not exist, with the nearest name."""
    names = find_topics(notes)
    if not names:
        return f"no such topic, and no other: start it with `pytest-execute init {topic}`"
    return f"no such topic: topics here are {', '.join(names)}{did_you_mean(topic, names)}"


def _read_utf8(file: Path, path: str) -> str:
    """Return the text of a file; raise ExecuteError for all that is not a readable UTF-8 file."""
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):  # reading a pipe would wait for its writer
            raise ExecuteError(Problem("unreadable", "not a file: name a Markdown file", path))
        if status.st_size > MAX_BYTES:
            size = f"{status.st_size // 1_000_000} MB, but a breakdown may have at most {MAX_BYTES // 1_000_000} MB"
            raise ExecuteError(Problem("too-large", f"{size}: divide the topic", path))
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
