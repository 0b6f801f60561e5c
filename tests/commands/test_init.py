"""`pytest-execute init`: documents and the policy's table are written where they are missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.cli import main
from pytest_execute.commands.init import init


def test_init_starts_a_topic_and_overwrites_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert main(["init", "chat"]) == 0
    (tmp_path / "notes/chat/plan.md").write_text("mine\n")
    assert main(["init", "chat"]) == 0
    assert (tmp_path / "notes/chat/plan.md").read_text() == "mine\n"
    assert "[tool.pytest-execute]" in (tmp_path / "pyproject.toml").read_text()
    assert main(["check", "notes/chat/breakdown.md"]) == 0


def test_a_pyproject_whose_tool_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("tool = 3\n")
    status, text = init(tmp_path, "notes", "chat")
    message = "pyproject.toml: error: not valid TOML: correct it, then run `pytest-execute init` again (bad-toml)"
    assert (status, text.splitlines()[-1]) == (2, message)


def test_init_below_the_top_writes_beside_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    monkeypatch.chdir(tmp_path / "tests")
    assert main(["init", "chat"]) == 0
    assert (tmp_path / "notes/chat/plan.md").is_file()
    assert not (tmp_path / "tests/notes").exists()
