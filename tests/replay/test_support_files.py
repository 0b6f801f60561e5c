"""Files on the tests' side that a test uses, in trees that are given."""

from __future__ import annotations

import pytest

from pytest_execute.core.layout import Layout
from pytest_execute.replay.file_parts import split_file
from pytest_execute.replay.mentions import asked_words, find_words
from pytest_execute.replay.support_files import SupportFiles
from pytest_execute.tools.git import Entry, Tree

TEST = "tests/test_a.py::test_x[1]"
FILES = {
    "tests/test_a.py": "from tests.test_base import TestBase\nfrom tests import helper\ndef test_x(): pass\n",
    "tests/test_b.py": "HELPS = 1\ndef test_x(): pass\n",
    "tests/test_base.py": "class TestBase:\n    def helps(self): pass\n",
    "tests/helper.py": "HELPS = open('cases.json')\ndef test_other(): pass\n",
    "tests/cases.json": "[]",
    "src/app.py": "VALUE = 1\n",
    "checks.py": "def test_c(): pass\n",
}
EVERYTHING = None


def tree(changes: dict[str, str | None]) -> Tree:
    """A tree whose blobs have their contents as ids; None leaves a file out."""
    files = {path: text for path, text in {**FILES, **changes}.items() if text is not None}
    return {path: Entry("100644", text) for path, text in files.items()}


def differ(changes: dict[str, str | None], accesses: set[str] | None, test: str = TEST) -> bool:
    trees = {"then": tree({}), "now": tree(changes)}
    files = SupportFiles(
        trees,
        Layout(),
        frozenset({"checks.py"}),
        lambda oid: split_file(oid.encode()),
        lambda oid: find_words(oid.encode()),
        lambda oid: asked_words(oid.encode()),
    )
    return files.differ("then", "now", test, None if accesses is None else frozenset(accesses))


@pytest.mark.parametrize(
    ("changes", "accesses", "expected"),
    [
        ({"tests/test_a.py": "def test_x(): return 1\n"}, set(), True),
        ({"tests/test_a.py": f"{FILES['tests/test_a.py']}def test_y(): pass\n"}, set(), False),
        ({"tests/cases.json": "[1]"}, {"tests/cases.json"}, True),
        ({"tests/cases.json": "[1]"}, {"?cases.json"}, True),
        ({"tests/cases.json": "[1]"}, {"tests/other.json"}, False),
        ({"tests/cases.json": "[1]"}, EVERYTHING, True),
        ({"tests/more.json": "[]"}, {"tests/"}, True),
        ({"tests/more.json": "[]"}, {"tests/cases.json"}, False),
        ({"tests/helper.py": None}, {"tests/helper"}, True),
        ({"tests/helper.py": "HELPS = 2\n"}, {"tests/helper.py"}, True),
        ({"tests/helper.py": "HELPS = open('cases.json')\ndef test_new(): pass\n"}, {"tests/helper.py"}, False),
        ({"tests/helper.py": "HELPS = ("}, {"tests/helper.py"}, True),
        ({"tests/helper.py": "HELPS = 2\n"}, EVERYTHING, True),
        ({"tests/words.txt": "a"}, EVERYTHING, False),
        ({"tests/test_b.py": "HELPS = 2\ndef test_x(): pass\n"}, EVERYTHING, False),
        ({"tests/test_base.py": "class TestBase:\n    def helps(self): return 1\n"}, EVERYTHING, True),
        ({"tests/test_base.py": "class TestBase:\n    def helps(self): return 1\n"}, {"tests/test_base.py"}, True),
        ({"tests/test_b.py": "HELPS = 2\ndef test_x(): pass\n"}, {"tests/test_b.py"}, False),
        ({"tests/conftest.py": "FIXTURE = 1\n"}, {"tests/conftest.py"}, True),
        ({"tests/conftest.py": "FIXTURE = 1\n"}, set(), False),
        ({"tests/other/conftest.py": "FIXTURE = 1\n"}, {"tests/other/conftest.py"}, False),
        ({"src/app.py": "VALUE = 2\n"}, EVERYTHING, False),
    ],
)
def test_a_file_counts_if_the_test_uses_it(
    changes: dict[str, str | None], accesses: set[str] | None, expected: bool
) -> None:
    assert differ(changes, accesses) is expected


def test_a_file_of_tests_counts_wherever_it_is() -> None:
    changes: dict[str, str | None] = {"checks.py": "def test_c(): return 1\n"}
    assert differ(changes, set(), "checks.py::test_c")
    assert not differ(changes, set())
