"""Share that one test has of a file."""

from __future__ import annotations

import pytest

from pytest_execute.replay.file_parts import split_file

FILE = """
import app

def check(n):
    assert app.f(n) == n

class TestOne:
    LIMIT = 3

    def test_x(self):
        check(self.LIMIT)

    def test_y(self):
        check(2)

def test_z():
    TestOne().test_y()
"""
X = ("TestOne", "test_x")


def share(source: str, *names: str) -> tuple[str, ...]:
    parts = split_file(source.encode())
    assert parts is not None
    return parts.fingerprint(names)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("check(2)", "check(4)"),
        ("import app\n", "import app  # the project\n\n"),
        ("def test_z", "class TestTwo(TestOne):\n    @property\n    def one(self): return 1\n\ndef test_z"),
        ("def test_z", "def test_w():\n    check(9)\n\ndef test_z"),
        ("def test_z():\n    TestOne().test_y()", ""),
    ],
    ids=["another test", "comments and layout", "a new class", "a new test", "a test that is gone"],
)
def test_other_tests_and_the_layout_are_no_part_of_it(old: str, new: str) -> None:
    assert share(FILE.replace(old, new), *X) == share(FILE, *X)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("check(self.LIMIT)", "check(1)"),
        ("LIMIT = 3", "LIMIT = 4"),
        ("class TestOne", "class TestOne(Base)"),
        ("== n", "is n"),
        ("import app", "import app as other"),
    ],
    ids=["the test", "its class", "a base", "a helper", "the module"],
)
def test_what_the_test_uses_is_a_part_of_it(old: str, new: str) -> None:
    assert share(FILE.replace(old, new), *X) != share(FILE, *X)


def test_a_test_that_is_mentioned_is_a_part_of_it() -> None:
    changed = FILE.replace("check(2)", "check(4)")
    assert share(changed, "test_z") != share(FILE, "test_z")
    everywhere = "\nclass Inner:\n    same = TestOne.test_y\n"
    assert share(changed + everywhere, *X) != share(FILE + everywhere, *X), "by what all tests share"


def test_a_file_that_is_not_python_has_no_parts() -> None:
    assert split_file(b"def (") is None
