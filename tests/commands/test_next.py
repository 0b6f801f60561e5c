"""`pytest-execute next`: what to take up now, for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.topic import BREAKDOWN


class Said(NamedTuple):
    """How the command ended, and what it printed."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "notes/sums").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def next_of(root: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """The command in this process, where its coverage is measured."""
    from pytest_execute.cli import main

    def run(breakdown: str, *arguments: str) -> Said:
        (root / "notes/sums/breakdown.md").write_text(breakdown)
        return Said(main(["next", "sums", *arguments]), *capsys.readouterr())

    return run


def test_it_names_the_tasks_that_can_start(next_of: Callable[..., Said]) -> None:
    done = next_of(BREAKDOWN.replace("### 2. [x]", "### 2. [ ]").replace("### 3. [x]", "### 3. [ ]"))
    assert (done.returncode, done.stdout) == (0, "2  Take  (stream B, 1 hour)\n")


def test_it_answers_programs(next_of: Callable[..., Said]) -> None:
    done = next_of(BREAKDOWN.replace("[x]", "[ ]"), "--json")
    assert json.loads(done.stdout) == {
        "tasks": [
            {"id": "1", "title": "Add", "stream": "A", "effort": "1 hour", "agent": "", "line": 5},
            {"id": "2", "title": "Take", "stream": "B", "effort": "1 hour", "agent": "", "line": 14},
        ]
    }


def test_it_says_where_all_is_done(next_of: Callable[..., Said]) -> None:
    done = next_of(BREAKDOWN)
    assert (done.returncode, done.stdout) == (0, "every task is ticked: `pytest-execute gate sums` judges them\n")


def test_a_plan_that_cannot_be_read_ends_with_two(next_of: Callable[..., Said]) -> None:
    done = next_of(BREAKDOWN.replace("Task 2", "Task 9"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "notes/sums/breakdown.md:27: error: task 3 depends on 9, which no stream has (unknown-task)\n"
