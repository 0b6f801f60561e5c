"""Classifies the lines of a Python file by its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct

from pytest_execute.core.python_source import parse_python
from pytest_execute.core.type_checking import type_checking_conditions


class SourceLines(Struct, frozen=True):
    """Lines of a source text by their kind.

    - `function_bodies`: lines inside functions, which run on a call and not on import
    - `functions`: each line inside a function -> the line of the `def`, or of the named `lambda`, of the innermost one
    - `statement_starts`: each line -> the first line of its statement
    - `inert`: lines that no test can run and that do nothing: bodies that are `...`, and code for the type checker
      alone
    - `opaque`: lines that run or compile code in a string, which has no lines to measure
    - `error`: the line at which a source that is not Python cannot be parsed; 0 where it can
    """

    function_bodies: frozenset[int]
    functions: dict[int, int]
    statement_starts: dict[int, int]
    inert: frozenset[int]
    opaque: frozenset[int]
    error: int = 0


STRING_RUNNERS = ("exec", "eval", "compile")
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


def classify_lines(source: str | bytes) -> SourceLines:
    """Return the lines of a source by kind; none for a source that is not Python. Bytes are decoded as Python does."""
    try:
        tree = parse_python(source)
    except SyntaxError as error:
        return _unparsed(error.lineno or 1)
    bodies: set[int] = set()
    functions: dict[int, int] = {}
    starts: dict[int, int] = {}
    inert: set[int] = set()
    checker = type_checking_conditions(tree)
    for node in ast.walk(tree):  # outer nodes come before inner ones
        if isinstance(node, FunctionNode):
            bodies.update(_span(node.body[0].lineno, node))
            functions.update(dict.fromkeys(_span(node.body[0].lineno, node), node.lineno))
            inert.update(_ellipsis_body(node))
        if isinstance(node, ast.stmt):
            starts.update(dict.fromkeys(_own_lines(node), node.lineno))
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and _has_lambda(node):
            bodies.update(_span(node.lineno, node))
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Lambda):
            functions.update(dict.fromkeys(_span(node.value.lineno, node), node.value.lineno))
        if isinstance(node, ast.If) and ast.unparse(node.test) in checker:
            inert.update(range(node.lineno, (node.body[-1].end_lineno or node.lineno) + 1))
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
    opaque = frozenset(call.lineno for call in calls if _is_string_runner(call.func))
    return SourceLines(frozenset(bodies), functions, starts, frozenset(inert), opaque)


def classify_file(path: Path) -> SourceLines:
    """Return the lines of a file by kind; a file that cannot be read is as one that cannot be parsed."""
    try:
        return classify_lines(path.read_bytes())
    except OSError:
        return _unparsed(1)


def _unparsed(line: int) -> SourceLines:
    return SourceLines(frozenset(), {}, {}, frozenset(), frozenset(), max(1, line))


def _is_string_runner(function: ast.expr) -> bool:
    """Return whether it is `exec`, `eval` or `compile`, as a name of its own or as an attribute of `builtins`."""
    if isinstance(function, ast.Attribute):
        return function.attr in STRING_RUNNERS and ast.unparse(function.value) in ("builtins", "__builtins__")
    return isinstance(function, ast.Name) and function.id in STRING_RUNNERS


def _span(first: int, node: ast.stmt) -> range:
    return range(first, (node.end_lineno or node.lineno) + 1)


def _has_lambda(node: ast.stmt) -> bool:
    return any(isinstance(inner, ast.Lambda) for inner in ast.walk(node))


def _ellipsis_body(node: FunctionNode) -> Iterable[int]:
    """Return the lines of a body that is `...`, with or without a docstring before it."""
    last = node.body[-1]
    others = [each for each in node.body[:-1] if not _is_constant(each, str)]
    return _span(last.lineno, last) if _is_constant(last, type(...)) and not others else ()


def _is_constant(node: ast.stmt, kind: type) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, kind)


def _own_lines(node: ast.stmt) -> range:
    """Return the lines of a statement without those of the statements in it."""
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    if not isinstance(body, list):
        return range(node.lineno, (node.end_lineno or node.lineno) + 1)
    # A `match_case` has no line of its own, but its pattern has one (CPython's ast, 3.10 and later).
    first = getattr(body[0], "lineno", None) or body[0].pattern.lineno
    return range(node.lineno, max(first, node.lineno + 1))
