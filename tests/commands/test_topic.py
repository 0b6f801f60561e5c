"""Commands `init`, `check` and `next` one after the other, on a new topic."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.cli import main


@pytest.mark.stream("A", topic="next")
def test_a_new_topic_offers_its_first_task(
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
