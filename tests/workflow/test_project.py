"""Policy of a project, now and in a commit, and the paths of its implementation."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.core.policy import Policy
from pytest_execute.tools.commit_range import commit_range
from pytest_execute.tools.git import Git
from pytest_execute.workflow.project import (
    committed_policy,
    find_project,
    policy_at_base,
    project_policy,
)
from tests.repository import Repository

POLICY = "[tool.pytest-execute]\nnotes = 'plans'\nsource = ['lib/']\n"


def test_a_project_without_a_table_has_the_default_policy(tmp_path: Path) -> None:
    assert project_policy(tmp_path) == Policy()
    (tmp_path / "pyproject.toml").write_text(POLICY)
    assert project_policy(tmp_path).notes == "plans"


def test_a_policy_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_bytes(b"\xff")
    with pytest.raises(ExecuteError, match=r"pyproject.toml:1: error: not UTF-8: save the file as UTF-8 \(not-utf-8\)"):
        project_policy(tmp_path)


def test_the_policy_of_a_commit_is_read_below_the_prefix(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    commit = repo.commit("project", {"services/api/pyproject.toml": POLICY})
    git = Git.find(repo.path).with_scratch(tmp_path / "scratch")
    policy = committed_policy(git, commit, "services/api/")
    assert policy is not None
    assert policy.notes == "plans"
    assert committed_policy(git, commit, "") is None


def test_a_broken_policy_of_a_commit_counts_as_the_default_one(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    commit = repo.commit("project", {"pyproject.toml": "[tool.pytest-execute]\nnotes = 3\n"})
    assert committed_policy(Git.find(repo.path), commit, "") == Policy()


def test_a_topic_that_began_with_the_repository_has_the_policy_of_its_first_commit(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    repo.commit("project and plan", {"pyproject.toml": POLICY, "plans/x/breakdown.md": "# X\n"})
    repo.commit("other notes", {"pyproject.toml": "[tool.pytest-execute]\nnotes = 'other'\n"})
    git = Git.find(repo.path).with_scratch(tmp_path / "scratch")
    commits = commit_range(git, "plans/x/breakdown.md")
    policy = policy_at_base(git, commits, "")
    assert policy is not None
    assert policy.notes == "plans"


def test_a_topic_that_began_later_has_the_policy_of_the_commit_before(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    repo.commit("project")
    repo.commit("plan", {"pyproject.toml": POLICY, "plans/x/breakdown.md": "# X\n"})
    repo.commit("another plan", {"plans/y/breakdown.md": "# Y\n"})
    git = Git.find(repo.path).with_scratch(tmp_path / "scratch")
    assert policy_at_base(git, commit_range(git, "plans/x/breakdown.md"), "") is None
    policy = policy_at_base(git, commit_range(git, "plans/y/breakdown.md"), "")
    assert policy is not None
    assert policy.notes == "plans"


def write(top: Path, *files: str) -> None:
    """Write files below a directory that is the top of a repository; a TOML file has a policy."""
    (top / ".git").mkdir(parents=True, exist_ok=True)
    for name in files:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text("[tool.pytest-execute]\n" if name.endswith(".toml") else "")


@pytest.mark.parametrize("start", ["", "backend", "backend/tests/unit", "src/app"])
def test_topics_at_the_top_are_found_from_every_directory_below_it(tmp_path: Path, start: str) -> None:
    write(tmp_path, "notes/topic/breakdown.md", "backend/tests/unit/test_it.py", "src/app/it.py")
    project = find_project(tmp_path / start)
    assert (project.home, project.notes) == (tmp_path, "notes")


def test_the_nearest_directory_with_topics_has_those_of_the_project(tmp_path: Path) -> None:
    write(tmp_path, "notes/topic/breakdown.md", "backend/notes/other/breakdown.md", "frontend/x.py")
    assert find_project(tmp_path / "backend").home == tmp_path / "backend"
    assert find_project(tmp_path / "frontend").home == tmp_path


def test_a_package_called_notes_holds_no_topics(tmp_path: Path) -> None:
    write(tmp_path, "notes/topic/breakdown.md", "backend/notes/__init__.py", "backend/notes/admin/views.py")
    assert find_project(tmp_path / "backend").home == tmp_path


def test_without_topics_the_nearest_directory_of_that_name_counts_else_the_start(tmp_path: Path) -> None:
    write(tmp_path, "notes/readme.txt", "backend/x.py")
    assert find_project(tmp_path / "backend").home == tmp_path
    assert find_project(tmp_path / "backend", "plans").home == tmp_path / "backend"


def test_the_search_ends_at_the_top_of_the_repository(tmp_path: Path) -> None:
    write(tmp_path / "outer", "notes/topic/breakdown.md", "pyproject.toml", "inner/x.py")
    write(tmp_path / "outer/inner")
    project = find_project(tmp_path / "outer/inner")
    assert (project.home, project.policy_home) == (tmp_path / "outer/inner", tmp_path / "outer/inner")
    staged = tmp_path / "outer/staged"
    staged.mkdir()
    assert find_project(staged, top=staged).home == staged


def test_outside_of_a_repository_nothing_above_is_searched(tmp_path: Path) -> None:
    (tmp_path / "notes/topic").mkdir(parents=True)
    (tmp_path / "notes/topic/breakdown.md").touch()
    (tmp_path / "below").mkdir()
    assert find_project(tmp_path / "below").home == tmp_path / "below"
    assert find_project(tmp_path).home == tmp_path


def test_the_nearest_table_has_the_policy_and_names_the_notes(tmp_path: Path) -> None:
    write(tmp_path, "plans/topic/breakdown.md", "backend/tests/test_it.py", "backend/pyproject.toml")
    (tmp_path / "pyproject.toml").write_text(POLICY)
    (tmp_path / "backend/pyproject.toml").write_text("[tool.black]\n")
    project = find_project(tmp_path / "backend/tests")
    assert (project.policy.source, project.policy_home) == (("lib/",), tmp_path)
    assert (project.home, project.notes) == (tmp_path, "plans")


def test_a_policy_above_the_prefix_counts_in_a_commit_too(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    files = {"pyproject.toml": POLICY, "services/pyproject.toml": "[tool.black]\n", "services/api/x.py": ""}
    commit = repo.commit("project", files)
    policy = committed_policy(Git.find(repo.path), commit, "services/api/")
    assert policy is not None
    assert (policy.notes, policy.source) == ("plans", ("lib",))
    assert find_project(repo.path / "services/api").policy_from(repo.path) == policy
