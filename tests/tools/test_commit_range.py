"""Range of commits of a topic, from where it began to the work that is not committed yet."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.tools.commit_range import CommitRange, commit_range
from pytest_execute.tools.git import Git
from tests.repository import USER_SETTINGS, Repository

NOTES = "notes/t/breakdown.md"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def find_range(repo: Repository, base: str | None = None) -> CommitRange:
    before = repo.state()
    commits = commit_range(Git.find(repo.path).with_scratch(repo.path.parent / "scratch"), NOTES, base)
    assert repo.state() == before
    return commits


def test_a_topic_begins_before_the_commit_that_brought_its_breakdown(repo: Repository) -> None:
    base = repo.commit("base", {"a.txt": "a\n"})
    plan = repo.commit("plan", {NOTES: "x\n"})
    work = repo.commit("tick", {NOTES: "y\n"})
    commits = find_range(repo)
    assert (commits.base, commits.commits, commits.snapshot) == (base, {plan: (base,), work: (plan,)}, None)


def test_a_topic_that_was_merged_begins_before_the_merge(repo: Repository) -> None:
    base = repo.commit("base", {"a.txt": "a\n"})
    repo.git("checkout", "-q", "-b", "side")
    plan = repo.commit("plan", {NOTES: "x\n"})
    repo.git("checkout", "-q", "main")
    main = repo.commit("other", {"b.txt": "b\n"})
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    commits = find_range(repo)
    assert commits.base == main
    assert list(commits.commits) == [plan, commits.head]
    assert commits.commits[plan] == (base,)


def test_a_breakdown_that_is_not_committed_leaves_only_what_is_not(repo: Repository) -> None:
    head = repo.commit("base", {"a.txt": "a\n"})
    repo.put(NOTES, "x\n")
    commits = find_range(repo)
    assert (commits.base, commits.commits, commits.snapshot) == (head, {}, "worktree")


def test_the_branch_point_with_a_base_given_by_name(repo: Repository) -> None:
    base = repo.commit("base", {NOTES: "x\n"})
    repo.git("checkout", "-q", "-b", "work")
    work = repo.commit("work", {"a.txt": "a\n"})
    repo.git("checkout", "-q", "main")
    repo.commit("meanwhile", {"b.txt": "b\n"})
    repo.git("checkout", "-q", "work")
    commits = find_range(repo, "main")
    assert (commits.base, list(commits.commits)) == (base, [work])


def test_histories_without_a_commit_in_common(repo: Repository) -> None:
    repo.commit("base", {NOTES: "x\n"})
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit("other", {"b.txt": "b\n"})
    with pytest.raises(ExecuteError, match="'main' and HEAD have no commit in common: name another base"):
        find_range(repo, "main")


def test_the_users_configuration_changes_no_range(repo: Repository) -> None:
    repo.commit("one", {NOTES: "x\n"})
    for name, value in USER_SETTINGS.items():
        repo.git("config", name, value)
    assert find_range(repo).base == Git.find(repo.path).empty_tree()


def test_a_renamed_topic_whose_names_have_line_ends_and_colons(repo: Repository) -> None:
    base = repo.commit("base", {"a.txt": "a\n"})
    plan = repo.commit("plan", {"notes/a:\nb/breakdown.md": "x\n"})
    (repo.path / "notes" / "a:\nb").rename(repo.path / "notes" / "t")
    head = repo.commit("rename")
    commits = find_range(repo)
    assert (commits.base, list(commits.commits)) == (base, [plan, head])


PLAN = "# Sums\n\n### 1. [ ] Add\n\n- **Files**: `app/add.py`\n- **Tests**: `tests/test_add.py`\n"
GROWN = PLAN.replace("[ ]", "[x]").replace("# Sums", "# Sums and more") + "\n### 2. [ ] Double\n\n- **Files**: `b.py`\n"
ANOTHER = "# Words\n\n### 1. [ ] Split\n\n- **Files**: `app/split.py`\n- **Tests**: `tests/test_split.py`\n"
FIRST, SECOND = "notes/first/breakdown.md", "notes/second/breakdown.md"


@pytest.mark.parametrize("names", [(FIRST, NOTES), (FIRST, SECOND, NOTES), (NOTES, FIRST, NOTES)])
@pytest.mark.parametrize("is_committed", [True, False], ids=["committed", "in the work tree"])
def test_a_renamed_topic_began_under_its_first_name(repo: Repository, names: list[str], is_committed: bool) -> None:
    base = repo.commit("base", {"a.txt": "a\n"})
    repo.commit("plan", {names[0]: PLAN})
    for old, new in itertools.pairwise(names):
        repo.put(old, None)
        repo.put(new, GROWN)
        if is_committed or new != NOTES:
            repo.commit(f"rename to {new}")
    assert find_range(repo).base == base


def test_a_topic_that_was_renamed_on_a_merged_branch_began_under_its_first_name(repo: Repository) -> None:
    base = repo.commit("base", {"a.txt": "a\n"})
    repo.commit("plan", {FIRST: PLAN})
    repo.git("checkout", "-q", "-b", "side")
    repo.commit("rename", {FIRST: None, NOTES: PLAN})
    repo.git("checkout", "-q", "main")
    repo.commit("other", {"b.txt": "b\n"})
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    assert find_range(repo).base == base


@pytest.mark.parametrize(
    "replaced",
    [{FIRST: None, NOTES: ANOTHER}, {NOTES: PLAN}, {FIRST: None, NOTES: "# Empty\n"}],
    ids=["another plan", "a copy", "another without tasks"],
)
def test_a_plan_that_is_not_the_old_one_under_a_new_name_begins_a_topic(
    repo: Repository, replaced: dict[str, str | None]
) -> None:
    repo.commit("base", {"a.txt": "a\n"})
    before = repo.commit("plan", {FIRST: PLAN})
    repo.commit("replace", replaced)
    assert find_range(repo).base == before
