"""Names that a test file may define, as far as its text tells: for files that were not collected."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from pytest_execute.core.python_source import parse_python


def may_define(source: bytes, names: Sequence[str]) -> bool:
    """Return False only if a Python file can have no class or function to which `names` lead, the outermost first."""
    try:
        scope: ast.AST = parse_python(source)
    except SyntaxError:
        return True
    for name in names:
        inner = next((node for node in _inside(scope) if getattr(node, "name", None) == name), None)
        if inner is None:
            return _has_other_source(scope, name)
        scope = inner
    return True


def _inside(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a module or class, without those of the classes and functions in it."""
    for node in ast.iter_child_nodes(scope):
        yield node
        if not isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _inside(node)


def _has_other_source(scope: ast.AST, name: str) -> bool:
    """Return whether a name may be inherited, imported or assigned."""
    if isinstance(scope, ast.ClassDef) and scope.bases:
        return True
    imported = {
        alias.asname or alias.name
        for node in _inside(scope)
        for alias in getattr(node, "names", ())
        if isinstance(alias, ast.alias)
    }
    assigned = {node.id for node in _inside(scope) if isinstance(node, ast.Name)}
    return not {name, "*"}.isdisjoint(imported | assigned)
