"""Many trees read at once are what git itself says of each."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.tools.git import Git
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
