"""The command's door: what is asked reaches pytest, what cannot be done is told in one line, with status 2."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pytest_execute.tools.cache import FILE_NAME
from tests import hello
from tests.repository import Repository


@pytest.fixture(scope="module")
def passing(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return hello.done(tmp_path_factory.mktemp("gate") / "work")


def test_what_follows_two_dashes_is_pytests(passing: Repository, tmp_path: Path) -> None:
    """Nothing is collected with `-k nothing`, so no test counts, and the files are written all the same."""
    report, summary = tmp_path / "new/report.json", tmp_path / "new/summary.md"
    command = ["python", "-m", "pytest_execute", "gate", "hello", "--report", str(report), "--summary", str(summary)]
    done = hello.run([*command, "--", "-k", "nothing"], passing.path)
    assert done.returncode == 1, done.stderr
    assert "1 deselected" in done.stdout
    assert json.loads(report.read_text())["tests"] == []
    assert summary.read_text().startswith("## Greeting: Task Breakdown: ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nope"], "ERROR: notes/nope: error: no such topic: topics here are hello (no-topic)\n\n"),
        (
            ["hello", "--base", "v1"],
            "ERROR: error: no commit is called 'v1': fetch it, or name another base (unknown-base)\n\n",
        ),
        (["hello", "--report", "src"], "src: error: cannot be written: Is a directory (unwritable)\n"),
        (["hello", "--summary", "src"], "src: error: cannot be written: Is a directory (unwritable)\n"),
    ],
)
def test_what_cannot_be_judged(passing: Repository, arguments: list[str], message: str) -> None:
    before = passing.state()
    done = hello.run(["pytest-execute", "gate", *arguments], passing.path)
    assert (done.returncode, done.stderr) == (2, message)
    assert passing.state() == before


def test_outside_of_a_repository(tmp_path: Path) -> None:
    done = hello.run(["pytest-execute", "gate", "hello", "--staged"], tmp_path)
    message = "not in a git work tree, so nothing can be proven: run `git init` and commit, or start in a checkout"
    assert (done.returncode, done.stderr) == (2, f"{tmp_path}: error: {message} (no-git)\n")


def test_inside_of_a_test_that_a_worker_runs(passing: Repository) -> None:
    """The outer run's worker says what it is in the environment; the gate's pytest is none."""
    done = hello.run(["pytest-execute", "gate", "hello"], passing.path, {"PYTEST_XDIST_WORKER": "gw0"})
    assert (done.returncode, done.stderr) == (0, "")


def test_what_is_staged_uses_what_the_checkout_has_learnt(passing: Repository) -> None:
    kept = passing.path / ".pytest_cache" / "d" / "execute"
    shutil.rmtree(kept, ignore_errors=True)
    kept.parent.mkdir(parents=True, exist_ok=True)
    before = passing.state()
    done = hello.run(["pytest-execute", "gate", "hello", "--staged"], passing.path)
    assert (done.returncode, done.stderr) == (0, "")
    assert {path.name.partition(".")[0] for path in kept.iterdir()} == {FILE_NAME.partition(".")[0]}
    assert passing.state() == before
