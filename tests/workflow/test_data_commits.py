"""Commits that turned a test and brought nothing but data."""

from __future__ import annotations

from pathlib import Path

from pytest_execute.core.evidence import Proof
from pytest_execute.core.layout import Layout
from pytest_execute.tools.commit_range import commit_range
from pytest_execute.tools.git import Git
from pytest_execute.workflow.data_commits import note_data
from tests.repository import Repository


def test_the_files_of_a_commit_without_code_are_noted(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    base = repo.commit("plan", {"notes/t/breakdown.md": "# T\n"})
    commits = {
        "data": repo.commit("data", {"fixtures/one.json": "[1]\n", "tests/test_a.py": "\n", "README.md": "A\n"}),
        "data of the package": repo.commit("data", {"src/app/rates.json": "1\n"}),
        "code": repo.commit("code", {"src/app/a.py": "A = 1\n", "fixtures/two.json": "2\n"}),
        "native code": repo.commit("native", {"src/native.c": "\n"}),
        "settings": repo.commit("settings", {"pyproject.toml": "\n"}),
        "a script": repo.commit("script", {"src/app/tool": "#!/usr/bin/env python\n"}),
    }
    repo.put("fixtures/three.json", "3\n")
    git = Git.find(repo.path).with_scratch(tmp_path / "scratch")
    found = {name: Proof(test=name, found="turned", after=commit) for name, commit in commits.items()}
    found |= {
        "uncommitted": Proof(test="uncommitted", found="turned", after="worktree"),
        "never red": Proof(test="never red", found="never-red", after=base),
    }
    noted = note_data(git, commit_range(git, "notes/t/breakdown.md", base), Layout(source=("src/app",)), found)
    assert {name: proof.only_data for name, proof in noted.items() if proof.only_data} == {
        "data": ("README.md", "fixtures/one.json"),
        "data of the package": ("src/app/rates.json",),
        "uncommitted": ("fixtures/three.json",),
    }
