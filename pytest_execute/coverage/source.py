"""What the lines of a Python file are, told from its syntax tree."""

from __future__ import annotations

import ast

from msgspec import Struct


class Lines(Struct, frozen=True):
    """`bodies` are the lines inside functions, which run when they are called and not when the file is imported; `starts`
    maps each line to the first line of the statement that it stands in.
    """

    bodies: frozenset[int]
    starts: dict[int, int]


def read(text: str) -> Lines:
    """The lines of a source text; empty for a text that is no Python."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return Lines(frozenset(), {})
    bodies: set[int] = set()
    starts: dict[int, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            bodies.update(range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1))
        if isinstance(node, ast.stmt):
            starts.update(dict.fromkeys(_own_lines(node), node.lineno))
    return Lines(frozenset(bodies), starts)


def _own_lines(node: ast.stmt) -> range:
    """The lines of a statement, without those of the statements in it."""
    body = getattr(node, "body", None) or getattr(node, "cases", None)
    if not isinstance(body, list):
        return range(node.lineno, (node.end_lineno or node.lineno) + 1)
    first = getattr(body[0], "lineno", None) or body[0].pattern.lineno
    return range(node.lineno, max(first, node.lineno + 1))
