"""Paths for the first module and the first test of a topic: beside those that a project has, and named like them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from fnmatch import fnmatch

from pytest_execute.core.layout import TEST_DIRECTORIES, Layout, is_below

USUAL_SOURCE, USUAL_PATTERN = "src", "test_*.py"


def module_name(topic: str) -> str:
    """Return a name for a topic's first module.

    >>> module_name("Chat-rooms")
    'chat_rooms'
    """
    return "".join(letter if letter.isalnum() else "_" for letter in topic).lower()


def new_module_path(name: str, files: Collection[str], layout: Layout) -> str:
    """Return the path of a new module: in the first directory with modules below the largest part of the source."""
    code = [path for path in files if layout.is_source(path)]
    if not code:
        return f"{layout.prefix}{USUAL_SOURCE}/{name}.py"
    directory = max(layout.source, key=lambda entry: sum(is_below(path, entry) for path in code))
    directory = _parent(directory) if directory.endswith(".py") else directory
    while directory not in map(_parent, code):
        start = f"{directory}/".lstrip("/")
        inner = Counter(start + path.removeprefix(start).partition("/")[0] for path in code if path.startswith(start))
        directory = inner.most_common(1)[0][0]
    return f"{directory}/{name}.py".lstrip("/")


def new_test_path(name: str, files: Collection[str], layout: Layout, directories: Collection[str] = ()) -> str:
    """Return the path of a new test file: in the directory with most of them, named as most of them are.

    `directories` are those that pytest looks for tests in, if they are set.
    """
    files = [path for path in files if any(is_below(path, entry) for entry in directories)] or files
    patterns = [each for each in layout.patterns if each.count("*") == 1 and not fnmatch("__init__.py", each)]
    matched = [(path, each) for each in patterns for path in files if _matches(path, each, layout.prefix)]
    directories = Counter(_parent(path) for path, _ in matched)
    directory = min(directories, key=lambda each: (-directories[each], len(each)), default=_usual(files, layout.prefix))
    used = Counter(pattern for _, pattern in matched) or Counter(patterns or [USUAL_PATTERN])
    return f"{directory}/{used.most_common(1)[0][0].replace('*', name)}".lstrip("/")


def _matches(path: str, pattern: str, prefix: str) -> bool:
    return path.startswith(prefix) and fnmatch(path.rpartition("/")[2], pattern)


def _usual(files: Collection[str], prefix: str) -> str:
    """Return the directory of tests that exists without any, else the usual one."""
    usual = [prefix + name for name in TEST_DIRECTORIES]
    return next((each for each in usual if any(is_below(path, each) for path in files)), usual[0])


def _parent(path: str) -> str:
    return path.rpartition("/")[0]
