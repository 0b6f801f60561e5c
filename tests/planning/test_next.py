"""`pytest-execute next`: what to take up now, for people and for programs."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.topic import BREAKDOWN, environment


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "notes/sums").mkdir(parents=True)
    return tmp_path


def next_of(root: Path, breakdown: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    (root / "notes/sums/breakdown.md").write_text(breakdown)
    words = [sys.executable, "-m", "pytest_execute", "next", "sums", *arguments]
    return subprocess.run(words, cwd=root, env=environment(), capture_output=True, text=True, check=False)


def test_it_names_the_tasks_that_can_start(root: Path) -> None:
    done = next_of(root, BREAKDOWN.replace("### 2. [x]", "### 2. [ ]").replace("### 3. [x]", "### 3. [ ]"))
    assert (done.returncode, done.stdout) == (0, "2  Take  (stream B, 1 hour)\n")


def test_it_answers_programs(root: Path) -> None:
    done = next_of(root, BREAKDOWN.replace("[x]", "[ ]"), "--json")
    assert json.loads(done.stdout) == {
        "tasks": [
            {"id": "1", "title": "Add", "stream": "A", "effort": "1 hour", "agent": "", "line": 5},
            {"id": "2", "title": "Take", "stream": "B", "effort": "1 hour", "agent": "", "line": 14},
        ]
    }


def test_it_says_where_all_is_done(root: Path) -> None:
    done = next_of(root, BREAKDOWN)
    assert (done.returncode, done.stdout) == (0, "every task is ticked: `pytest-execute gate sums` judges them\n")


def test_a_plan_that_cannot_be_read_ends_with_two(root: Path) -> None:
    done = next_of(root, BREAKDOWN.replace("Task 2", "Task 9"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "notes/sums/breakdown.md:27: error: task 3 depends on 9, which no stream has (unknown-task)\n"
