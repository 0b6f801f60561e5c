"""Tests that never failed: guards notice when a function of base loses its body, and hollow ones do not."""

from __future__ import annotations

import pytest

from pytest_execute.core.evidence import Guard
from pytest_execute.core.layout import Layout
from pytest_execute.engine.settings import PytestOptions, settings_for
from pytest_execute.mutation.changed_functions import functions_at_base
from pytest_execute.mutation.guards import find_guards
from pytest_execute.mutation.mutate import MutationRequest
from pytest_execute.mutation.targets import find_targets_at_base
from pytest_execute.tools.cache import ResultCache
from pytest_execute.tools.commit_range import commit_range
from pytest_execute.tools.git import Git
from tests.repository import Repository
from tests.topic import OWN_PLUGINS

CODE = """
import functools

def price(n):
    return n * 2

def total(n):
    return price(n) + 1

def changed(n):
    return n + 1

@functools.lru_cache
def cached(n):
    return n * 3

def show(n):
    print(n)

def kinds():
    return ["a"]

def label():
    return "x"

def nothing():
    return None

TABLE = {kind: 1 for kind in kinds()}
LABEL = label()
"""
TODAY = CODE.replace("return n + 1", "return fresh(n) - 4") + "\ndef fresh(n):\n    return n + 5\n"
TESTS = """
import pytest
from app import core
from app.core import LABEL

@pytest.fixture(scope="session")
def made():
    return core.cached(2)

def test_result(): assert core.price(2) == 4
def test_changed(): assert core.changed(1) == 2
def test_fixture(made): assert made == 6
def test_output(capsys):
    core.show(3)
    assert capsys.readouterr().out == "3\\n"
def test_on_import(): assert LABEL == "x"

def test_no_assertion(): core.price(2)
def test_no_assertion_on_a_caller(): core.total(2)
def test_no_assertion_on_a_fixture(made): pass
def test_new_function(): assert core.fresh(1) == 6
def test_import_only(): assert core
def test_nothing_to_notice(): assert core.nothing() is None
"""
FILE = "tests/test_core.py"


@pytest.fixture(scope="module")
def guards(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Guard]:
    path = tmp_path_factory.mktemp("guards")
    repo = Repository(path / "work")
    repo.commit("base", {"src/app/__init__.py": "", "src/app/core.py": CODE})
    repo.commit("plan", {"notes/t/breakdown.md": "# T\n"})
    repo.commit("work", {"src/app/core.py": TODAY, FILE: TESTS})
    git = Git.find(repo.path).with_scratch(path / "scratch")
    commits, layout = commit_range(git, "notes/t/breakdown.md"), Layout(source=("src/app",))
    request = MutationRequest(
        tree=commits.tree,
        targets=find_targets_at_base(git, commits, layout),
        tests={f"{FILE}::{line.split()[1].split('(')[0]}": 0.1 for line in TESTS.splitlines() if "def test" in line},
        task_tests={},
        settings=settings_for(git, layout, git.tree(commits.tree), PytestOptions(arguments=OWN_PLUGINS, workers=1)),
    )
    return find_guards(git, request, path / "trees", ResultCache(None, print))


@pytest.mark.parametrize(
    ("test", "function"),
    [
        ("test_result", "app.core:price"),
        ("test_changed", "app.core:changed"),
        ("test_fixture", "app.core:cached"),
        ("test_output", "app.core:show"),
        ("test_on_import", "app.core:label"),
    ],
)
def test_a_guard_notices_when_a_function_of_base_loses_its_body(
    guards: dict[str, Guard], test: str, function: str
) -> None:
    assert guards[f"{FILE}::{test}"] == Guard(function=function)


@pytest.mark.parametrize(
    ("test", "guard"),
    [
        ("test_no_assertion", Guard(tried=3, missed="`return None` in app.core:price")),
        ("test_no_assertion_on_a_caller", Guard(tried=4, missed="`return None` in app.core:price")),
        ("test_no_assertion_on_a_fixture", Guard(tried=3, missed="`return None` in app.core:cached")),
        ("test_new_function", Guard(tried=2, missed="`return None` in app.core:kinds")),
        ("test_import_only", Guard(tried=2, missed="`return None` in app.core:kinds")),
        ("test_nothing_to_notice", Guard(tried=2, missed="`return None` in app.core:kinds")),
    ],
)
def test_a_test_that_passes_whatever_base_returns_is_no_guard(
    guards: dict[str, Guard], test: str, guard: Guard
) -> None:
    assert guards[f"{FILE}::{test}"] == guard


def test_functions_of_base_are_kept_changed_or_moved() -> None:
    base = "def kept():\n    return 1\ndef changed():\n    return 1\ndef moved():\n    return 3\n"
    today = "def kept():\n    return 1\ndef changed():\n    return 2\ndef new():\n    return 4\n"
    found = functions_at_base({"a.py": base}, {"a.py": today, "b.py": "def moved():\n    return 3\n"})
    assert {path: [each.name for each in functions] for path, functions in found.items()} == {
        "a.py": ["kept", "changed"],
        "b.py": ["moved"],
    }
