"""Trees of work that is not committed yet."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.tools.git import Git
from pytest_execute.tools.git_write import write_blobs, write_work_tree
from tests.repository import Repository


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return Repository(tmp_path / "repo")


def test_the_snapshot_is_what_a_commit_of_everything_would_hold(repo: Repository) -> None:
    head = repo.commit("base", {"a.txt": "a\n", "gone.txt": "g\n", ".gitignore": "ignored\n"})
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
    tree = git.tree(write_work_tree(git, head))
    assert sorted(tree) == [".gitignore", "a.txt", "new.txt"]
    assert git.blobs([tree["a.txt"].oid]) == {tree["a.txt"].oid: b"changed\n"}


def test_a_virtual_environment_that_is_ignored(repo: Repository) -> None:
    head = repo.commit("base", {".gitignore": ".venv*/\n"})
    for name in (".venv", ".venv-ci", "env"):
        repo.put(f"{name}/pyvenv.cfg", "x\n")
    repo.put("new.txt", "n\n")
    git = Git.find(repo.path).with_scratch(repo.path.parent / "scratch")
    assert sorted(git.tree(write_work_tree(git, head))) == [".gitignore", "new.txt"]


def test_names_that_git_quotes(repo: Repository) -> None:
    names = ["a\nb.txt", '"c.txt', "caf\udce9.txt", "-w"]
    head = repo.commit("base", {".gitignore": '.ve*/\n"ä env"/\n'})
    for name in ("ä env", '.ve"nv', "in"):
        repo.put(f"{name}/pyvenv.cfg", "x\n")
    for name in names:
        repo.put(name, f"{name!a}\n")
    git = Git.find(repo.path).with_scratch(repo.path.parent / "scratch")
    assert sorted(git.tree(write_work_tree(git, head))) == sorted([".gitignore", *names])
    oids = write_blobs(git, [repo.path / name for name in names])
    assert git.blobs(oids) == {oid: f"{name!a}\n".encode() for oid, name in zip(oids, names, strict=True)}


def test_outputs_of_this_program_are_no_work_unless_git_knows_them(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    head = repo.commit("begin", {"kept.json": "1", ".gitignore": "ignored.json\n"})
    for name in ("report.json", "out/summary.md", "ignored.json", "work.py"):
        repo.put(name, "new")
    outputs = [repo.path / name for name in ("report.json", "out/summary.md", "ignored.json", "kept.json")]
    git = Git.find(repo.path).with_scratch(tmp_path / "scratch", [*outputs, tmp_path / "elsewhere.json"])
    assert set(git.tree(write_work_tree(git, head))) == {"kept.json", ".gitignore", "work.py"}


def test_what_git_cannot_commit_is_no_work(repo: Repository) -> None:
    """A repository without a commit, and a file that nobody may read, or that is gone when it is read."""
    head = repo.commit("base", {"a.txt": "a\n"})
    Repository(repo.path / "empty :(glob)*")
    with_commit = Repository(repo.path / "with commit").commit("b", {"b.txt": "b\n"})
    repo.put("new.txt", "n\n")
    git = Git.find(repo.path).with_scratch(repo.path.parent / "scratch")
    tree = git.tree(write_work_tree(git, head))
    assert sorted(tree) == ["a.txt", "new.txt", "with commit"]
    assert tree["with commit"].oid == with_commit


def test_a_tracked_file_that_cannot_be_read_is_named(repo: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    head = repo.commit("base", {"a.txt": "a\n", "b.txt": "b\n"})
    (repo.path / "a.txt").unlink()
    Repository(repo.path / "a.txt")  # nobody may forbid root to read a file
    git = Git.find(repo.path).with_scratch(repo.path.parent / "scratch")
    with pytest.raises(ExecuteError, match=r"'a\.txt/' does not have a commit checked out"):
        write_work_tree(git, head)
