"""Modules of the project come from the tree."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import pytest_execute
from pytest_execute.engine.child.module_origin import TreeFinder
from tests.engine.trees import ONE, tree_runner
from tests.repository import Repository


def test_a_module_of_the_project_from_outside_the_tree_is_foreign(repo: Repository) -> None:
    """For example a project that pytest itself has loaded already."""
    files = {"src/pluggy/__init__.py": "", "tests/test_a.py": "import pluggy\ndef test_a(): pass\n"}
    commit = repo.commit("a", files)
    with tree_runner(repo, top_modules=("pluggy",)) as runner:
        outcome = runner.run(runner.git.tree(commit), [ONE])[ONE]
    assert outcome.state == "foreign"
    assert outcome.message.startswith("pluggy")


def test_modules_are_searched_in_the_tree_in_the_order_of_the_module_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module beside its test comes before a directory of its name, and before the same name in another place."""
    tree, katas = tmp_path / "tree", tmp_path / "tree/katas"
    for file in ("bowling/bowling.py", "bowling/util.py", "tennis/util.py"):
        (katas / file).parent.mkdir(parents=True, exist_ok=True)
        (katas / file).touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/bowling.py").touch()
    finder = TreeFinder(str(tree), [str(katas), str(tree)], ["bowling", "tennis", "util"])
    monkeypatch.setattr(sys, "path", [str(tmp_path / "elsewhere"), str(katas / "bowling"), str(tree), str(katas)])
    assert finder.find_spec("bowling").origin == str(katas / "bowling/bowling.py")
    assert finder.find_spec("util").origin == str(katas / "bowling/util.py")
    monkeypatch.setattr(sys, "path", [])
    assert finder.find_spec("tennis").submodule_search_locations._path == [str(katas / "tennis")]


def test_the_project_may_be_pytest_execute(repo: Repository) -> None:
    """The engine's own modules are in the checkout then, and are not foreign."""
    commit = repo.commit("a", {"src/app/__init__.py": "", "tests/test_a.py": "def test_a():\n    import app\n"})
    checkout = Path(pytest_execute.__file__).resolve().parent.parent
    with tree_runner(repo, work_tree=checkout) as runner:
        assert runner.run(runner.git.tree(commit), [ONE])[ONE].state == "passed"
