"""Topics above the root directory of pytest: in a monorepo, and where a file of settings makes it a lower one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import topic
from tests.repository import Repository

TABLES = f"[tool.pytest.ini_options]\n{topic.ADDOPTS}pythonpath = ['.']\n\n[tool.pytest-execute]\nsource = ['app']\n"
TEST = "from {}calc import double\n\n\ndef test_double():\n    assert double(2) == 4\n"
CODE = "def double(a):\n    return 2 * a\n"
DOCUMENTS = {f"notes/t/{name}.md": "# It\n\nA real change.\n" for name in ("research", "plan")}


def plan(files: str, tests: str) -> str:
    task = f"- **Objective**: it\n- **Files**: `{files}`\n- **Tests**: `{tests}`\n- **Dependencies**: None\n"
    return f"# T: Task Breakdown\n\n## Stream A: S (Parallel)\n\n### 1. [x] It\n\n{task}"


@pytest.fixture(scope="module")
def monorepo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a repository with the topic at its top and the project in backend/."""
    repo = Repository(tmp_path_factory.mktemp("monorepo") / "repo")
    repo.commit("begin", {"backend/pyproject.toml": TABLES, "backend/app/__init__.py": "", ".gitignore": ".*\n__*\n"})
    breakdown = plan("backend/app/calc.py", "backend/tests/test_calc.py")
    repo.commit("plan", {"notes/t/breakdown.md": breakdown, **DOCUMENTS})
    repo.commit("red", {"backend/tests/test_calc.py": TEST.format("app.")})
    repo.commit("green", {"backend/app/calc.py": CODE})
    return repo.path


def test_a_topic_at_the_top_of_a_monorepo_is_judged_in_the_project_below_it(monorepo: Path) -> None:
    ran = topic.run(monorepo / "backend", "-n0", topic="t")
    assert ran.verdicts()["task:1"] == "passed", ran.text
    assert [proof["verdict"] for proof in ran.report["proofs"]] == ["proven"]


def test_the_gate_of_staged_files_finds_a_topic_at_the_top_too(monorepo: Path) -> None:
    command = [sys.executable, "-m", "pytest_execute", "gate", "t", "--staged"]
    env = topic.environment(PYTEST_ADDOPTS="-n0")
    done = subprocess.run(command, cwd=monorepo / "backend/app", env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("arguments", [["tests"], ["tests", "--rootdir=."]], ids=["ini-below", "rootdir-given"])
def test_settings_in_the_directory_of_the_tests_leave_the_topic_above_them(
    tmp_path: Path, arguments: list[str]
) -> None:
    repo = Repository(tmp_path / "repo")
    repo.commit("begin", {"tests/pytest.ini": "[pytest]\npythonpath = ..\n", ".gitignore": ".*\n__*\n"})
    repo.commit("plan", {"notes/t/breakdown.md": plan("calc.py", "tests/test_calc.py"), **DOCUMENTS})
    repo.commit("red", {"tests/test_calc.py": TEST.format("")})
    repo.commit("green", {"calc.py": CODE})
    ran = topic.run(repo.path, "-n0", *arguments, topic="t")
    assert ran.verdicts()["task:1"] == "passed", ran.text
    assert [proof["verdict"] for proof in ran.report["proofs"]] == ["proven"]
