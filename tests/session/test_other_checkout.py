"""Tests that import the project from another checkout: the run ends at once, with both paths."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import topic
from tests.repository import Repository
from tests.topic import PROJECT


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_a_run_in_a_linked_worktree_does_not_judge_the_main_checkout(tmp_path: Path, workers: str) -> None:
    repo = Repository(tmp_path / "repo")
    settings = PROJECT.replace('pythonpath = ["src"]\n', "")
    files = {**topic.SKELETON, **topic.TESTS, **topic.CODE, "pyproject.toml": settings}
    repo.commit("begin", files)
    repo.put("src/app/take.py", None)
    repo.git("worktree", "add", "-q", str(tmp_path / "other"))
    ran = topic.run(tmp_path / "other", workers, PYTHONPATH=str(repo.path / "src"))
    assert ran.status == 4, ran.text
    assert ran.report == {}
    (line,) = [line for line in ran.text.splitlines() if "(other-code)" in line]
    assert f"tests import app from {repo.path}/src/app/__init__.py" in line
    assert f"not from {tmp_path}/other/src/app/__init__.py" in line
    assert "passed" not in ran.text


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_code_of_another_checkout_that_tests_import_as_they_run_is_not_judged(tmp_path: Path, workers: str) -> None:
    repo = Repository(tmp_path / "repo")
    settings = PROJECT.replace('pythonpath = ["src"]\n', "")
    lazy = {"tests/test_undo.py": topic.TESTS["tests/test_undo.py"]}
    repo.commit("begin", {**topic.SKELETON, **lazy, **topic.CODE, "pyproject.toml": settings})
    repo.git("worktree", "add", "-q", str(tmp_path / "other"))
    ran = topic.run(tmp_path / "other", workers, PYTHONPATH=str(repo.path / "src"))
    assert (ran.status, ran.report) == (4, {}), ran.text
    assert f"tests import app from {repo.path}/src/app/__init__.py" in ran.text
