"""Directories that the project's modules were imported from in older trees."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_execute.core.layout import Layout
from pytest_execute.replay.older_roots import moved_roots, older_roots, pythonpath
from pytest_execute.tools.commit_range import commit_range
from pytest_execute.tools.git import Git
from tests.repository import Repository

TODAY = ("src/calc.py", "src/app/__init__.py", "src/app/core.py", "scripts/build.py", "tests/test_a.py")


@pytest.mark.parametrize(
    ("removed", "roots"),
    [
        (["lib/calc.py"], ("lib",)),
        (["lib/app/__init__.py", "lib/app/core.py", "python/calc.py"], ("lib", "python")),
        (["lib/__init__.py", "lib/calc.py"], ()),  # it was lib.calc
        (["scripts/other.py", "docs/calc.md", "tests/calc.py"], ()),
        (["lib/app/core.py"], ("lib",)),  # a namespace package
        (["calc.py"], ()),  # the top is a root anyhow
    ],
)
def test_a_root_is_where_a_module_of_today_was_moved_from(removed: list[str], roots: tuple[str, ...]) -> None:
    assert moved_roots(removed, TODAY, Layout(source=("src",))) == roots


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("pytest.ini", "[pytest]\npythonpath = lib ./more/"),
        ("tox.ini", "[pytest]\npythonpath =\n  lib\n  more"),
        ("setup.cfg", "[tool:pytest]\npythonpath = lib more"),
        ("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = ["lib", "more"]'),
        ("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = "lib more"'),
        ("pyproject.toml", '[tool.pytest]\npythonpath = ["lib", "more"]'),
        (".pytest.toml", '[pytest]\npythonpath = ["lib", "more"]'),
    ],
)
def test_the_import_path_is_read_from_each_kind_of_settings(file: str, content: str) -> None:
    assert pythonpath(file, content) == ["lib", "more"]


@pytest.mark.parametrize("content", ["", "[pytest", "[tool]\npytest = 1", "[tool.pytest.ini_options]\npythonpath = 1"])
def test_settings_without_an_import_path_name_no_root(content: str) -> None:
    assert pythonpath("pyproject.toml", content) == pythonpath("pytest.ini", content) == []


def test_the_older_roots_are_those_of_moved_modules_and_of_the_settings_at_base(tmp_path: Path) -> None:
    """A module may have been moved twice, and a copy of it may have stayed."""
    repo = Repository(tmp_path / "repo")
    settings = "[tool.pytest.ini_options]\npythonpath = ['{}']\n"
    moves = [("first", "second"), ("second", "src")]
    base = repo.commit(
        "base", {"p/first/calc.py": "", "p/pyproject.toml": settings.format("copied"), "other/calc.py": ""}
    )
    for old, new in moves:
        repo.commit(new, {f"p/{old}/calc.py": None, f"p/{new}/calc.py": "", "p/pyproject.toml": settings.format(new)})
    git = Git.find(repo.path).with_scratch(tmp_path / "scratch")
    commits = commit_range(git, "notes/t/breakdown.md", base)
    layout = Layout(prefix="p/", source=("p/src",))
    assert older_roots(git, commits, layout, git.tree(commits.tree)) == ("p/copied", "p/first", "p/second")
