"""Where the system cannot fork, the answers are the same: whatever a test does is one row, and a topic has the same proofs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.forks.test_runner import FILE, OTHER, ROWS, STATES, runner
from tests.repository import Repository
from tests.topic import honest, run

SWITCHED_OFF = "import pytest_execute.forks.runner\n\npytest_execute.forks.runner.FORKS = False\n"


@pytest.mark.parametrize("alone", [False, True], ids=["together", "alone"])
def test_each_is_one_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, alone: bool) -> None:
    monkeypatch.setattr("pytest_execute.forks.runner.FORKS", False)
    monkeypatch.setenv("NOTE", str(tmp_path / "note"))
    repo = Repository(tmp_path / "repo")
    files = {"src/app/__init__.py": "VALUE = 1\n", FILE: ROWS, "tests/test_to_others.py": OTHER}
    commit = repo.commit("all", files)
    tests = [f"{FILE}::test_{name}" for name in STATES] + ["tests/test_to_others.py::test_home_is_empty"]
    with runner(repo, tests, limit=4.0) as made:
        seen = made.run(made.git.tree(commit), tests, alone=alone)
    assert {test: seen[test].state for test in tests} == dict(zip(tests, [*STATES.values(), "passed"], strict=True))
    assert "builtins.MemoryError" in seen[f"{FILE}::test_takes_all_memory"].types


BAD = {
    "tests/test_import.py": "import app.missing\n\ndef test_import(): pass\n",
    "tests/test_hang.py": "while True: pass\n\ndef test_hang(): pass\n",
    "tests/test_end.py": "import os\nos._exit(0)\n\ndef test_end(): pass\n",
    "tests/below/conftest.py": "1 / 0\n",
    "tests/below/test_below.py": "def test_below(): pass\n",
    "tests/test_good.py": "import pytest\n\n@pytest.mark.parametrize('n', [1, 2])\ndef test_good(n): assert n == 1\n",
}


def test_what_cannot_be_imported_is_told_in_the_same_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_execute.forks.runner.COLLECTING", 2.0)
    repo = Repository(tmp_path / "repo")
    commit = repo.commit("all", {"src/app/__init__.py": "", **BAD})
    tests = [f"{file}::{Path(file).stem}" for file in BAD if "conftest" not in file] + ["tests/test_none.py::test_none"]
    answers: list[dict[str, Any]] = []
    for forks in (True, False):
        monkeypatch.setattr("pytest_execute.forks.runner.FORKS", forks)
        with runner(repo, tests, limit=1.0) as made:
            seen = made.run(made.git.tree(commit), tests)
        answers.append({test: (one.state, one.phase, one.types[:1], one.missing) for test, one in seen.items()})
    assert answers[0] == answers[1]
    assert [answers[0][test][0] for test in tests] == ["failed", "timeout", "crash", "failed", "failed", "absent"]


def test_a_topic_has_the_same_proofs(tmp_path: Path) -> None:
    repo = honest(tmp_path / "repo")
    (tmp_path / "switched_off.py").write_text(SWITCHED_OFF)
    found = []
    for options in ([], ["-p", "switched_off"]):
        evidence = tmp_path / "evidence.json"
        asked = ["-n0", "--execute-no-cache", f"--execute-evidence={evidence}", *options]
        run(repo.path, *asked, PYTHONPATH=str(tmp_path))
        found.append(json.loads(evidence.read_text()))
    assert found[0]["proofs"] == found[1]["proofs"]
    assert {proof["found"] for proof in found[0]["proofs"].values()} == {"turned"}
    assert found[1]["mutants"] is None
    assert found[1]["mutants_missing"].startswith("functions are stubbed in forks")
