"""Tests that stood at base, and whose code the topic renamed with them in one commit: they owe no red, as before.

All situations share one history: base, rename. Each has its own test file, its own module and its own fixture.
"""

from __future__ import annotations

from typing import NamedTuple

import pytest

from pytest_execute.core.evidence import Proof
from tests.replay.test_prove import INIT, proofs
from tests.replay.test_renamed import PLUS, replaced
from tests.repository import Repository

TEST = """\
import pytest
from app.{0} import add, Stack

@pytest.fixture
def two():
    return 2

def test_add(two):
    assert add(first=1, second=two) == 3

class TestStack:
    def test_push(self):
        stack = Stack()
        stack.push(1)
        assert stack.items == [1]

def test_other():
    assert Stack().items == []
"""
CODE = """\
def add(first, second):
    return first + second

class Stack:
    def __init__(self):
        self.items = []

    def push(self, value):
        self.items.append(value)
"""
COPY = "def test_plus_again(two):\n    assert plus(first=1, second=two) == 3\n\nclass TestStack"
NEW_TEST = "def test_minus():\n    assert minus(3, 1) == 2\n\nclass TestStack"
MINUS = "\ndef minus(a, b):\n    return a - b\n"


class Situation(NamedTuple):
    """File of tests and module after the commit, and what each test is; `found` is the proof of those that are new."""

    test: str
    code: str
    at_base: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    file: str = "test_{0}.py"
    module: str = "{0}"
    found: tuple[str, str | None] = ("turned", "same-commit")


PUT = ("push", "put")
ADDS, PUSHES, OTHER = "test_add", "TestStack::test_push", "test_other"
SITUATIONS = {
    "function": Situation(replaced(TEST, PLUS), replaced(CODE, PLUS), ("test_plus", PUSHES, OTHER)),
    "method": Situation(replaced(TEST, PUT), replaced(CODE, PUT), (ADDS, "TestStack::test_put")),
    "a_class": Situation(
        replaced(TEST, ("Stack", "Pile")), replaced(CODE, ("Stack", "Pile")), (ADDS, "TestPile::test_push", OTHER)
    ),
    "argument": Situation(replaced(TEST, ("first", "one")), replaced(CODE, ("first", "one")), (ADDS, PUSHES)),
    "fixture": Situation(replaced(TEST, PLUS, ("two", "pair")), replaced(CODE, PLUS), ("test_plus", OTHER)),
    "only_a_fixture": Situation(replaced(TEST, ("two", "pair")), CODE, (ADDS, OTHER)),
    "only_its_name": Situation(replaced(TEST, ("test_add", "test_sum")), CODE, ("test_sum", OTHER)),
    "module": Situation(
        replaced(TEST, ("{0}", "{0}_2"), PLUS),
        replaced(CODE, PLUS),
        ("test_plus", PUSHES, OTHER),
        file="test_{0}_2.py",
        module="{0}_2",
    ),
    "beside_a_new_one": Situation(
        replaced(TEST, ("Stack\n", "Stack, minus\n"), ("class TestStack", NEW_TEST)),
        CODE + MINUS,
        (ADDS, PUSHES, OTHER),
        ("test_minus",),
    ),
    "new_behaviour": Situation(
        replaced(TEST, PLUS), replaced(CODE, PLUS, ("first + second", "second + first")), (PUSHES,), ("test_plus",)
    ),
    "other_value": Situation(
        replaced(TEST, PLUS, ("== 3", "== 4")),
        replaced(CODE, PLUS, ("first + second", "first + second + 1")),
        (OTHER,),
        ("test_plus",),
    ),
    "two_of_one": Situation(
        replaced(TEST, PLUS, ("class TestStack", COPY)), replaced(CODE, PLUS), ("test_plus",), ("test_plus_again",)
    ),
    "disguised": Situation(
        replaced(TEST, ("add", "minus"), ("== 3", "== -1")),
        CODE + MINUS.replace("a, b", "first, second").replace("a - b", "first - second"),
        (PUSHES,),
        ("test_minus",),
    ),
    "emptied": Situation(
        replaced(TEST, PLUS, ("assert plus(first=1, second=two) == 3", "assert two")),
        replaced(CODE, PLUS),
        (OTHER,),
        ("test_plus",),
        found=("never-red", None),
    ),
}


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    repo = Repository(tmp_path_factory.mktemp("renamed_at_base") / "repo")
    tests = {f"tests/test_{name}.py": TEST.replace("{0}", name) for name in SITUATIONS}
    repo.commit("base", {**INIT, **tests, **{f"src/app/{name}.py": CODE for name in SITUATIONS}})
    files: dict[str, str | None] = {}
    for name, situation in SITUATIONS.items():
        files[f"tests/test_{name}.py"] = files[f"src/app/{name}.py"] = None
        files["tests/" + situation.file.format(name)] = situation.test.replace("{0}", name)
        files[f"src/app/{situation.module.format(name)}.py"] = situation.code
    repo.commit("rename", files)
    return repo


def nodeids(name: str, tests: tuple[str, ...]) -> list[str]:
    return [f"tests/{SITUATIONS[name].file.format(name)}::{test}" for test in tests]


@pytest.fixture(scope="module")
def found(repo: Repository) -> dict[str, Proof]:
    tests = [test for name, each in SITUATIONS.items() for test in nodeids(name, each.at_base + each.new)]
    return proofs(repo, *tests, base=repo.git("rev-parse", "HEAD~1"))


@pytest.mark.parametrize("name", SITUATIONS)
def test_a_renaming_carries_on_that_a_test_stood_at_base(found: dict[str, Proof], name: str) -> None:
    situation = SITUATIONS[name]
    codes = {test: (found[test].code, found[test].order) for test in nodeids(name, situation.at_base)}
    assert codes == dict.fromkeys(codes, ("at-base", None))
    orders = {test: (found[test].code, found[test].order) for test in nodeids(name, situation.new)}
    assert orders == dict.fromkeys(orders, situation.found)


def test_the_detail_says_what_happened_and_no_more(found: dict[str, Proof], repo: Repository) -> None:
    base = repo.git("rev-parse", "--short=7", "HEAD~1")
    renamed, beside = (found[test].detail for test in nodeids("function", ("test_plus", OTHER)))
    assert renamed == f"it passes at base, {base}; only names in it changed since"
    assert beside == f"it passes at base, {base}"
