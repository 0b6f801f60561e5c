"""Reading a repository: trees, blobs, and an environment that the caller cannot change."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.tools.git import BlobReader, Git
from pytest_execute.tools.git_write import write_blobs, write_work_tree
from tests.repository import Repository


def test_several_trees_read_at_once_are_the_same_as_one_by_one(tmp_path: Path) -> None:
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


def test_a_missing_tree_is_an_error_with_its_remedy(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    repo.commit("a", {"a": "a\n"})
    with pytest.raises(ExecuteError, match="git fetch"):
        Git.find(repo.path).trees(["0" * 40])


def test_blobs_read_by_one_process_are_the_same_as_those_read_at_once(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    texts = ("", "one\n", "no line end", "many\n" * 100_000, "é\0\n\n")
    commit = repo.commit("a", {f"{number}.txt": text for number, text in enumerate(texts)})
    git = Git.find(repo.path).with_scratch(tmp_path / "scratch")
    oids = [entry.oid for entry in git.tree(commit).values()]
    with contextlib.closing(BlobReader(git)) as reader:
        assert reader.blobs(oids) == git.blobs(oids)
        (repo.path / "later").write_bytes(b"later")
        later = write_blobs(git, [repo.path / "later"])
        assert reader.blobs([*later, oids[3]]) == git.blobs([*later, oids[3]])
        with pytest.raises(ExecuteError, match="git fetch"):
            reader.blobs(["0" * 40])
        assert reader.blobs(oids) == git.blobs(oids), "and goes on after that"


def test_links_and_submodules_have_no_contents_of_their_own(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    Repository(repo.path / "sub.py").commit("s", {"a": "a\n"})
    (repo.path / "link.py").symlink_to("a.py")
    commit = repo.commit("a", {"a.py": "a\n"})
    git = Git.find(repo.path)
    tree = git.tree(commit)
    assert {*tree} == {"a.py", "link.py", "sub.py"}
    assert git.file_contents(tree, [*tree, "gone.py"]) == git.contents(commit, tree) == {"a.py": b"a\n"}


def test_the_blob_reader_starts_git_with_the_first_blob_and_ends_it(tmp_path: Path) -> None:
    repo = Repository(tmp_path / "repo")
    oids = [entry.oid for entry in Git.find(repo.path).tree(repo.commit("a", {"a": "a\n"})).values()]
    reader = BlobReader(Git.find(repo.path))
    assert reader.process is None
    reader.blobs(oids)
    reader.close()
    assert reader.process is not None
    assert reader.process.returncode == 0
    BlobReader(Git.find(repo.path)).close()


def test_replace_refs_and_the_callers_git_variables_are_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo = Repository(tmp_path / "repo")
    one = repo.commit("one", {"b.txt": "x\n"})
    two = repo.commit("two", {"a.txt": "a\n"})
    other = repo.git("commit-tree", "-m", "other", f"{one}^{{tree}}")
    repo.git("replace", two, other)
    monkeypatch.setenv("GIT_DIR", "/nowhere")
    assert sorted(Git.find(repo.path).tree(two)) == ["a.txt", "b.txt"]


@pytest.mark.parametrize(
    "name", ["a:b", '-q"\\', "new\nline", "ls\u2028\x85\x0c", "end\n", " blank ", "caf\udce9", "*[a]"]
)
def test_a_checkout_whose_path_is_odd(tmp_path: Path, name: str) -> None:
    repo = Repository(tmp_path / name)
    commit = repo.commit("a", {"a": "a\n"})
    git = Git.find(repo.path)
    assert (git.work_tree, git.git_dir) == (repo.path, repo.path / ".git")
    git = git.with_scratch(repo.path / "scratch")
    assert git.find_commit("HEAD") == commit
    assert git.contents(write_work_tree(git, commit), ["a"]) == {"a": b"a\n"}
