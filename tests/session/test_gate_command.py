"""Command `pytest-execute gate`: the same verdict with its own exit status, for the work tree and for the index."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repository import Repository
from tests.topic import BREAKDOWN, CODE, PROJECT, QUICK, below_the_top, environment, honest


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    """Make the topic under a policy that only looks at the tests."""
    return honest(tmp_path / "repo", PROJECT + QUICK)


def command(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest_execute", *arguments],
        cwd=directory,
        env=environment(PYTEST_ADDOPTS="-n0"),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def test_honest_work_passes_the_gate(tmp_path: Path) -> None:
    repo = honest(tmp_path / "repo")
    before = repo.state()
    done = command(repo.path, "gate", "sums", "--summary", "../summary.md")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "sums: passed" in done.stdout
    assert (repo.path.parent / "summary.md").read_text().startswith("## Sums: Task Breakdown: passed\n")
    assert repo.state() == before


def test_the_gate_prints_json_and_ends_with_status_1(repo: Repository) -> None:
    repo.commit("break", {"src/app/add.py": "def add(a, b):\n    return 0\n"})
    done = command(repo.path, "gate", "sums", "--json")
    assert (done.returncode, json.loads(done.stdout)["verdict"]) == (1, "failed")


@pytest.mark.parametrize(
    "arguments", [["gate", "sum"], ["gate", "sums", "--base", "nowhere"], ["gate", "sums", "--", "--no-such"]]
)
def test_a_run_that_cannot_be_judged_ends_with_status_2(repo: Repository, arguments: list[str]) -> None:
    done = command(repo.path, *arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stdout + done.stderr


def test_wrong_usage_ends_with_status_2(tmp_path: Path) -> None:
    assert command(tmp_path, "gate").returncode == 2
    done = command(tmp_path, "gate", "sums", "--staged")
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "not in a git work tree" in done.stderr


def test_staged_judges_the_index_and_not_the_work_tree(repo: Repository) -> None:
    """A broken index fails although the work tree is fine, and a fine index passes although the work tree is broken."""
    good, bad = CODE["src/app/add.py"], "def add(a, b):\n    return 0\n"
    repo.put("src/app/add.py", bad)
    repo.git("add", "-A")
    repo.put("src/app/add.py", good)
    before = repo.state()
    done = command(repo.path, "gate", "sums", "--staged", "--json")
    assert done.returncode == 1, done.stderr
    assert json.loads(done.stdout)["uncommitted"] == "index"
    assert repo.state() == before
    repo.git("add", "-A")
    repo.put("src/app/add.py", bad)
    repo.put("src/app/new.py", "X = 1\n")
    before = repo.state()
    done = command(repo.path, "gate", "sums", "--staged")
    assert done.returncode == 0, done.stdout + done.stderr
    assert repo.state() == before


def test_a_staged_failing_test_of_an_open_task_passes(repo: Repository) -> None:
    repo.put("notes/sums/breakdown.md", BREAKDOWN.replace("### 3. [x]", "### 3. [ ]"))
    repo.put("tests/test_red.py", "import pytest\n\n\n@pytest.mark.task('3')\ndef test_red():\n    import app.times\n")
    repo.git("add", "-A")
    done = command(repo.path, "gate", "sums", "--staged")
    assert done.returncode == 0, done.stdout + done.stderr
    assert command(repo.path, "gate", "sums", "--staged", "--scope", "all").returncode == 1
    repo.put("notes/sums/breakdown.md", BREAKDOWN)
    repo.git("add", "-A")
    assert command(repo.path, "gate", "sums", "--staged").returncode == 1


def test_staged_code_that_comes_with_its_test_is_reported(tmp_path: Path) -> None:
    repo = honest(tmp_path / "repo")
    text = (
        BREAKDOWN + "\n## Stream D: More\n\n### 4. [x] Times\n\n"
        "- **Files**: `src/app/times.py`\n- **Tests**: `tests/test_times.py`\n"
    )
    repo.put("notes/sums/breakdown.md", text)
    repo.put("tests/test_times.py", "from app.times import times\n\n\ndef test_times():\n    assert times(2, 3) == 6\n")
    repo.put("src/app/times.py", "def times(a, b):\n    return a * b\n")
    repo.git("add", "-A")
    done = command(repo.path, "gate", "sums", "--staged")
    assert done.returncode == 1
    remedy = "commit it first, `git commit -m 'Test first' -- tests/test_times.py`"
    assert (
        f"tests/test_times.py::test_times came together with the code, in the index: {remedy} (same-commit)"
        in done.stdout
    )


def test_an_installed_checkout_does_not_replace_the_index(repo: Repository) -> None:
    """Without `pythonpath` the sources are found through the environment, as with an editable install."""
    repo.commit("no path", {"pyproject.toml": (PROJECT + QUICK).replace('pythonpath = ["src"]\n', "")})
    repo.put("src/app/add.py", "def add(a, b):\n    return 0\n")
    repo.git("add", "-A")
    repo.put("src/app/add.py", CODE["src/app/add.py"])
    done = subprocess.run(
        [sys.executable, "-m", "pytest_execute", "gate", "sums", "--staged", "--json"],
        cwd=repo.path,
        env=environment(PYTHONPATH=str(repo.path / "src"), PYTEST_ADDOPTS="-n0"),
        capture_output=True,
        text=True,
        check=False,
    )
    report = json.loads(done.stdout)
    assert {test["id"]: test["outcome"] for test in report["tests"]}["tests/test_add.py::test_add"] == "failed"


def test_the_index_of_a_project_in_a_subdirectory_is_judged(tmp_path: Path) -> None:
    """The gate can be started in the project's directory or below it."""
    outer = below_the_top(tmp_path, "sums", PROJECT + QUICK)
    for directory in ("sums", "sums/src/app"):
        done = command(outer.path / directory, "gate", "sums", "--staged")
        assert done.returncode == 0, done.stdout + done.stderr
