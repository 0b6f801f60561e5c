"""Python sources that pytest would collect tests from, told from their text."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatch

from pytest_execute.core.python_source import parse_python

TEST_LIBRARIES = ("pytest", "unittest")


def holds_tests(source: str | bytes, functions: Sequence[str] = ("test",), classes: Sequence[str] = ("Test",)) -> bool:
    """Return whether a source defines tests, or may: by star imports, with a test library, or as it is no Python.

    `functions` and `classes` are pytest's settings `python_functions` and `python_classes`: prefixes or patterns.
    """
    try:
        body = parse_python(source).body
    except SyntaxError:
        return True
    return any(_is_test(node, functions, classes) for node in _top_level(body))


def _top_level(body: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """Yield the statements of a module, also those below an `if`, `try` or `with`."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try | ast.With | ast.ExceptHandler):
            yield from _top_level(ast.iter_child_nodes(node))


def _is_test(node: ast.AST, functions: Sequence[str], classes: Sequence[str]) -> bool:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        return _matches(node.name, functions)
    if isinstance(node, ast.ClassDef):
        has_test = any(_is_test(child, functions, ()) for child in node.body if not isinstance(child, ast.ClassDef))
        return (_matches(node.name, classes) and has_test) or any("Test" in ast.unparse(base) for base in node.bases)
    if isinstance(node, ast.Import):
        return any(_top_name(name.name) in TEST_LIBRARIES for name in node.names)
    if isinstance(node, ast.ImportFrom):
        names = [name.asname or name.name for name in node.names]
        return _top_name(node.module or "") in TEST_LIBRARIES or any(
            name == "*" or _matches(name, (*functions, *classes)) for name in names
        )
    if isinstance(node, ast.Assign):
        return any(isinstance(target, ast.Name) and _matches(target.id, functions) for target in node.targets)
    return False


def _matches(name: str, patterns: Iterable[str]) -> bool:
    """Return whether a name begins with one of `patterns`, or matches it with its wildcards, as in pytest."""
    return any(name.startswith(pattern) or fnmatch(name, pattern) for pattern in patterns)


def _top_name(module: str) -> str:
    return module.partition(".")[0]
