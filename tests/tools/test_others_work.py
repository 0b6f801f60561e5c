"""Commits whose content is not the topic's: base, and what merges brought from elsewhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.tools.commit_range import CommitRange, commit_range
from pytest_execute.tools.git import Git
from tests.repository import Repository

NOTES = "notes/t/breakdown.md"
NAMED = ("src/app/it.py", "tests/test_it.py")


class History(Repository):
    """Repository with a base commit on main, and commits that are named by the file that they add."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.base = self.commit("base", {"a.txt": "a\n"})

    def add(self, file: str) -> str:
        return self.commit(file, {file: f"{file}\n"})

    def branch(self, name: str, start: str = "HEAD") -> None:
        self.git("switch", "-q", "-c", name, start)

    def switch(self, name: str) -> None:
        self.git("switch", "-q", name)

    def merge(self, *names: str) -> str:
        self.git("merge", "-q", "--no-ff", "-m", "merge", *names)
        return self.git("rev-parse", "HEAD")

    def range(self, base: str | None = None) -> CommitRange:
        git = Git.find(self.path).with_scratch(self.path.parent / "scratch")
        return commit_range(git, NOTES, base, named=NAMED)

    def names(self, base: str | None = None) -> set[str]:
        """Return the subjects of the commits whose content is not the topic's."""
        return {self.git("log", "-1", "--format=%s", commit) for commit in self.range(base).before}


@pytest.fixture
def repo(tmp_path: Path) -> History:
    return History(tmp_path / "repo")


def test_a_straight_line(repo: History) -> None:
    repo.add(NOTES)
    repo.add("x.py")
    assert repo.names() == {"base"}


def test_main_was_merged_twice_into_a_branch_with_the_plan(repo: History) -> None:
    repo.branch("work")
    repo.add(NOTES)
    for file in ("one.py", "two.py"):
        repo.switch("main")
        repo.add(file)
        repo.switch("work")
        repo.merge("main")
    repo.add("x.py")
    assert repo.names() == {"two.py"}
    assert repo.names("main") == {"two.py"}


def test_branches_that_began_before_base_were_merged(repo: History) -> None:
    repo.branch("older")
    repo.add("older.py")
    repo.branch("oldest", repo.base)
    repo.add("oldest.py")
    repo.switch("main")
    repo.add("late.py")
    repo.add(NOTES)
    repo.merge("older", "oldest")
    assert repo.names() == {"late.py", "older.py", "oldest.py"}


def test_a_branch_of_the_topic_itself_is_its_own_work(repo: History) -> None:
    repo.add(NOTES)
    repo.branch("stream")
    repo.add("stream.py")
    repo.switch("main")
    repo.add("x.py")
    repo.merge("stream")
    assert repo.names() == {"base"}


def test_a_topic_that_was_merged_into_main(repo: History) -> None:
    """Commits of its branch before the breakdown are not the topic's, as they were not before the merge."""
    repo.branch("work")
    repo.add("before.py")
    repo.add(NOTES)
    repo.add("x.py")
    assert repo.names() == {"before.py"}
    repo.switch("main")
    repo.add("others.py")
    repo.merge("work")
    assert repo.names() == {"before.py", "others.py"}


def test_the_plan_is_on_main_and_the_work_on_a_branch(repo: History) -> None:
    repo.add(NOTES)
    repo.branch("work")
    repo.add("x.py")
    repo.switch("main")
    repo.add("others.py")
    repo.switch("work")
    repo.merge("main")
    assert repo.names() == {"others.py"}


def test_the_same_after_a_rebase(repo: History) -> None:
    repo.add(NOTES)
    repo.branch("work")
    repo.add("x.py")
    repo.switch("main")
    repo.add("others.py")
    repo.git("rebase", "-q", "main", "work")
    assert repo.names() == {"others.py"}


@pytest.mark.parametrize("file", ["notes/t/plan.md", *NAMED])
def test_a_part_of_the_topic_is_on_main_already(repo: History, file: str) -> None:
    """Nothing tells the commits there apart, so that all count as the topic's."""
    repo.add(NOTES)
    repo.branch("work")
    repo.add("x.py")
    repo.switch("main")
    repo.add(file)
    repo.add("others.py")
    repo.switch("work")
    repo.merge("main")
    assert repo.names() == {"base"}
    assert repo.names("main") == {"others.py"}


def test_on_main_itself_all_later_work_counts(repo: History) -> None:
    repo.add(NOTES)
    repo.add("x.py")
    repo.branch("other")
    repo.add("other.py")
    repo.switch("main")
    repo.merge("other")
    assert repo.names() == {"base"}


def test_the_default_branch_of_the_remote(repo: History) -> None:
    """A clone knows it by `origin/HEAD`, whatever it is called."""
    repo.git("branch", "-m", "trunk")
    plan = repo.add(NOTES)
    repo.add("others.py")
    repo.git("update-ref", "refs/remotes/origin/trunk", "HEAD")
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")
    repo.branch("work", plan)
    repo.git("branch", "-q", "-D", "trunk")
    repo.add("x.py")
    repo.merge("origin/trunk")
    assert repo.names() == {"others.py"}


def test_a_topic_that_began_with_the_repository(tmp_path: Path) -> None:
    repo = History(tmp_path / "repo")
    repo.git("checkout", "-q", "--orphan", "fresh")
    repo.git("branch", "-q", "-D", "main")
    repo.add(NOTES)
    git = Git.find(repo.path)
    assert repo.range().before == (git.empty_tree(),)


def test_a_merge_that_is_not_committed(repo: History) -> None:
    repo.branch("work")
    plan = repo.add(NOTES)
    repo.switch("main")
    others = repo.add("others.py")
    repo.switch("work")
    repo.git("merge", "-q", "--no-ff", "--no-commit", "main")
    commits = repo.range()
    assert (commits.snapshot, commits.snapshot_parents) == ("worktree", (plan, others))
    assert (commits.before, set(commits.commits)) == ((others,), {plan, others})
    assert repo.names("main") == {"others.py"}


def test_a_merge_in_git_s_hook_before_it_is_recorded(repo: History, monkeypatch: pytest.MonkeyPatch) -> None:
    """While `pre-merge-commit` runs, git names the other heads in variables only (git 2.24 to 2.51)."""
    repo.branch("work")
    plan = repo.add(NOTES)
    repo.branch("stream")
    stream = repo.add("stream.py")
    repo.switch("work")
    repo.git("merge", "-q", "--no-ff", "--no-commit", "stream")
    (repo.path / ".git" / "MERGE_HEAD").unlink()
    monkeypatch.setenv(f"GITHEAD_{stream}", "stream")
    monkeypatch.setenv(f"GITHEAD_{repo.base}", "an ancestor, which is no other head")
    assert repo.range().snapshot_parents == (plan, stream)


def test_a_merge_in_a_linked_worktree(repo: History) -> None:
    repo.add(NOTES)
    repo.branch("stream")
    stream = repo.add("stream.py")
    repo.switch("main")
    repo.git("worktree", "add", "-q", "-b", "work", "../linked", "main")
    linked = History.__new__(History)
    linked.path = repo.path.parent / "linked"
    linked.git("merge", "-q", "--no-ff", "--no-commit", "stream")
    assert linked.range().snapshot_parents[1:] == (stream,)
    assert repo.range().snapshot_parents == (repo.git("rev-parse", "HEAD"),)
