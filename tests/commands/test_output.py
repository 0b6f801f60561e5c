"""Commands whose output cannot be written: the status is the one that was judged, and a loss is told in one line."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.topic import environment

PLAN = "# Töpic\n\n### 1. [ ] Gréet\n\n- **Tests**: `tests/test_a.py`\n"
FULL = "standard output: error: cannot be written: No space left on device (unwritable)\n"


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("output")
    (directory / "notes/sums").mkdir(parents=True)
    (directory / "notes/sums/breakdown.md").write_text(PLAN, encoding="utf-8")
    return directory


def shell(line: str, directory: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    command = line.replace("pytest-execute", f"{sys.executable} -m pytest_execute", 1)
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=directory,
        env=environment(**changes),
        capture_output=True,
        check=False,
        timeout=120,
    )
    return subprocess.CompletedProcess(line, done.returncode, done.stdout.decode(), done.stderr.decode())


@pytest.mark.parametrize(
    ("line", "status", "errors"),
    [
        ("pytest-execute next sums > /dev/full", 0, FULL),
        ("pytest-execute next none > /dev/full 2>&1", 2, ""),
        ("pytest-execute next sums <&- >&- 2>&-", 0, ""),
    ],
)
def test_output_that_cannot_be_written_changes_no_status(directory: Path, line: str, status: int, errors: str) -> None:
    done = shell(line, directory)
    assert (done.returncode, done.stderr) == (status, errors)


def test_letters_that_the_encoding_lacks_are_escaped(directory: Path) -> None:
    done = shell("pytest-execute next sums", directory, PYTHONCOERCECLOCALE="0", LC_ALL="POSIX", PYTHONUTF8="0")
    assert (done.returncode, done.stdout, done.stderr) == (0, "1  Gr\\xe9et\n", "")


def test_a_current_directory_that_is_gone_is_a_mistake_of_the_user(directory: Path) -> None:
    done = shell("mkdir gone; cd gone; rmdir ../gone; pytest-execute next sums", directory)
    message = "cannot be read: No such file or directory: change to a directory that exists"
    assert (done.returncode, done.stderr) == (2, f"the current directory: error: {message} (no-directory)\n")
