"""From where a topic is judged, and what is not committed yet; and what git's own switches must not change."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.tools.git import Git
from pytest_execute.tools.git_diff import changed_lines, parse_changed_lines
from pytest_execute.tools.git_write import write_work_tree
from pytest_execute.tools.revisions import CommitRange, commit_range
from pytest_execute.tools.scratch import scratch
from tests.repository import Repository

NOTES = "notes/t/breakdown.md"


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def look(repo: Repository, base: str | None = None) -> CommitRange:
    before = repo.state()
    found = commit_range(Git.find(repo.path).with_scratch(repo.path.parent / "scratch"), NOTES, base)
    assert repo.state() == before
    return found


def test_a_topic_begins_before_the_commit_that_brought_its_breakdown(repo: Repository) -> None:
    base = repo.commit("base", {"a.txt": "a\n"})
    plan = repo.commit("plan", {NOTES: "x\n"})
    work = repo.commit("tick", {NOTES: "y\n"})
    found = look(repo)
    assert (found.base, found.commits, found.snapshot) == (base, {plan: (base,), work: (plan,)}, None)


def test_a_topic_that_was_merged_begins_before_the_merge(repo: Repository) -> None:
    base = repo.commit("base", {"a.txt": "a\n"})
    repo.git("checkout", "-q", "-b", "side")
    plan = repo.commit("plan", {NOTES: "x\n"})
    repo.git("checkout", "-q", "main")
    main = repo.commit("other", {"b.txt": "b\n"})
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    found = look(repo)
    assert found.base == main
    assert list(found.commits) == [plan, found.head]
    assert found.commits[plan] == (base,)


def test_a_breakdown_that_is_not_committed_leaves_only_what_is_not(repo: Repository) -> None:
    head = repo.commit("base", {"a.txt": "a\n"})
    repo.put(NOTES, "x\n")
    found = look(repo)
    assert (found.base, found.commits, found.snapshot) == (head, {}, "worktree")


def test_the_branch_point_with_a_base_given_by_name(repo: Repository) -> None:
    base = repo.commit("base", {NOTES: "x\n"})
    repo.git("checkout", "-q", "-b", "work")
    work = repo.commit("work", {"a.txt": "a\n"})
    repo.git("checkout", "-q", "main")
    repo.commit("meanwhile", {"b.txt": "b\n"})
    repo.git("checkout", "-q", "work")
    found = look(repo, "main")
    assert (found.base, list(found.commits)) == (base, [work])


def test_histories_without_a_commit_in_common(repo: Repository) -> None:
    repo.commit("base", {NOTES: "x\n"})
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit("other", {"b.txt": "b\n"})
    with pytest.raises(ExecuteError, match="'main' and HEAD have no commit in common: name another base"):
        look(repo, "main")


def test_the_snapshot_is_what_a_commit_of_everything_would_hold(repo: Repository) -> None:
    repo.commit("base", {"a.txt": "a\n", "gone.txt": "g\n", ".gitignore": "ignored\n"})
    for path, text in {
        "a.txt": "changed\n",
        "new.txt": "n\n",
        "ignored": "i\n",
        "env/pyvenv.cfg": "x\n",
        "env/x.py": "x\n",
    }.items():
        repo.put(path, text)
    (repo.path / "gone.txt").unlink()
    repo.git("update-index", "--assume-unchanged", "a.txt")
    git = Git.find(repo.path).with_scratch(repo.path.parent / "scratch")
    tree = git.tree(write_work_tree(git, "HEAD"))
    assert sorted(tree) == [".gitignore", "a.txt", "new.txt"]
    assert git.blobs([tree["a.txt"].oid]) == {tree["a.txt"].oid: b"changed\n"}


def test_a_virtual_environment_that_is_ignored(repo: Repository) -> None:
    repo.commit("base", {".gitignore": ".venv*/\n"})
    for name in (".venv", ".venv-ci", "env"):
        repo.put(f"{name}/pyvenv.cfg", "x\n")
    repo.put("new.txt", "n\n")
    git = Git.find(repo.path).with_scratch(repo.path.parent / "scratch")
    assert sorted(git.tree(write_work_tree(git, "HEAD"))) == [".gitignore", "new.txt"]


def test_switches_of_the_users_git_change_nothing(repo: Repository) -> None:
    one = repo.commit("one", {NOTES: "x\n", "a.py": "1\n2\n3\n"})
    two = repo.commit("two", {"a.py": "1\n++ b/evil.py\n3\n4\n", "b.py": "1\n"})
    for name, value in {
        "diff.noprefix": "true",
        "color.ui": "always",
        "diff.external": "false",
        "log.showSignature": "true",
    }.items():
        repo.git("config", name, value)
    assert changed_lines(Git.find(repo.path), one, two) == {"a.py": {2, 4}, "b.py": {1}}
    assert look(repo).base == Git.find(repo.path).empty_tree()


def test_a_line_of_content_cannot_pose_as_a_header() -> None:
    diff = b"--- a/x.py\n+++ b/x.py\n@@ -0,0 +1,2 @@\n+++ b/evil.py\n+@@ -1 +1,99 @@\n@@ -5 +7 @@\n-a\n+b\n"
    assert parse_changed_lines(diff) == {"x.py": {1, 2, 7}}


def test_replace_refs_and_the_callers_git_variables_are_not_heard(
    repo: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = repo.commit("one", {NOTES: "x\n"})
    two = repo.commit("two", {"a.txt": "a\n"})
    other = repo.git("commit-tree", "-m", "other", f"{one}^{{tree}}")
    repo.git("replace", two, other)
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert sorted(Git.find(repo.path).tree(two)) == ["a.txt", NOTES]


def test_what_killed_runs_left_is_swept_and_what_lives_is_not(tmp_path: Path) -> None:
    place = tmp_path / "execute"
    for name in ("run-dead", "run-half-made"):
        (place / name).mkdir(parents=True)
        (place / name / "file").touch()
    (place / "run-dead" / "lock").touch()
    with scratch(place) as first, scratch(place) as second:
        assert sorted(place.iterdir()) == sorted([first, second])
    assert list(place.iterdir()) == []
