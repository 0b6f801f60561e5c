"""Commands and artifacts of the deployment, in whole runs of pytest."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.repository import Repository
from tests.topic import PROJECT, QUICK, honest, run


def with_deployment(path: Path, *lines: str) -> Repository:
    """Make the topic "sums" with a `[tool.pytest-execute.deployment]` table."""
    repo = honest(path, PROJECT + QUICK)
    table = "\n[tool.pytest-execute.deployment]\n" + "\n".join(lines) + "\n"
    repo.commit("deployment", {"pyproject.toml": PROJECT + QUICK + table})
    return repo


@pytest.mark.parametrize(("status", "verdict"), [(0, "passed"), (3, "failed")])
def test_the_status_of_a_command_decides(tmp_path: Path, status: int, verdict: str) -> None:
    command = [sys.executable, "-c", f"print('built'); raise SystemExit({status})"]
    repo = with_deployment(tmp_path / "repo", f"commands = [{json.dumps(command)}]")
    assert run(repo.path, "-n0").verdicts()["deployment"] == verdict


def test_a_command_that_does_not_exist_fails(tmp_path: Path) -> None:
    repo = with_deployment(tmp_path / "repo", 'commands = [["no-such-command"]]')
    assert run(repo.path, "-n0").verdicts()["deployment"] == "failed"


def test_no_command_runs_where_an_artifact_is_empty(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "open('ran', 'w').close()"]
    repo = with_deployment(tmp_path / "repo", 'artifacts = ["dist/app.zip"]', f"commands = [{json.dumps(command)}]")
    (repo.path / "dist").mkdir()
    (repo.path / "dist/app.zip").touch()
    assert run(repo.path, "-n0").verdicts()["deployment"] == "failed"
    assert not (repo.path / "ran").exists()
