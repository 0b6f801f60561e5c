"""Files on the tests' side that a test file may use, by the words in it: for tests that may have looked at all files.

A file may be used if a word of its path is in the test file, in a conftest above it, or in Python files that these may
use. A directory that is listed may be used with all that is in it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from pathlib import PurePosixPath

from pytest_execute.core.python_source import parse_python
from pytest_execute.replay.shares import WORD, is_text

IMPORTS = (ast.Import, ast.ImportFrom)
NO_WORDS = frozenset({"py", "__init__"})
LISTING = frozenset({"glob", "rglob", "iterdir", "listdir", "scandir", "walk", "iter_modules"})
"""Words of programs that look for files whose names they do not say."""


def find_words(content: bytes) -> frozenset[str]:
    """Return the words of a file."""
    return frozenset(WORD.findall(content.decode(errors="replace")))


def asked_words(content: bytes) -> frozenset[str]:
    """Return the words by which a file asks for something: without comments, imports and texts that nothing uses.

    All words of a file that is not Python.
    """
    try:
        tree = parse_python(content)
    except SyntaxError:
        return find_words(content)
    texts: list[str] = []
    nodes: list[ast.AST] = [tree]
    while nodes:
        node = nodes.pop()
        texts += [value for _, value in ast.iter_fields(node) if isinstance(value, str)]
        nodes += [each for each in ast.iter_child_nodes(node) if not isinstance(each, IMPORTS) and not is_text(each)]
    return frozenset(word for text in texts for word in WORD.findall(text))


def reached_files(test_file: str, files: Iterable[str], words_of: Callable[[str], frozenset[str]]) -> list[str]:
    """Return a test file, and the Python `files` that it may use, directly or by others."""
    left = {path for path in files if path.endswith(".py")}
    reached, words = left & {test_file}, frozenset({PurePosixPath(test_file).stem})
    found: list[str] = []
    while reached:
        left -= reached
        found += sorted(reached)
        words = words.union(*map(words_of, reached))
        reached = {path for path in left if is_mentioned(path, test_file, words)}
    return found


def is_mentioned(path: str, test_file: str, words: frozenset[str]) -> bool:
    """Return whether one of `words` may stand for a path, as seen from the test file.

    >>> is_mentioned("tests/data/cases.json", "tests/test_a.py", frozenset({"json"}))
    True
    >>> is_mentioned("tests/test_b.py", "tests/test_a.py", frozenset({"tests", "test_a"}))
    False
    """
    directory = PurePosixPath(test_file).parent
    if PurePosixPath(path).name == "conftest.py":
        return PurePosixPath(path).parent in (directory, *directory.parents)
    parts = set(PurePosixPath(path).parts) - set(directory.parts)
    names = {word for part in parts for word in WORD.findall(part)} - NO_WORDS
    is_listed = not path.endswith(".py") and not words.isdisjoint(LISTING)
    return not names or is_listed or not names.isdisjoint(words)
