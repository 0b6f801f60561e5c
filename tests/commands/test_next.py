"""`pytest-execute next`: the tasks that can start now, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.topic import BREAKDOWN


class Finished(NamedTuple):
    """Exit status and output of a command."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "notes/sums").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run_next(root: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Finished]:
    """Run the command in this process, where its coverage is measured."""
    from pytest_execute.cli import main

    def run(breakdown: str, *arguments: str) -> Finished:
        (root / "notes/sums/breakdown.md").write_text(breakdown)
        return Finished(main(["next", "sums", *arguments]), *capsys.readouterr())

    return run


def test_next_lists_the_tasks_that_can_start(run_next: Callable[..., Finished]) -> None:
    done = run_next(BREAKDOWN.replace("### 2. [x]", "### 2. [ ]").replace("### 3. [x]", "### 3. [ ]"))
    assert (done.returncode, done.stdout) == (0, "2  Take  (stream B, 1 hour)\n")


def test_next_prints_json(run_next: Callable[..., Finished]) -> None:
    done = run_next(BREAKDOWN.replace("[x]", "[ ]"), "--json")
    assert json.loads(done.stdout) == {
        "tasks": [
            {"id": "1", "title": "Add", "stream": "A", "effort": "1 hour", "agent": "", "line": 5},
            {"id": "2", "title": "Take", "stream": "B", "effort": "1 hour", "agent": "", "line": 14},
        ]
    }


def test_next_says_that_every_task_is_ticked(run_next: Callable[..., Finished]) -> None:
    done = run_next(BREAKDOWN)
    assert (done.returncode, done.stdout) == (0, "every task is ticked: `pytest-execute gate sums` judges them\n")


def test_a_plan_that_cannot_be_read_ends_with_two(run_next: Callable[..., Finished]) -> None:
    done = run_next(BREAKDOWN.replace("Task 2", "Task 9"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "notes/sums/breakdown.md:27: error: task 3 depends on 9, which no stream has (unknown-task)\n"
