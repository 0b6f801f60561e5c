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


BEGUN = BREAKDOWN.replace("### 1. [x]", "### 1. [-]").replace("[x]", "[ ]")


def test_next_prints_all_that_a_coordinator_needs(run_next: Callable[..., Finished]) -> None:
    shared = BEGUN.replace("`src/app/take.py`", "`src/app/take.py`, `src/app/add.py:3-9`")
    answer = json.loads(run_next(shared, "--json").stdout)
    assert answer["tasks"] == [
        {
            "id": "2",
            "title": "Take",
            "state": "open",
            "stream": "B",
            "effort": "1 hour",
            "agent": "",
            "line": 14,
            "files": ["src/app/take.py", "src/app/add.py:3-9"],
            "tests": ["tests/test_take.py::test_take"],
            "depends": [],
            "blocked_by": [],
            "blocks": ["3"],
            "shared_files": {"1": ["src/app/add.py"]},
        }
    ]
    assert [(task["id"], task["state"], task["blocks"]) for task in answer["begun"]] == [("1", "begun", ["3"])]
    assert [(task["id"], task["blocked_by"], task["depends"]) for task in answer["waiting"]] == [
        ("3", ["2", "1"], ["2", "1"])
    ]
    assert (answer["topic"], answer["closed"], answer["done"]) == ("sums", None, [])


def test_a_begun_task_is_not_offered_and_its_files_are_named(run_next: Callable[..., Finished]) -> None:
    assert run_next(BEGUN).stdout == "2  Take  (stream B, 1 hour)\n"
    shared = BEGUN.replace("`src/app/take.py`", "`src/app/add.py`")
    assert run_next(shared).stdout == "2  Take  (stream B, 1 hour, shares src/app/add.py with task 1, which is begun)\n"


@pytest.mark.parametrize(
    ("marks", "message"),
    [
        ("--  ", "no task can start: task 1 is begun, task 2 is begun, task 3 waits for 2, 1\n"),
        ("xx- ", "no task can start: task 3 is begun\n"),
        ("x!  ", "no task can start: task 2 is blocked, task 3 waits for 2\n"),
    ],
)
def test_next_says_why_no_task_can_start(run_next: Callable[..., Finished], marks: str, message: str) -> None:
    text = BREAKDOWN
    for number, mark in zip("123", marks, strict=False):
        text = text.replace(f"### {number}. [x]", f"### {number}. [{mark}]")
    assert run_next(text).stdout == message


@pytest.mark.parametrize(("option", "ids"), [("--stream=B", ["2"]), ("--stream=A", ["1"]), ("--task=2", ["2"])])
def test_next_lists_a_part_of_the_plan(run_next: Callable[..., Finished], option: str, ids: list[str]) -> None:
    answer = json.loads(run_next(BREAKDOWN.replace("[x]", "[ ]"), "--json", option).stdout)
    assert [task["id"] for task in answer["tasks"]] == ids


def test_an_unknown_part_is_an_error(run_next: Callable[..., Finished]) -> None:
    done = run_next(BREAKDOWN, "--task=9", "--stream=Z")
    assert done.returncode == 2
    assert done.stderr.splitlines() == [
        "notes/sums/breakdown.md: error: --stream=Z: no such stream: streams here are A, B, C (unknown-stream)",
        "notes/sums/breakdown.md: error: --task=9: no such task: tasks here are 1, 2, 3 (unknown-task)",
    ]


@pytest.mark.parametrize("command", [["next", "sums"], ["check", "sums"], ["check"]])
def test_a_command_works_in_any_directory_of_the_project(
    root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    from pytest_execute.cli import main

    (root / ".git").mkdir()
    (root / "tests/deep").mkdir(parents=True)
    (root / "notes/sums/breakdown.md").write_text(BREAKDOWN.replace("[x]", "[ ]"))
    answers = []
    for directory in (root, root / "tests/deep", root / "notes/sums"):
        monkeypatch.chdir(directory)
        answers.append((main(command), *capsys.readouterr()))
    assert answers[0] == answers[1] == answers[2]
    assert "Take" in answers[0][1] or "no-document" in answers[0][1]


def test_the_directory_of_the_topics_can_be_given(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from pytest_execute.cli import main

    (root / "plans/sums").mkdir(parents=True)
    (root / "plans/sums/breakdown.md").write_text(BREAKDOWN)
    assert main(["next", "sums", "--notes=plans"]) == 0
    assert main(["check", "sums", "--notes", "plans"]) == 2
    assert "plans/sums/research.md: error: no such file" in capsys.readouterr().out


def test_next_says_that_every_task_is_ticked(run_next: Callable[..., Finished]) -> None:
    done = run_next(BREAKDOWN)
    assert (done.returncode, done.stdout) == (0, "every task is ticked: `pytest-execute gate sums` judges them\n")


def test_nothing_is_offered_of_a_closed_topic(root: Path, run_next: Callable[..., Finished]) -> None:
    (root / "notes/sums/closed.toml").write_text(f'commit = "{"a" * 40}"\n')
    done = run_next(BEGUN)
    message = "sums was closed at aaaaaaa: remove notes/sums/closed.toml to go on with it\n"
    assert (done.returncode, done.stdout) == (0, message)
    answer = json.loads(run_next(BEGUN, "--json").stdout)
    assert (answer["closed"], answer["tasks"], answer["begun"], answer["waiting"]) == ("a" * 40, [], [], [])


def test_a_broken_record_of_closing_is_an_error(root: Path, run_next: Callable[..., Finished]) -> None:
    (root / "notes/sums/closed.toml").write_text("commit = 1\n")
    done = run_next(BEGUN)
    assert (done.returncode, done.stdout) == (2, "")
    message = "commit: expected the id of a commit: close the topic again (bad-record)"
    assert done.stderr == f"notes/sums/closed.toml: error: {message}\n"


def test_a_plan_that_cannot_be_read_ends_with_two(run_next: Callable[..., Finished]) -> None:
    done = run_next(BREAKDOWN.replace("Task 2", "Task 9"))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "notes/sums/breakdown.md:27: error: task 3 depends on 9, which no stream has (unknown-task)\n"
