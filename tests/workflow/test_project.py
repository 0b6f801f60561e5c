"""Policy of a project, now and in a commit, and the paths of its implementation."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.core.policy import Policy
from pytest_execute.tools.commit_range import commit_range
from pytest_execute.tools.git import Git
from pytest_execute.workflow.project import committed_policy, policy_at_base, project_policy, source_paths
from tests.repository import Repository

POLICY = "[tool.pytest-execute]\nnotes = 'plans'\nsource = ['lib/']\n"


def test_a_project_without_a_table_has_the_default_policy(tmp_path: Path) -> None:
    assert project_policy(tmp_path) == Policy()
    (tmp_path / "pyproject.toml").write_text(POLICY)
    assert project_policy(tmp_path).notes == "plans"


def test_a_policy_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff")
    with pytest.raises(ExecuteError, match=r"pyproject.toml: error: cannot be read: .* \(broken-toml\)"):
        project_policy(tmp_path)


def test_the_policy_of_a_commit_is_read_below_the_prefix(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    commit = repo.commit("project", {"services/api/pyproject.toml": POLICY})
    git = Git.find(repo.path).with_scratch(tmp_path / "scratch")
    assert committed_policy(git, commit, "services/api/").notes == "plans"
    assert committed_policy(git, commit, "") == Policy()


def test_a_broken_policy_of_a_commit_counts_as_the_default_one(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    commit = repo.commit("project", {"pyproject.toml": "[tool.pytest-execute]\nnotes = 3\n"})
    assert committed_policy(Git.find(repo.path), commit, "") == Policy()


def test_the_policy_names_the_source_or_it_is_detected() -> None:
    assert source_paths(Policy(source=("lib/",)), [], "services/api/") == ("services/api/lib",)
    assert source_paths(Policy(), ["src/app/x.py"], "") == ("src",)


def test_a_topic_that_began_with_the_repository_has_the_policy_of_its_first_commit(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    repo.commit("project and plan", {"pyproject.toml": POLICY, "plans/x/breakdown.md": "# X\n"})
    repo.commit("other notes", {"pyproject.toml": "[tool.pytest-execute]\nnotes = 'other'\n"})
    git = Git.find(repo.path).with_scratch(tmp_path / "scratch")
    commits = commit_range(git, "plans/x/breakdown.md")
    assert policy_at_base(git, commits, "").notes == "plans"


def test_a_topic_that_began_later_has_the_policy_of_the_commit_before(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    repo.commit("project")
    repo.commit("plan", {"pyproject.toml": POLICY, "plans/x/breakdown.md": "# X\n"})
    git = Git.find(repo.path).with_scratch(tmp_path / "scratch")
    assert policy_at_base(git, commit_range(git, "plans/x/breakdown.md"), "") == Policy()
