"""Beside a user's own `--cov`: pytest-cov does what it does without us, and the verdict says what it lacks."""

from __future__ import annotations

from pathlib import Path

from tests.topic import PROJECT, honest, run


def test_pytest_cov_knows_of_the_workers_that_we_ask_for(tmp_path: Path) -> None:
    repo = honest(tmp_path / "repo")
    repo.put("pyproject.toml", f'{PROJECT}test-first = "off"\n')
    ran = run(repo.path, "--cov=src/app", "--cov-report=term")
    assert "INTERNALERROR" not in ran.text
    assert "src/app/undo.py" in ran.text  # a row of its table
    assert ran.codes("task:1") == [("coverage", "not-measured")]
