"""`pytest-execute check`: the problems of a topic, of a file, of every topic."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

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
