"""Topics that cannot be read: one line with the remedy, never a traceback."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_execute.breakdown import load_plan, read_file, written_documents
from pytest_execute.core.errors import ExecuteError

TASK = "### 1. [ ] T\n\n- **Objective**: o\n- **Tests**: `tests/test_t.py`\n"


def write_topic(root: Path, name: str, text: str | bytes = TASK) -> None:
    folder = root / "notes" / name
    folder.mkdir(parents=True)
    (folder / "breakdown.md").write_bytes(text.encode() if isinstance(text, str) else text)


def refusal(root: Path, name: str) -> str:
    with pytest.raises(ExecuteError) as caught:
        load_plan(root, "notes", name)
    return str(caught.value)


def test_a_topic_is_read_with_its_path_relative_to_the_root(tmp_path: Path) -> None:
    write_topic(tmp_path, "chat")
    plan = load_plan(tmp_path, "notes", "chat")
    assert (plan.topic, plan.path, [t.id for t in plan.tasks]) == ("chat", "notes/chat/breakdown.md", ["1"])


def test_no_notes_at_all(tmp_path: Path) -> None:
    assert refusal(tmp_path, "chat") == (
        "notes: error: no such directory: start a topic with `pytest-execute init chat` (no-notes)"
    )


def test_an_unknown_topic_names_the_others(tmp_path: Path) -> None:
    write_topic(tmp_path, "chat")
    write_topic(tmp_path, "billing")
    (tmp_path / "notes" / "empty").mkdir()
    assert refusal(tmp_path, "chta") == (
        "notes/chta: error: no such topic: topics here are billing, chat (did you mean chat?) (no-topic)"
    )


def test_the_first_topic(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    assert refusal(tmp_path, "chat") == (
        "notes/chat: error: no such topic, and no other: start it with `pytest-execute init chat` (no-topic)"
    )


def test_a_topic_without_breakdown(tmp_path: Path) -> None:
    (tmp_path / "notes" / "chat").mkdir(parents=True)
    assert refusal(tmp_path, "chat") == (
        "notes/chat/breakdown.md: error: no such file: write the breakdown, or start it with "
        "`pytest-execute init chat` (no-breakdown)"
    )


def test_an_empty_breakdown(tmp_path: Path) -> None:
    write_topic(tmp_path, "chat", "\n \n")
    assert refusal(tmp_path, "chat") == (
        "notes/chat/breakdown.md:1: error: empty: write at least one task, as `### 1. [ ] Title` (empty-breakdown)"
    )


def test_bytes_that_are_no_text(tmp_path: Path) -> None:
    write_topic(tmp_path, "chat", b"# A\n\n\xff\xfe\n")
    assert (
        refusal(tmp_path, "chat") == "notes/chat/breakdown.md:3: error: not UTF-8: save the file as UTF-8 (not-utf-8)"
    )


def file_refusal(file: Path) -> str:
    with pytest.raises(ExecuteError) as caught:
        read_file(file, "chat", file.name)
    return str(caught.value)


def test_a_directory_a_pipe_and_a_loop_are_refused_at_once(tmp_path: Path) -> None:
    (tmp_path / "folder.md").mkdir()
    (tmp_path / "loop.md").symlink_to("loop.md")
    os.mkfifo(tmp_path / "pipe.md")
    assert file_refusal(tmp_path / "folder.md") == "folder.md: error: not a file: name a regular file (unreadable)"
    assert file_refusal(tmp_path / "pipe.md") == "pipe.md: error: not a file: name a regular file (unreadable)"
    assert file_refusal(tmp_path / "loop.md").startswith("loop.md: error: cannot be read: ")


@pytest.mark.parametrize("name", ["../chat", "a/b", "a\\b", "", ".", "..", "x" * 256, "ü" * 128, "a\0b"])
def test_a_topic_is_one_directory_name(tmp_path: Path, name: str) -> None:
    shown = name if len(name) < 60 else f"{name[:60]}…"
    assert refusal(tmp_path, name) == f"error: a topic is the name of one directory in notes, not {shown!r} (bad-topic)"


def test_all_errors_are_raised_and_no_warnings(tmp_path: Path) -> None:
    write_topic(tmp_path, "chat", "### 1. [ ] T\n- Dependencies: 8\n\n### 2. [ ] U\n- Dependencies: 9\n")
    assert refusal(tmp_path, "chat").splitlines() == [
        "notes/chat/breakdown.md:2: error: task 1 depends on 8, which no stream has (unknown-task)",
        "notes/chat/breakdown.md:5: error: task 2 depends on 9, which no stream has (unknown-task)",
    ]


def test_documents_with_text(tmp_path: Path) -> None:
    write_topic(tmp_path, "chat")
    assert written_documents(tmp_path, "notes", "chat") == {"research.md": False, "plan.md": False}
    (tmp_path / "notes/chat/research.md").write_text("# Research\n\n<!-- later -->\n---\n")
    (tmp_path / "notes/chat/plan.md").write_text("# Plan\n\nBuild it.\n")
    assert written_documents(tmp_path, "notes", "chat") == {"research.md": False, "plan.md": True}


def test_a_large_document_is_read_as_far_as_its_first_text(tmp_path: Path) -> None:
    write_topic(tmp_path, "chat")
    (tmp_path / "notes/chat/research.md").write_text("# Research\n\n" + "word\n" * 200_000)
    (tmp_path / "notes/chat/plan.md").write_text("# Plan\n\n<!--" + "word\n" * 40_000 + "-->\nText\n")
    assert written_documents(tmp_path, "notes", "chat") == {"research.md": True, "plan.md": True}


def test_a_document_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    write_topic(tmp_path, "chat")
    os.mkfifo(tmp_path / "notes/chat/research.md")
    with pytest.raises(ExecuteError, match=r"notes/chat/research.md: error: not a file: .* \(unreadable\)"):
        written_documents(tmp_path, "notes", "chat")
