"""Shares that tests have of the files on the tests' side."""

from __future__ import annotations

import ast

import pytest

from pytest_execute.replay.shares import find_share
from tests.recording import recorded

HELPER = b'"""Help."""\nimport os\n\n\ndef make():\n    "Make."\n    return os.sep\n\n\ndef other():\n    pass\n'
TESTS = b"""
import pytest
from app import add
from helper import make

pytestmark = pytest.mark.slow


class TestAdd:
    base = 1

    def test_one(self):
        assert add(self.base, 1)

    def test_two(self):
        assert make()


def test_three():
    assert make() and add(1, 2)
"""
FILES = {"tests/test_a.py": TESTS, "tests/helper.py": HELPER}


def test_a_share_has_what_the_test_uses_and_no_other_test() -> None:
    share = find_share(FILES, ["TestAdd", "test_one"])
    assert share is not None
    assert "test_one" in share.text
    assert not {"test_two", "test_three", "make", "Make."} & {*share.text.replace("(", " ").split()}
    assert share.imports == {"pytest": ("", ""), "add": ("app", "add")}


def test_a_file_is_parsed_once_for_all_its_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[object] = []
    files = {path: content + b"\n# another file\n" for path, content in FILES.items()}
    names = (["TestAdd", "test_one"], ["TestAdd", "test_two"], ["test_three"], ["TestAdd", "test_one"])
    with monkeypatch.context() as patch:
        patch.setattr(ast, "parse", recorded(ast.parse, lambda *sources, **_: parsed.extend(sources)))
        texts = [share.text for each in names if (share := find_share(files, each)) is not None]
    assert parsed == [*files.values()]
    assert len({*texts}) == 3
    assert "test_two" in texts[1]
    assert "def make" in texts[2]
    assert texts[0] == texts[3]
