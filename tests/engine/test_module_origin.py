"""Modules of the project come from the tree."""

from __future__ import annotations

from pathlib import Path

import pytest_execute
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


def test_the_project_may_be_pytest_execute(repo: Repository) -> None:
    """The engine's own modules are in the checkout then, and are not foreign."""
    commit = repo.commit("a", {"src/app/__init__.py": "", "tests/test_a.py": "def test_a():\n    import app\n"})
    checkout = Path(pytest_execute.__file__).resolve().parent.parent
    with tree_runner(repo, work_tree=checkout) as runner:
        assert runner.run(runner.git.tree(commit), [ONE])[ONE].state == "passed"
