"""Definitions of tests in older commits, in trees that are given."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from pytest_execute.core.layout import Layout
from pytest_execute.replay.definitions import TestForms as Forms
from pytest_execute.replay.definitions import definition_fingerprint, definitions
from pytest_execute.tools.git import Entry, Tree

FILE, TEST = "tests/test_a.py", "tests/test_a.py::test_x"
X, RENAMED, OTHER = "def test_x():\n    assert 1\n", "def test_y():\n    assert 1\n", "def test_x():\n    assert 2\n"


def tree(**files: str) -> Tree:
    """A tree of test files whose blobs have their contents as ids."""
    return {f"tests/{name}.py": Entry("100644", text) for name, text in files.items()}


def forms(today: Tree) -> Forms:
    def read_blobs(oids: Iterable[str]) -> dict[str, bytes]:
        return {oid: oid.encode() for oid in oids}

    return Forms(today, Layout(), read_blobs)


def name_in(today: Forms, then: Tree, test: str) -> str | None:
    form = today.form_in(then, test)
    return form.test if form is not None else None


def test_a_fingerprint_leaves_out_comments_and_layout() -> None:
    same = b"# a comment\ndef test_x( ):\n\n    assert 1  # one\n"
    assert definition_fingerprint(same, ["test_x"]) == definition_fingerprint(X.encode(), ["test_x"])
    assert definition_fingerprint(OTHER.encode(), ["test_x"]) != definition_fingerprint(X.encode(), ["test_x"])
    assert definition_fingerprint(b"def (", ["test_x"]) is None


def test_definitions_below_if_and_in_classes_are_found_but_none_in_functions() -> None:
    source = b"""
if True:
    class TestA:
        def test_x(self):
            def inner(): pass
try:
    def test_y(): pass
except ImportError:
    def test_z(): pass
"""
    assert {*definitions(source)} == {("TestA",), ("TestA", "test_x"), ("test_y",), ("test_z",)}


def test_a_test_has_the_same_form_while_its_definition_is_the_same() -> None:
    today = forms(tree(test_a=X))
    now = today.form_in(today.today, f"{TEST}[1]")
    assert now == today.form_in(tree(test_a=f"{X}\nVALUE = 1\n"), TEST)
    assert now is not None
    assert now.test == TEST
    assert now != today.form_in(tree(test_a=OTHER), TEST)


@pytest.mark.parametrize(
    ("then", "old_test"),
    [
        (tree(test_a=RENAMED), "tests/test_a.py::test_y"),
        (tree(test_b=X), "tests/test_b.py::test_x"),
        (tree(test_b=OTHER), "tests/test_b.py::test_x"),
        (tree(test_b=RENAMED), "tests/test_b.py::test_y"),
        (tree(test_b=f"{OTHER}{RENAMED}"), "tests/test_b.py::test_y"),
        (tree(test_b="def test_z(): pass\n"), None),
    ],
    ids=["renamed", "moved", "moved and changed", "moved and renamed", "the body counts before the name", "another"],
)
def test_a_test_that_is_elsewhere_today_is_found_by_its_body_or_its_name(then: Tree, old_test: str | None) -> None:
    assert name_in(forms(tree(test_a=X)), then, TEST) == old_test


def test_a_test_without_a_definition_is_in_its_file_or_in_a_renamed_one() -> None:
    made = "scenarios('a.feature')\n"
    today = forms(tree(test_a=made))
    assert name_in(today, tree(test_a="scenarios('b.feature')\n"), TEST) == TEST
    assert name_in(today, tree(test_b=made), TEST) == "tests/test_b.py::test_x"
    assert name_in(today, tree(test_b=X), TEST) is None


def test_a_test_whose_file_has_another_name_in_its_nodeid() -> None:
    r"""pytest makes `a/b.py` of the name `a\b.py`."""
    assert forms(tree(test_a=X)).form_in(tree(test_a=X), "tests/test/a.py::test_x") is None


def test_an_inherited_test_is_where_its_class_was() -> None:
    base = "class TestB(Base):\n    pass\n"
    today = forms(tree(test_a=base.replace("TestB", "TestA")))
    assert name_in(today, tree(test_b=base), "tests/test_a.py::TestA::test_x") == "tests/test_b.py::TestB::test_x"


def test_a_test_that_is_still_in_its_own_place_was_not_moved() -> None:
    both = tree(test_a=X, test_b=X.replace("_x", "_copy"))
    assert name_in(forms(both), tree(test_b=X.replace("_x", "_copy")), TEST) is None


def test_dropped_tests_have_the_index_of_the_last_tree_that_had_them() -> None:
    def dropped(today: Tree, base: Tree | None = None) -> dict[tuple[str, ...], int]:
        return forms(today).dropped([tree(test_a=X), tree(test_a=X), today], base or {}, FILE)

    assert dropped(tree(test_a="def test_z(): pass\n")) == {("test_x",): 1}
    assert dropped(tree(test_a=OTHER)) == {}, "its name is there"
    assert dropped(tree(test_a=RENAMED)) == {}, "its body is there"
    assert dropped(tree(test_a="", test_b=X)) == {}, "it was moved"
    assert dropped(tree(test_a=""), base=tree(test_a=X)) == {}, "base had it"
