"""Share that a test has of the Python files on the tests' side, written out without comments and layout.

The share begins with the test's own definition. To it come the statements at the top of files that define a name in it,
and those that take effect by themselves: hooks, fixtures for all tests, statements that define nothing.
"""

from __future__ import annotations

import ast
import copy
import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from msgspec import Struct

from pytest_execute.core.python_source import parse_python

WORD = re.compile(r"\w+")
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
DefinitionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Share(Struct, frozen=True):
    """Text of the statements, names that they bind, and the (module, name) that each name comes from which others have.

    What is imported from one of the files themselves is a part of the text, and so are imports of all names.
    """

    text: str
    bound: frozenset[str]
    imports: Mapping[str, tuple[str, str]]


class _Part(Struct, frozen=True):
    """Statement at the top of a file: its text and the words in it, the names that it defines and binds, its imports.

    A part that `acts` takes effect by itself. `origins` are the (name, (module, name there)) of imports at any place.
    """

    text: str
    words: frozenset[str]
    names: frozenset[str]
    bound: frozenset[str]
    origins: frozenset[tuple[str, tuple[str, str]]]
    acts: bool
    is_import: bool
    is_star: bool


def find_share(files: Mapping[str, bytes], names: Sequence[str]) -> Share | None:
    """Return the share of the test that `names` lead to in the first of `files`.

    None where a file is not Python, or files import different things under one name.
    """
    try:
        parts = [part for content in files.values() for part in _parts(content, names)]
    except SyntaxError:
        return None
    origins = frozenset[tuple[str, tuple[str, str]]]().union(*(part.origins for part in parts))
    imports = dict(origins)
    if len(imports) < len(origins):
        return None
    used = _used([part for part in parts if not part.is_import], names)
    text = "\n".join(part.text for part in ([part for part in parts if part.is_star] + used))
    words = frozenset(WORD.findall(text))
    bound = frozenset(PurePosixPath(path).stem for path in files).union(*(part.bound for part in used))
    others = {n: origin for n, origin in imports.items() if n in words and not _is_one_of(origin[0], files)}
    return Share(text, bound, others)


def _parts(content: bytes, names: Sequence[str]) -> Iterator[_Part]:
    """Yield the statements of a file without docstrings, and without the tests in classes that are not in `names`."""
    for statement in _parse(content):
        if isinstance(statement, _Part):
            yield statement
        else:
            yield statement.part(names)


@functools.lru_cache(maxsize=2048)  # tests of one file share it, and the files that they use
def _parse(content: bytes) -> tuple[_Part | _TestClass, ...]:
    return tuple(
        _TestClass(each) if isinstance(each, ast.ClassDef) else _make_part(without_docstrings(each))
        for each in parse_python(content).body
    )


class _TestClass:
    """Class at the top of a file, of which each test has a part of its own."""

    def __init__(self, node: ast.ClassDef) -> None:
        self.node = without_docstrings(node)
        functions = (each for each in ast.walk(node) if isinstance(each, FunctionNode))
        self.names = frozenset(each.name for each in functions if each.name.startswith("test"))
        self.known: dict[frozenset[str], _Part] = {}

    def part(self, names: Sequence[str]) -> _Part:
        """Return the class without the tests that are not in `names`."""
        key = self.names.intersection(names)
        if key not in self.known:
            self.known[key] = _make_part(_without_other_tests(self.node, names))
        return self.known[key]


def _make_part(statement: ast.stmt) -> _Part:
    text = ast.unparse(statement)
    is_constant = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    names = frozenset(_top_names(statement))
    is_hook = isinstance(statement, FunctionNode) and (
        statement.name.startswith("pytest_") or "autouse" in "".join(map(ast.unparse, statement.decorator_list))
    )
    return _Part(
        text,
        frozenset(WORD.findall(text)),
        names,
        frozenset(bound_names(statement)),
        frozenset(_imports([statement])),
        acts=not is_constant and (is_hook or not names or not names.isdisjoint({"pytestmark", "pytest_plugins"})),
        is_import=isinstance(statement, ast.Import | ast.ImportFrom),
        is_star=isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*",
    )


def _is_one_of(module: str, files: Iterable[str]) -> bool:
    dotted = module.strip(".")
    return bool(dotted) and any(f"/{path}".endswith(f"/{dotted.replace('.', '/')}.py") for path in files)


def _used(parts: Sequence[_Part], names: Iterable[str]) -> list[_Part]:
    """Return the parts that are used, in their order."""
    words, used = {*names}, set[int]()
    while found := {i for i, each in enumerate(parts) if i not in used and _is_used(each, words)}:
        used |= found
        words.update(*(parts[index].words for index in found))
    return [parts[index] for index in sorted(used)]


def _is_used(part: _Part, words: set[str]) -> bool:
    return part.acts or not part.names.isdisjoint(words)


def _without_other_tests(statement: ast.stmt, names: Sequence[str]) -> ast.stmt:
    """Return a class without the tests that are not in `names`, and anything else as it is."""
    if isinstance(statement, ast.ClassDef):
        body = [each for each in statement.body if not _is_other_test(each, names)]
        statement = copy.copy(statement)
        statement.body = [_without_other_tests(each, names) for each in body]
    return statement


def _is_other_test(statement: ast.stmt, names: Sequence[str]) -> bool:
    return isinstance(statement, FunctionNode) and statement.name.startswith("test") and statement.name not in names


def without_docstrings(node: ast.stmt) -> ast.stmt:
    """Return a statement without the docstrings of the definitions in it."""
    for part in ast.walk(node):
        if isinstance(part, DefinitionNode) and part.body and is_text(part.body[0]):
            part.body = part.body[1:]
        if isinstance(part, DefinitionNode) and not part.body:
            part.body = [ast.Pass()]
    return node


def is_text(node: ast.AST) -> bool:
    """Return whether a node is a text by itself, such as a docstring."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _imports(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each name that an import at any place binds, with the module and the name that it has there."""
    for node in (node for statement in statements for node in ast.walk(statement)):
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((alias.asname or alias.name, (module, alias.name)) for alias in node.names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], (alias.name if alias.asname else "", "")


def _top_names(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement at the top of a file defines."""
    if isinstance(statement, DefinitionNode):
        yield statement.name
        return
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        elif isinstance(child, ast.stmt | ast.ExceptHandler | ast.Tuple | ast.List):
            yield from _top_names(child)  # type: ignore[arg-type]  # which also reads what is in an expression


def bound_names(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement binds, but those of fixtures, which arguments of tests only name."""
    for part in ast.walk(node):
        if isinstance(part, DefinitionNode):
            yield part.name
        if isinstance(part, FunctionNode | ast.Lambda) and not _takes_fixtures(part):
            yield from (arg.arg for arg in ast.walk(part.args) if isinstance(arg, ast.arg))
        if isinstance(part, FunctionNode):
            for text in (text for each in part.decorator_list for text in ast.walk(each)):
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield from WORD.findall(text.value)
        if isinstance(part, ast.Name | ast.Attribute) and isinstance(part.ctx, ast.Store):
            yield part.id if isinstance(part, ast.Name) else part.attr


def _takes_fixtures(node: FunctionNode | ast.Lambda) -> bool:
    if isinstance(node, ast.Lambda):
        return False
    return node.name.startswith("test") or "fixture" in "".join(map(ast.unparse, node.decorator_list))
