"""The plan's commands together: a topic is started, read, and taken up."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.cli import main


@pytest.mark.stream("A", topic="next")
def test_a_topic_that_was_started_offers_its_first_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check"]) == 2
    assert capsys.readouterr().out.startswith("notes: error: no topic there")
    assert main(["init", "chat"]) == 0
    assert "added [tool.pytest-execute] to pyproject.toml" in capsys.readouterr().out
    assert main(["init", "chat"]) == 0
    assert "kept [tool.pytest-execute] in pyproject.toml" in capsys.readouterr().out
    for document in ("research", "plan"):
        with Path(f"notes/chat/{document}.md").open("a", encoding="utf-8") as file:
            file.write("\nIt says something.\n")
    assert main(["check"]) == 0
    assert capsys.readouterr().out.count("critical path") == 1
    assert main(["next", "chat"]) == 0
    assert capsys.readouterr().out.startswith("1  ")


def test_a_pyproject_whose_tool_is_no_table(tmp_path: Path) -> None:
    from pytest_execute.commands.init import init

    (tmp_path / "pyproject.toml").write_text("tool = 3\n")
    status, said = init(tmp_path, "notes", "chat")
    assert (status, said.splitlines()[-1]) == (
        2,
        "pyproject.toml: error: not valid TOML: mend it, then run this again (bad-toml)",
    )
