"""Parse a Python source, however it is written, encoded or damaged."""

from __future__ import annotations

import ast
import sys

DEEPEST = 6000
"""Levels of a syntax tree that CPython builds from 3.11 on (MAXSTACK in its parser); 3.10 builds any number."""


def parse_python(source: str | bytes) -> ast.Module:
    """Return the syntax tree of a source; bytes are decoded as Python does.

    Raises SyntaxError for whatever Python cannot read. `ast.parse` (CPython 3.10 to 3.14) has a ValueError for a null
    byte, for a surrogate and for a number of thousands of digits, and other errors for what is nested too deep.
    """
    try:
        tree = ast.parse(source)
    except (ValueError, RecursionError, MemoryError) as error:
        raise SyntaxError(str(error)) from None
    if sys.version_info < (3, 11) and _is_too_deep(tree):
        raise SyntaxError("nested too deeply")
    return tree


def _is_too_deep(tree: ast.Module) -> bool:
    """Return whether a tree has more levels than `DEEPEST`."""
    level: list[ast.AST] = [tree]
    for _ in range(DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return False
    return True
