"""Statements of a Python file by the function or class that they stand in, each with a fingerprint of its meaning."""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator
from typing import Any

from msgspec import Struct

from pytest_execute.core.python_source import parse_python

EXCLUSION_COMMENT = re.compile(r"#\s*(?i:pragma)[:\s]?\s*(?i:no)\s*(?i:cover|branch)")
"""Default exclusion comments of coverage.py. Its other defaults, `...` and code for type checkers, hide nothing that
counts.
"""
BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")
"""Fields of compound statements that hold other statements."""
WITHOUT_MEANING = ("kind", "type_comment")
"""Fields of the syntax tree that change nothing: the prefix `u` of a string, and comments for type checkers."""
IMPORTS = ("Import ", "ImportFrom ")


class Name(Struct, frozen=True):
    """Name in a syntax tree, apart from the texts that a program handles."""

    text: str
    is_bound: bool = False


Text = tuple[str, tuple[Name, ...]]
"""Syntax tree as text without the names in it, and these names."""
Scope = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Statement(Struct, frozen=True):
    """Statement without those in its blocks: what it does and under which others, its names, and its lines.

    An exclusion comment, which hides lines from coverage.py, belongs to the shape. An import of several names is
    several statements. A keyword is a name with `=` at its end. `bound` are arguments, and variables that are set.
    """

    shape: str
    names: tuple[str, ...]
    bound: frozenset[str]
    lines: range
    is_import: bool = False

    @property
    def fingerprint(self) -> tuple[str, ...]:
        """Return all that the statement means."""
        return (self.shape, *self.names)


Scopes = dict[str, tuple[Statement, ...]]
"""Statements by the qualified name of their function or class, "" for those of the module; a `def` or `class` is the
first statement of its own scope. `f#2` is the second scope called `f`.
"""


def find_statements(source: bytes) -> Scopes | None:
    """Return the statements of a source; None for a source that is not Python. Docstrings are no statements."""
    try:
        tree = parse_python(source)
        found: dict[str, list[tuple[Text, range]]] = {"": []}
        _collect(found, "", tree.body, ())
    except (SyntaxError, RecursionError):
        return None
    excluding = {number for number, line in enumerate(split_lines(source), 1) if EXCLUSION_COMMENT.search(line)}
    starts = sorted({lines.start for statements in found.values() for _, lines in statements})
    previous = dict(zip(starts, [0, *starts], strict=False))

    def statement(text: Text, lines: range) -> Statement:
        # lines between two statements, such as `else:`, count with the second
        is_excluded = not excluding.isdisjoint(range(previous[lines.start] + 1, lines.stop))
        shape, names = text
        bound = frozenset(each.text for each in names if each.is_bound)
        texts = tuple(each.text for each in names)
        return Statement(_digest(f"{shape} {is_excluded}"), texts, bound, lines, shape.startswith(IMPORTS))

    return {scope: tuple(statement(*each) for each in statements) for scope, statements in found.items()}


def split_lines(source: bytes) -> list[str]:
    """Return the lines of a source, numbered as Python numbers them, without the spaces around them."""
    text = source.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    return [line.strip().decode(errors="surrogateescape") for line in text.split(b"\n")]


def _collect(found: dict[str, list[tuple[Text, range]]], scope: str, block: list[Any], path: tuple[str, ...]) -> None:
    """Add the statements of a block to `found`. `path` names the blocks around it, up to the function or class."""
    for node in block:
        if isinstance(node, Scope):
            name = _unique(f"{scope}.{node.name}".lstrip("."), found)
            found[name] = [(_text(node, path), _own_lines(node))]
            _collect(found, name, node.body, ())
        elif not _is_text(node):
            found[scope] += [(_text(each, path), _own_lines(node)) for each in _single_imports(node)]
            for field, inner in _blocks(node):
                is_elif = field == "orelse" and isinstance(node, ast.If) and [type(each) for each in inner] == [ast.If]
                _collect(found, scope, inner, path if is_elif else (*path, f"{type(node).__name__}.{field}"))


def _single_imports(node: Any) -> list[Any]:
    """Return an import of several names as one of each name, any other statement as it is."""
    if isinstance(node, ast.Import):
        return [ast.Import([name]) for name in node.names]
    if isinstance(node, ast.ImportFrom):
        return [ast.ImportFrom(node.module, [name], node.level) for name in node.names]
    return [node]


def _unique(name: str, taken: Iterable[str]) -> str:
    number = 1
    while (unique := name if number == 1 else f"{name}#{number}") in taken:
        number += 1
    return unique


def _blocks(node: ast.AST) -> Iterator[tuple[str, list[Any]]]:
    for field in BLOCKS:
        if inner := getattr(node, field, None):
            yield field, inner


def _own_lines(node: Any) -> range:
    """Return the lines of a statement, with its decorators, up to the first statement in it."""
    first = _first_line(node)
    blocks = [inner[0] for _, inner in _blocks(node)]
    if not blocks:
        return range(first, (node.end_lineno or first) + 1)
    return range(first, max(first + 1, min(map(_first_line, blocks))))


def _first_line(node: ast.AST) -> int:
    if isinstance(node, ast.match_case):  # it has no line of its own, but its pattern has one
        node = node.pattern
    lines: list[int] = [each.lineno for each in (node, *getattr(node, "decorator_list", ()))]
    return min(lines)


def _is_text(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _text(node: ast.AST, path: tuple[str, ...]) -> Text:
    """Return the syntax tree of a statement as text, without the statements in it, and its names."""
    fields = [value for field, value in ast.iter_fields(node) if field not in (*BLOCKS, *WITHOUT_MEANING)]
    if isinstance(node, ast.Global | ast.Nonlocal):  # these names are not of its own function
        return " ".join([*path, type(node).__name__, *node.names]), ()
    tokens = [*_tokens(fields)]
    texts = ("_" if isinstance(token, Name) else token for token in tokens)
    return " ".join([*path, type(node).__name__, *texts]), tuple(each for each in tokens if isinstance(each, Name))


def _tokens(root: Any) -> Iterator[str | Name]:
    """Yield a syntax tree in prefix order; it is a loop, as expressions may be deeper than Python's stack."""
    stack = [root]
    while stack:
        value = stack.pop()
        if isinstance(value, ast.Constant):
            yield f"Constant {value.value!r}"
        elif isinstance(value, ast.AST):
            yield type(value).__name__
            stack += _fields(value)[::-1]
        elif isinstance(value, list):
            yield f"[{len(value)}"
            stack += value[::-1]
        else:
            yield Name(value) if isinstance(value, str) else value if isinstance(value, Name) else repr(value)


def _fields(node: ast.AST) -> list[Any]:
    """Return the values of a node, with the name first where it is that of an argument, variable or keyword."""
    fields = [inner for field, inner in ast.iter_fields(node) if field not in WITHOUT_MEANING]
    if isinstance(node, ast.arg) or (isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)):
        fields[0] = Name(fields[0], is_bound=True)
    elif isinstance(node, ast.keyword) and node.arg is not None:
        fields[0] = Name(f"{node.arg}=")
    return fields


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(errors="surrogateescape"), digest_size=16).hexdigest()
