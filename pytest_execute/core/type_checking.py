"""What a source text has for a type checker alone."""

from __future__ import annotations

import ast


def checker_names(tree: ast.Module) -> set[str]:
    """How the text may say that only a type checker goes on here: by typing's own name, as long as nothing else sets it."""
    written = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    written |= {n.attr for n in ast.walk(tree) if isinstance(n, ast.Attribute) and not isinstance(n.ctx, ast.Load)}
    froms = [n for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)]
    known = any(
        n.module == "typing" and any(a.name == "TYPE_CHECKING" and not a.asname for a in n.names) for n in froms
    )
    other = any(
        n.module != "typing" and any((a.asname or a.name) in ("TYPE_CHECKING", "typing", "*") for a in n.names)
        for n in froms
    )
    if other or written & {"TYPE_CHECKING", "typing"}:
        return set()
    imported = any(
        isinstance(n, ast.Import) and any(a.name == "typing" and not a.asname for a in n.names) for n in tree.body
    )
    return {name for name, there in (("TYPE_CHECKING", known), ("typing.TYPE_CHECKING", imported)) if there}
