"""Conditions of `if` statements whose code only a type checker reads, such as `if TYPE_CHECKING`."""

from __future__ import annotations

import ast


def type_checking_conditions(tree: ast.Module) -> set[str]:
    """Return the conditions that only a type checker passes: typing's own name, where nothing else sets it."""
    assigned = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    assigned |= {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and not isinstance(n.ctx, ast.Load)}
    froms = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    is_imported = any(
        n.module == "typing" and any(a.name == "TYPE_CHECKING" and not a.asname for a in n.names) for n in froms
    )
    is_shadowed = any(
        n.module != "typing" and any((a.asname or a.name) in ("TYPE_CHECKING", "typing", "*") for a in n.names)
        for n in froms
    )
    if is_shadowed or assigned & {"TYPE_CHECKING", "typing"}:
        return set()
    has_typing = any(
        isinstance(n, ast.Import) and any(a.name == "typing" and not a.asname for a in n.names) for n in tree.body
    )
    return {
        name for name, is_bound in (("TYPE_CHECKING", is_imported), ("typing.TYPE_CHECKING", has_typing)) if is_bound
    }
