"""What the lines of a Python file are, told from its syntax tree."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from msgspec import Struct

from pytest_execute.core.type_checking import type_checking_conditions


class Lines(Struct, frozen=True):
    """`bodies` are the lines inside functions, which run when they are called and not when the file is imported; `starts`
    maps each line to the first line of the statement that it stands in; `idle` are lines that no test can run and that do
    nothing: bodies that are `...`, and what is there for the type checker alone; `opaque` are those that run what stands in a text,
    or compile it, which has no lines to measure.
    """

    bodies: frozenset[int]
    starts: dict[int, int]
    idle: frozenset[int]
    opaque: frozenset[int]


TEXT = ("exec", "eval", "compile")
Function = ast.FunctionDef | ast.AsyncFunctionDef


def read(text: str) -> Lines:
    """The lines of a source text; empty for a text that is no Python."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return Lines(frozenset(), {}, frozenset(), frozenset())
    bodies: set[int] = set()
    starts: dict[int, int] = {}
    idle: set[int] = set()
    checker = type_checking_conditions(tree)
    for node in ast.walk(tree):
        if isinstance(node, Function):
            bodies.update(_span(node.body[0].lineno, node))
            idle.update(_empty(node))
        if isinstance(node, ast.stmt):
            starts.update(dict.fromkeys(_own_lines(node), node.lineno))
        if isinstance(node, ast.stmt) and not hasattr(node, "body") and _has_lambda(node):
            bodies.update(_span(node.lineno, node))
        if isinstance(node, ast.If) and ast.unparse(node.test) in checker:
            idle.update(range(node.lineno, (node.body[-1].end_lineno or node.lineno) + 1))
    opaque = frozenset(node.lineno for node in ast.walk(tree) if isinstance(node, ast.Call) and _runs_text(node.func))
    return Lines(frozenset(bodies), starts, frozenset(idle), opaque)


def _runs_text(function: ast.expr) -> bool:
    """Is it `exec`, or one of its kind, by its own name or as `builtins` has it?"""
    if isinstance(function, ast.Attribute):
        return function.attr in TEXT and ast.unparse(function.value) in ("builtins", "__builtins__")
    return isinstance(function, ast.Name) and function.id in TEXT


def _span(first: int, node: ast.stmt) -> range:
    return range(first, (node.end_lineno or node.lineno) + 1)


def _has_lambda(node: ast.stmt) -> bool:
    return any(isinstance(inner, ast.Lambda) for inner in ast.walk(node))


def _empty(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterable[int]:
    """The lines of a body that is `...`, after a docstring or without."""
    last = node.body[-1]
    rest = [each for each in node.body[:-1] if not _is_constant(each, str)]
    return _span(last.lineno, last) if _is_constant(last, type(...)) and not rest else ()


def _is_constant(node: ast.stmt, kind: type) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, kind)


def _own_lines(node: ast.stmt) -> range:
    """The lines of a statement, without those of the statements in it."""
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    if not isinstance(body, list):
        return range(node.lineno, (node.end_lineno or node.lineno) + 1)
    first = getattr(body[0], "lineno", None) or body[0].pattern.lineno
    return range(node.lineno, max(first, node.lineno + 1))
