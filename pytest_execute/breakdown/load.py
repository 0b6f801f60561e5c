"""Documents of a topic on the disk: the only module of the reader that reads files."""

from __future__ import annotations

import contextlib
from pathlib import Path

from msgspec import structs

from pytest_execute.breakdown.adopt import adopted
from pytest_execute.breakdown.blocks import Block, parse_blocks
from pytest_execute.breakdown.reader import ParsedBreakdown, read_text
from pytest_execute.breakdown.task_files import join_task_files
from pytest_execute.breakdown.task_master import read_task_master
from pytest_execute.core.errors import ExecuteError, Problem, did_you_mean
from pytest_execute.core.file_names import is_possible_path
from pytest_execute.core.plan import Plan
from pytest_execute.tools.documents import PLAN, exists, is_directory, read, read_bytes

BEGINNING = 100_000
"""Bytes of a document that are read first to see whether it has text."""


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
    if not exists(root / path):
        hint = f"no such file: write the breakdown, or start it with `pytest-execute init {topic}`"
        raise ExecuteError(Problem("no-breakdown", hint, path))
    return read_file(root / path, topic, path)


def read_file(file: Path, topic: str, path: str) -> ParsedBreakdown:
    """Read one file; messages call it `path`."""
    text = read(file, path, PLAN)
    if not text.strip():
        hint = "empty: write at least one task, as `### 1. [ ] Title`"
        raise ExecuteError(Problem("empty-breakdown", hint, path, 1))
    return read_text(text, topic, path)


def adopt_file(file: Path, topic: str, path: str) -> str:
    """Return a foreign plan in the canonical form, with questions; raise ExecuteError if no task can be read.

    A directory has a `tasks.md` or `tasks.json`, or a file for each task.
    """
    if is_directory(file):
        return _adopt_directory(file, topic, path)
    if file.suffix == ".json":
        plan = read_task_master(read(file, path, PLAN), topic, path)
        return adopted(ParsedBreakdown(plan, ()), plan, path)
    reading = read_file(file, topic, path)
    if reading.plan is None:
        raise ExecuteError(*reading.errors)
    return adopted(reading, reading.plan, path)


def _adopt_directory(directory: Path, topic: str, path: str) -> str:
    for name in ("tasks.md", "tasks.json"):
        if exists(directory / name):
            return adopt_file(directory / name, topic, f"{path}/{name}")
    text = join_task_files({file.name: read(file, f"{path}/{file.name}", PLAN) for file in directory.glob("*.md")})
    if not text:
        hint = "no plan here: name a directory with a tasks.md, or with a file for each task, as `001.md`"
        raise ExecuteError(Problem("no-task", f"{hint}, that has its name and status in front matter", path))
    reading = read_text(text, topic, path)
    if reading.plan is None:
        raise ExecuteError(*reading.errors)
    return adopted(reading, structs.replace(reading.plan, title=directory.resolve().name), f"{path}, its files joined")


def written_documents(root: Path, notes: str, topic: str) -> dict[str, bool]:
    """Return `{name: True if the file has text beside its headings}` for research.md and plan.md.

    Raises ExecuteError for a file that cannot be read.
    """
    directory = f"{Path(notes).as_posix()}/{topic}"
    return {name: _has_text(root / directory / name, f"{directory}/{name}") for name in ("research.md", "plan.md")}


def _has_text(file: Path, path: str) -> bool:
    data = read_bytes(file, path, PLAN) if exists(file) else b""
    beginning = data[: data.rfind(b"\n", 0, BEGINNING) + 1]  # what follows could change its last block only
    return any(map(_is_text, _blocks(beginning)[:-1])) or any(map(_is_text, _blocks(data)))


def _blocks(data: bytes) -> tuple[Block, ...]:
    return parse_blocks(data.decode(errors="replace")).blocks


def _is_text(block: Block) -> bool:
    return block.kind != "heading" and bool(block.text.strip())


def check_topic_name(notes: str, topic: str) -> None:
    """Raise ExecuteError unless `topic` can be the name of one directory."""
    if not topic.strip(". ") or "/" in topic or "\\" in topic or not is_possible_path(topic):
        shown = topic if len(topic) < _MAX_SHOWN else f"{topic[:_MAX_SHOWN]}…"
        raise ExecuteError(Problem("bad-topic", f"a topic is the name of one directory in {notes}, not {shown!r}"))


_MAX_SHOWN = 60


def _topic_directory(root: Path, notes: str, topic: str) -> str:
    """Return the topic's directory relative to root; raise ExecuteError if it does not exist."""
    check_topic_name(notes, topic)
    notes = Path(notes).as_posix()
    if not is_directory(root / notes):
        hint = f"no such directory: start a topic with `pytest-execute init {topic}`"
        raise ExecuteError(Problem("no-notes", hint, notes))
    if not is_directory(root / notes / topic):
        raise ExecuteError(Problem("no-topic", _unknown_topic(root / notes, topic), f"{notes}/{topic}"))
    return f"{notes}/{topic}"


def find_topics(notes: Path) -> list[str]:
    """Return the names of all topics in the directory `notes`."""
    with contextlib.suppress(OSError):
        return sorted(each.name for each in notes.iterdir() if each.is_dir() and exists(each / "breakdown.md"))
    return []


def _unknown_topic(notes: Path, topic: str) -> str:
    """Return the message for a topic that does not exist, with the nearest name."""
    names = find_topics(notes)
    if not names:
        return f"no such topic, and no other: start it with `pytest-execute init {topic}`"
    return f"no such topic: topics here are {', '.join(names)}{did_you_mean(topic, names)}"
