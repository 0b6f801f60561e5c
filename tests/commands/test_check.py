"""`pytest-execute check`: the problems of a topic, of a file, of every topic."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_execute.commands.check import check
from tests.repository import Repository
from tests.topic import BREAKDOWN, environment


def command(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    words = [sys.executable, "-m", "pytest_execute", *arguments]
    return subprocess.run(words, cwd=directory, env=environment(), capture_output=True, text=True, check=False)


def topic(root: Path, name: str, text: str) -> None:
    folder = root / "notes" / name
    folder.mkdir(parents=True)
    (folder / "breakdown.md").write_text(text)
    (folder / "research.md").write_text("Found.\n")
    (folder / "plan.md").write_text("Do.\n")


def test_check_reads_a_topic_a_file_or_every_topic(tmp_path: Path) -> None:
    topic(tmp_path, "sums", BREAKDOWN)
    topic(tmp_path, "worse", BREAKDOWN.replace("Task 2", "Task 9"))
    assert command(tmp_path, "check", "sums").returncode == 0
    done = command(tmp_path, "check", "notes/worse/breakdown.md")
    assert done.returncode == 2
    assert "notes/worse/breakdown.md:27: error: task 3 depends on 9, which no stream has (unknown-task)" in done.stdout
    done = command(tmp_path, "check")
    assert done.returncode == 2
    assert "3 tasks in 3 streams" in done.stdout
    assert "worse/breakdown.md:27: error" in done.stdout


def test_json_is_of_one_topic(tmp_path: Path) -> None:
    topic(tmp_path, "sums", BREAKDOWN)
    read = json.loads(command(tmp_path, "check", "sums", "--json").stdout)
    assert [task["id"] for task in read["tasks"]] == ["1", "2", "3"]
    done = command(tmp_path, "check", "--json")
    assert (done.returncode, done.stderr) == (2, "error: --json needs one topic or file: name it (usage)\n")


def test_without_any_topic_check_says_how_to_start_one(tmp_path: Path) -> None:
    done = command(tmp_path, "check")
    assert done.returncode == 2
    assert "no topic there: start one with `pytest-execute init NAME`" in done.stdout


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ("- **Tests**: none (prose)\n- **Files**: `docs/a.md`", ""),
        (
            "- **Tests**: none (prose)\n- **Files**: `docs/a.md`, `src/app/x.py`",
            (
                "b.md:4: error: task 1 has no tests, and its Files name code, src/app/x.py: name tests, or take it "
                "out of Files (untested-code)"
            ),
        ),
        (
            "- **Tests**: none\n- **Files**: `docs/a.md`",
            "b.md:1: error: task 1 has no tests, and no reason why: name some, or write `none (reason)` (no-reason)",
        ),
        (
            "- **Tests**: none (prose)",
            (
                "b.md:1: error: task 1 has neither tests nor files, so nothing can be judged: list what it writes in "
                "its Files field (no-files)"
            ),
        ),
        (
            "- **Tests**: `tests/a_check.py`",
            (
                "b.md:3: error: pytest does not collect tests/a_check.py, which task 1 names in Tests: name it "
                "test_*.py or *_test.py (not-collected)"
            ),
        ),
        ("- **Tests**: `tests/test_a.py::test_x`, `tests/more`", ""),
    ],
)
def test_a_task_that_can_never_pass_is_an_error(tmp_path: Path, fields: str, problem: str) -> None:
    (tmp_path / "b.md").write_text(f"### 1. [ ] A\ntext\n{fields}\n")
    status, text = check("b.md", root=tmp_path, notes="notes", form="text")
    assert (status, text.splitlines()[:1]) == ((2, [problem]) if problem else (0, ["1 task, 0 done"]))


@pytest.mark.parametrize(
    ("box", "lines", "is_told"),
    [
        (" ", "1-2", False),
        (" ", "4-6", True),
        (" ", "1-5", False),
        (" ", "6-7", False),
        (" ", "4", True),
        ("x", "4-6", False),
    ],
)
def test_a_range_of_lines_that_cuts_a_function_is_told(tmp_path: Path, box: str, lines: str, is_told: bool) -> None:
    (tmp_path / "a.py").write_text("import os\n\ndef read():\n    x = 1\n    return x\n\nX = read()\n")
    (tmp_path / "b.md").write_text(f"### 1. [{box}] A\ntext\n- **Files**: `a.py:{lines}`\n- **Tests**: `test_a.py`\n")
    _, text = check("b.md", root=tmp_path, notes="notes", form="text")
    assert ("(cut-function)" in text) == is_told


def test_the_projects_own_settings_decide_what_can_pass(tmp_path: Path) -> None:
    files = "- **Files**: `lib/data.json`\n- **Tests**: none (data)\n"
    topic(tmp_path, "t", f"### 1. [ ] A\ntext\n{files}\n### 2. [ ] B\ntext\n- **Tests**: `tests/a_check.py`\n")
    settings = '[tool.pytest-execute]\nsource = ["lib"]\n[tool.pytest.ini_options]\npython_files = "*_check.py"\n'
    (tmp_path / "pyproject.toml").write_text(settings)
    _, text = check("t", root=tmp_path, notes="notes", form="text")
    assert [line.rpartition(" ")[2] for line in text.splitlines()] == ["(untested-code)"]


TASKS = (
    "### 1. [ ] A\n\n- **Objective**: x\n- **Tests**: `tests/test_a.py`\n\n### 2. [ ] B\n\n- **Objective**: x\n{more}"
)
UNTESTED = (
    "notes/sums/breakdown.md:6: error: task 2 names no tests, and so cannot pass: name them, write `none (reason)`, "
    'or mark a test with task("2") (no-tests)'
)


@pytest.mark.parametrize(
    ("text", "test", "is_refused"),
    [
        (TASKS.format(more=""), "def test_a(): pass\n", True),
        (TASKS.format(more=""), "# the task of this test is the first\ndef test_task(): pass\n", True),
        (TASKS.format(more="- **Tests**: none (prose)\n- **Files**: `a.md`\n"), "def test_a(): pass\n", False),
        (TASKS.format(more=""), '@pytest.mark.task("2")\ndef test_a(): pass\n', False),
        (TASKS.format(more="").replace("- **Tests**: `tests/test_a.py`\n", ""), "def test_a(): pass\n", False),
    ],
    ids=["no tests", "no marker", "a reason", "a marker", "a plan that names no tests"],
)
def test_a_task_that_can_never_pass_is_an_error_of_its_topic(
    tmp_path: Path, text: str, test: str, is_refused: bool
) -> None:
    Repository(tmp_path).put("tests/test_a.py", test)
    topic(tmp_path, "sums", text.replace("### 2", "### 3. [ ] C\n\n- **Tests**: `tests/test_a.py`\n\n### 2"))
    status, shown = check("sums", root=tmp_path, notes="notes", form="text")
    assert (status == 2, UNTESTED.replace(":6:", ":10:") in shown) == (is_refused, is_refused)
    assert check("notes/sums/breakdown.md", root=tmp_path, notes="notes", form="text")[0] == 0
