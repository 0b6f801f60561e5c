"""Files that a test file may use, by the words in it."""

from __future__ import annotations

import pytest

from pytest_execute.replay.mentions import asked_words, find_words, is_mentioned, reached_files

OWN = "tests/unit/test_a.py"


def is_used(path: str, **files: str) -> bool:
    """Return whether a file is mentioned by the test file `test_a`, or by other `files` below tests/unit."""
    contents = {f"tests/unit/{name}.py": find_words(text.encode()) for name, text in files.items()}
    reached = reached_files(OWN, contents, contents.__getitem__)
    return is_mentioned(path, OWN, frozenset({"test_a"}).union(*(contents[each] for each in reached)))


@pytest.mark.parametrize(
    ("content", "path", "expected"),
    [
        ("read('data')", "tests/data/one.bin", True),
        ("Path('.').iterdir()", "tests/data/one.bin", True),
        ("import json", "tests/more.json", True),
        ("pass", "tests/test_a/one.bin", True),
        ("pass", "tests/data/one.bin", False),
        ("import_module('tests.deep.tool')", "tests/deep/tool.py", True),
        ("Path('.').iterdir()", "tests/unit/test_b.py", False),
        ("pass", "tests/__init__.py", True),
        ("pass", "tests/conftest.py", True),
        ("pass", "conftest.py", True),
        ("import conftest", "tests/other/conftest.py", False),
    ],
)
def test_a_file_may_be_used_if_its_path_is_mentioned(content: str, path: str, expected: bool) -> None:
    assert is_used(path, test_a=content) is expected


def test_files_that_are_mentioned_mention_others() -> None:
    files = {"test_a": "import one", "one": "import two", "two": "open('x.yml')", "three": "open('y.csv')"}
    assert is_used("tests/unit/x.yml", **files)
    assert not is_used("tests/unit/y.csv", **files)
    assert is_used("tests/unit/y.csv", **files, conftest="import three"), "a conftest is used by all below it"


def test_a_file_asks_by_what_its_statements_name() -> None:
    source = b'"""Doc."""\nfrom app import mul\n\ndef test_x():\n    # comment\n    "text"\n    import sub\n'
    assert asked_words(source) == {"test_x"}
    assert asked_words(source + b"    assert getattr(app, 'add')(one, n=2)\n") == {
        *("test_x", "getattr", "app", "add", "one", "n")
    }
    assert asked_words(b'{"name": "add"}') >= {"name", "add"}
    assert asked_words(b"no Python") == {"no", "Python"}
