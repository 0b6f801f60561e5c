"""Modules of the project come from the tree."""

from __future__ import annotations

import ast
import sys
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any

import mdurl
import pytest
from _pytest.assertion.rewrite import AssertionRewritingHook

import pytest_execute
from pytest_execute.engine.child.module_origin import OriginCheck, TreeFinder
from pytest_execute.engine.installed_modules import installed_modules
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
    finder = TreeFinder(str(tree), [str(katas), str(tree)], ["bowling", "tennis", "util"], {})
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


def test_a_module_that_the_tree_lacks_is_searched_as_python_does(repo: Repository) -> None:
    """`find_spec` returns None, also where the project is installed, and an import fails."""
    test = """
        import importlib, importlib.util, pkgutil
        import pytest

        def test_a():
            assert importlib.util.find_spec("app.gone") is None
            assert importlib.util.find_spec("mdurl") is None
            assert importlib.util.find_spec("app") is not None
            assert [each.name for each in pkgutil.iter_modules(importlib.import_module("app").__path__)] == ["here"]
            for name in ("app.gone", "mdurl", "mdurl._parse"):
                with pytest.raises(ModuleNotFoundError, match=f"No module named '{name.partition('._')[0]}'"):
                    importlib.import_module(name)
            with pytest.raises(ModuleNotFoundError):
                importlib.util.find_spec("app.gone.below")
        """
    commit = repo.commit("a", {"src/app/__init__.py": "", "src/app/here.py": "", "tests/test_a.py": test})
    with tree_runner(repo, top_modules=("app", "mdurl")) as runner:
        outcome = runner.run(runner.git.tree(commit), [ONE])[ONE]
    assert outcome.lines == ()


def test_a_dependency_that_the_tree_does_not_have_comes_from_the_environment(repo: Repository) -> None:
    """A later commit takes it into the tree: from there on it comes from the tree."""
    test = "import mdurl\ndef test_a():\n    assert hasattr(mdurl, 'encode')\n"
    first = repo.commit("a", {"tests/test_a.py": test})
    second = repo.commit("b", {"src/mdurl/__init__.py": ""})
    with tree_runner(repo, top_modules=("mdurl",), installed={"mdurl": SITE}) as runner:
        states = [runner.run(runner.git.tree(commit), [ONE])[ONE].state for commit in (first, second, first)]
    assert states == ["passed", "failed", "passed"]


def test_a_dependency_that_pytest_has_loaded_is_foreign_only_in_a_tree_that_has_it(repo: Repository) -> None:
    first = repo.commit("a", {"tests/test_a.py": "import pluggy\ndef test_a(): pass\n"})
    second = repo.commit("b", {"src/pluggy/__init__.py": ""})
    with tree_runner(repo, top_modules=("pluggy",), installed={"pluggy": SITE}) as runner:
        states = [runner.run(runner.git.tree(commit), [ONE])[ONE].state for commit in (first, second)]
    assert states == ["passed", "foreign"]


SITE = str(Path(mdurl.__file__).parent.parent)


@pytest.fixture
def finder(tmp_path: Path) -> TreeFinder:
    """Return a finder for a tree with a package `app`, where `mdurl` and `markdown_it` are other names of today."""
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").touch()
    (tmp_path / "mdurl").mkdir()
    return TreeFinder(str(tmp_path), [str(tmp_path)], ["app", "mdurl", "markdown_it"], {"mdurl": SITE})


def test_a_finder_looks_in_the_tree_then_where_a_dependency_is_installed(finder: TreeFinder) -> None:
    assert finder.find_spec("app").origin == f"{finder.source_roots[0]}/app/__init__.py"
    assert finder.find_spec("mdurl").origin == mdurl.__file__  # a directory without code does not hide it
    assert finder.find_spec("app.gone", [f"{finder.source_roots[0]}/app"]) is None
    assert finder.find_spec("markdown_it") is None
    assert finder.find_spec("json") is None


@pytest.fixture
def meta_path(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    monkeypatch.setattr(AssertionRewritingHook, "_find_spec", AssertionRewritingHook._find_spec)
    monkeypatch.setattr(sys, "meta_path", [PathFinder])
    return sys.meta_path


def test_no_other_finder_finds_modules_of_the_project(finder: TreeFinder, meta_path: list[Any]) -> None:
    finder.install()
    assert meta_path[0] is finder
    found = [[other.find_spec(name) is not None for other in meta_path] for name in ("mdurl", "markdown_it", "json")]
    assert found == [[True, False], [False, False], [False, True]]
    assert meta_path[1].find_distributions == PathFinder.find_distributions  # importlib.metadata asks for it


def write_distribution(site: Path, name: str, module: str, url: str = "") -> None:
    """Write an installed distribution with one module."""
    information = site / f"{name}-1.dist-info"
    information.mkdir(parents=True)
    (site / f"{module}.py").touch()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n")
    (information / "RECORD").write_text(f"{module}.py,,\n")
    if url:
        (information / "direct_url.json").write_text(f'{{"url": "{url}"}}')


def test_the_installed_modules_are_those_of_other_distributions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy of the project is told by its name, or by the checkout that it was installed from."""
    work_tree, site = tmp_path / "work", tmp_path / "site-packages"
    write_distribution(site, "other", "other_module")
    write_distribution(site, "My_Project", "my_module")
    write_distribution(site, "renamed", "renamed_module", url=work_tree.as_uri())
    write_distribution(site, "neighbour", "next_module", url=f"{work_tree.as_uri()}-2")
    (work_tree / "src").mkdir(parents=True)
    (work_tree / "src" / "editable_module.py").touch()
    monkeypatch.setattr(sys, "path", [str(work_tree / "src"), str(site), *sys.path])
    names = ("other_module", "my_module", "renamed_module", "next_module", "editable_module", "graphlib", "none")
    found = installed_modules(names, "my-project", work_tree)
    assert found == {"other_module": str(site), "next_module": str(site), "graphlib": str(Path(ast.__file__).parent)}


ALIASES = [
    ("app.packages.json", "json", "lib/python/json.py", False),
    ("app.packages.urllib3.util", "urllib3.util", "site-packages/urllib3/util.py", False),
    ("app.vendor.sibling", "sibling", "elsewhere/sibling.py", False),
    ("app.calc", "app.calc", "elsewhere/app/calc.py", True),
    ("app.calc", "app.calc", "site-packages/app/calc.py", True),
    ("app.other", "app.other", "site-packages/app/other.py", True),
    ("calc", "app.calc", "elsewhere/app/calc.py", True),
    ("app.calc", "solution", "elsewhere/solution.py", True),
    ("app", "solution", "site-packages/solution.py", True),
    ("app.data", "solution", "elsewhere/solution.py", True),
    ("app.packages.solution", "solution", "checkout/solution.py", True),
    ("app.calc", "app.calc", "tree/src/app/calc.py", False),
]


@pytest.mark.parametrize(("key", "name", "file", "is_foreign"), ALIASES)
@pytest.mark.parametrize("has_spec", [True, False])
def test_the_origin_of_a_module_is_its_own_and_not_its_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, key: str, name: str, file: str, is_foreign: bool, has_spec: bool
) -> None:
    """A key without a file in the tree is an alias. What replaces a module of the project comes from the tree too."""
    for path in ("tree/src/app/__init__.py", "tree/src/app/calc.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    (tmp_path / "tree/src/app/data").mkdir()
    module = ModuleType(name)
    module.__file__ = str(tmp_path / file)
    module.__spec__ = ModuleSpec(name, None) if has_spec else None
    monkeypatch.setitem(sys.modules, key, module)
    places: Any = {"tree": str(tmp_path / "tree"), "work_tree": str(tmp_path / "checkout")}
    check = OriginCheck(places, TreeFinder(places["tree"], [f"{tmp_path}/tree/src"], ["app"], {}))
    assert (check.find_foreign() is not None) == is_foreign
