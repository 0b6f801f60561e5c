"""Small topic of three tasks with a test-first history, and pytest on it in a process of its own."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

from tests.repository import Repository

BREAKDOWN = """\
# Sums: Task Breakdown

## Stream A: Adding (Parallel)

### 1. [x] Add [1 hour]

- **Objective**: add two numbers
- **Files**: `src/app/add.py`
- **Tests**: `tests/test_add.py`
- **Dependencies**: None

## Stream B: Taking (Parallel)

### 2. [x] Take [1 hour]

- **Objective**: take one number from another
- **Files**: `src/app/take.py`
- **Tests**: `tests/test_take.py::test_take`
- **Dependencies**: None

## Stream C: Both (Depends on A1)

### 3. [x] Undo [1 hour]

- **Objective**: taking undoes adding
- **Files**: `src/app/undo.py`
- **Dependencies**: Task 2

## Quality Gates

- **Gate 1**: `tests/test_add.py` passes (after Stream A)
"""
OWN_PLUGINS = ("--disable-plugin-autoload", "-p", "xdist", "-p", "execute")
"""Options of pytest that load no plugin of others, as each costs its import in every process."""
ADDOPTS = f"addopts = {json.dumps(OWN_PLUGINS)}\n"
"""Line of pytest's settings with these options."""
PROJECT = f"""\
[tool.pytest.ini_options]
{ADDOPTS}\
pythonpath = ["src"]
testpaths = ["tests"]

[tool.pytest-execute]
source = ["src/app"]
"""
QUICK = """\
test-first = "off"
coverage = {task = 0, stream = 0, system = 0, changed = 0}
mutation = {task = "off"}
"""
"""Policy that requires nothing but tests that pass; follows PROJECT."""
SKELETON = {
    "pyproject.toml": PROJECT,
    ".gitignore": "__pycache__/\n.pytest_cache/\n",
    "src/app/__init__.py": "",
    "notes/sums/research.md": "# Research\n\nNumbers can be added.\n",
    "notes/sums/plan.md": "# Plan\n\nAdd, take, undo.\n",
    "notes/sums/breakdown.md": BREAKDOWN,
}
TESTS = {
    "tests/test_add.py": "from app.add import add\n\n\ndef test_add():\n    assert add(1, 2) == 3\n",
    "tests/test_take.py": "from app.take import take\n\n\ndef test_take():\n    assert take(3, 2) == 1\n",
    "tests/test_undo.py": (
        "import pytest\n\n\n@pytest.mark.task('3')\ndef test_undo():\n"
        "    from app.undo import undo\n\n    assert undo(5, 2) == 5\n"
    ),
    "tests/test_other.py": "def test_other():\n    assert True\n",
}
CODE = {
    "src/app/add.py": "def add(a, b):\n    return a + b\n",
    "src/app/take.py": "def take(a, b):\n    return a - b\n",
    "src/app/undo.py": "def undo(a, b):\n    return a + b - b\n",
}


class Ran(NamedTuple):
    """Exit status and output of a command, and its JSON report if it wrote one."""

    status: int
    text: str
    report: dict[str, Any]

    def verdicts(self) -> dict[str, str]:
        return {gate["id"]: gate["verdict"] for gate in self.report["gates"]}

    def codes(self, gate: str) -> list[tuple[str, str]]:
        """Return (check, code) of each reason why a gate does not pass."""
        found = next(each for each in self.report["gates"] if each["id"] == gate)
        return [(check["name"], reason["code"]) for check in found["checks"] for reason in check["reasons"]]

    def without_times(self) -> dict[str, Any]:
        return {**self.report, "tests": [{**test, "seconds": 0} for test in self.report["tests"]]}


def environment(**changes: str) -> dict[str, str]:
    """Return the environment without variables of the outer pytest, of git and of coverage."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "GIT_", "COV_"))}
    return {**env, **changes}


def write_honest(repo: Repository, directory: str = "", project: str = PROJECT) -> None:
    """Commit the topic "sums" below a directory: three tasks in three streams, each with a red and a green commit."""
    steps = [("plan", {**SKELETON, "pyproject.toml": project})]
    steps += [("a test of its own", {"tests/test_other.py": TESTS["tests/test_other.py"]})]
    for name in ("add", "take", "undo"):
        test, code = f"tests/test_{name}.py", f"src/app/{name}.py"
        steps += [(f"test({name})", {test: TESTS[test]}), (f"feat({name})", {code: CODE[code]})]
    for message, files in steps:
        repo.commit(message, {directory + path: text for path, text in files.items()})


@functools.cache
def _template(project: str) -> tempfile.TemporaryDirectory[str]:
    """Make the topic once for all tests of this process."""
    template = tempfile.TemporaryDirectory()
    write_honest(Repository(Path(template.name)), project=project)
    return template


def honest(path: Path, project: str = PROJECT) -> Repository:
    """Make a repository with the topic "sums"."""
    shutil.copytree(_template(project).name, path, dirs_exist_ok=True)
    return Repository(path)


def below_the_top(path: Path, directory: str, project: str = PROJECT) -> Repository:
    """Make the same topic as a project in a directory of a larger repository."""
    outer = Repository(path / "outer")
    outer.commit("readme", {"README.md": "x\n"})
    write_honest(outer, f"{directory}/", project)
    return outer


def run(directory: Path, *arguments: str, topic: str = "sums", **changes: str) -> Ran:
    """Run `pytest --execute-topic` in a directory."""
    report = directory.parent / "report.json"
    report.unlink(missing_ok=True)
    options = [f"--execute-topic={topic}", f"--execute-report={report}", *arguments]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options],
        cwd=directory,
        env=environment(**changes),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    return Ran(done.returncode, done.stdout, json.loads(report.read_text()) if report.exists() else {})
