"""Many trees read at once are what git itself says of each."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.tools.git import BlobReader, Git
from pytest_execute.tools.git_write import write_blobs
from tests.repository import Repository


def test_all_trees_at_once_are_what_git_says_of_each(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    first = repo.commit("a", {"src/app/__init__.py": "", "src/app/sub/é ü.py": "x = 1\n", "top.txt": "t\n"})
    (repo.path / "src" / "run").write_text("#!/bin/sh\n")
    (repo.path / "src" / "run").chmod(0o755)
    (repo.path / "link").symlink_to("src/run")
    second = repo.commit("b", {"src-more": "beside\n", "top.txt": None})
    git = Git.find(repo.path)
    whole = repo.git("rev-parse", f"{second}^{{tree}}")
    names = [first, second, whole, git.empty_tree()]
    assert git.trees(names) == {name: git.tree(name) for name in names}
    assert git.trees([]) == {}


def test_a_tree_that_is_not_there_is_told(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    repo.commit("a", {"a": "a\n"})
    with pytest.raises(ExecuteError, match="git fetch"):
        Git.find(repo.path).trees(["0" * 40])


def test_contents_read_one_after_the_other_are_those_read_at_once(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    texts = ("", "one\n", "no line end", "many\n" * 100_000, "é\0\n\n")
    commit = repo.commit("a", {f"{number}.txt": text for number, text in enumerate(texts)})
    git = Git.find(repo.path).with_scratch(tmp_path / "scratch")
    oids = [entry.oid for entry in git.tree(commit).values()]
    with contextlib.closing(BlobReader(git)) as contents:
        assert contents.blobs(oids) == git.blobs(oids)
        (repo.path / "later").write_bytes(b"later")
        later = write_blobs(git, [repo.path / "later"])
        assert contents.blobs([*later, oids[3]]) == git.blobs([*later, oids[3]])
        with pytest.raises(ExecuteError, match="git fetch"):
            contents.blobs(["0" * 40])
        assert contents.blobs(oids) == git.blobs(oids), "and goes on after that"


def test_who_reads_contents_starts_nothing_before_and_leaves_nothing_after(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    oids = [entry.oid for entry in Git.find(repo.path).tree(repo.commit("a", {"a": "a\n"})).values()]
    contents = BlobReader(Git.find(repo.path))
    assert contents.process is None
    contents.blobs(oids)
    contents.close()
    assert contents.process is not None
    assert contents.process.returncode == 0
    BlobReader(Git.find(repo.path)).close()
