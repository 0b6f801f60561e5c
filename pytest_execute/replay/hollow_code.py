"""Take the bodies of new functions out of a source: what a test still asks of it, it asks of no behaviour.

A function is new if an older source has none of its name with the same code. Functions that run while the module is
loaded keep their bodies, so that it can be loaded.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
RUN_BY_CLASS_STATEMENTS = ("__init_subclass__", "__set_name__", "__prepare__", "__class_getitem__")
"""Methods that statements of other classes run."""
CONSTRUCTORS = ("__new__", "__init__", "__post_init__")
"""Methods that a call of their class runs."""


def new_functions(source: bytes, older: bytes) -> frozenset[str]:
    r"""Return the names of the functions of `source` that are new.

    >>> sorted(new_functions(b"def f(): return 1\ndef g(): return 2", b"def f(): return 1  # one"))
    ['g']
    """
    return frozenset(node.name for _, node in _new(_parse(source), _parse(older)))


def hollow(source: bytes, older: bytes, is_taken: Callable[[str], bool] = lambda _: True) -> bytes:
    r"""Return `source` with the new functions that `is_taken` names doing nothing; the same bytes if there are none.

    >>> hollow(b"def f(): return 1\ndef g(): return 2", b"def f(): return 1")
    b'def f():\n    return 1\n\ndef g():\n    return None'
    """
    module = _parse(source)
    kept = _run_on_import(module)
    taken = [node for _, node in _new(module, _parse(older)) if node.name not in kept and is_taken(node.name)]
    for node in taken:
        node.body = [ast.Return(ast.Constant(None))]
    return ast.unparse(ast.fix_missing_locations(module)).encode(errors="surrogatepass") if taken else source


def _new(module: ast.Module, older: ast.Module) -> Iterator[tuple[str, FunctionNode]]:
    known = {name: ast.dump(node) for name, node in _functions(older)}
    return ((name, node) for name, node in _functions(module) if known.get(name) != ast.dump(node))


def _parse(source: bytes) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return ast.Module([], [])


def _functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, FunctionNode]]:
    """Yield the functions of a module with the names that lead to them, but for those in functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FunctionNode):
            yield prefix + child.name, child
        elif isinstance(child, ast.stmt | ast.ExceptHandler):
            yield from _functions(child, f"{prefix}{child.name}." if isinstance(child, ast.ClassDef) else prefix)


def _run_on_import(module: ast.Module) -> frozenset[str]:
    """Return the names of functions that loading the module runs, directly or through other ones of the module."""
    bodies: dict[str, list[FunctionNode]] = {}
    for name, node in _functions(module):
        bodies.setdefault(node.name, []).append(node)
        if node.name in CONSTRUCTORS and "." in name:
            bodies.setdefault(name.split(".")[-2], []).append(node)
    run: set[str] = set()
    waiting = [*RUN_BY_CLASS_STATEMENTS, *_called(module)]
    while waiting:
        if (name := waiting.pop()) not in run:
            run.add(name)
            waiting += (called for node in bodies.get(name, ()) for part in node.body for called in _called(part))
            waiting += (node.name for node in bodies.get(name, ()))
    return frozenset(run)


def _called(node: ast.AST) -> Iterator[str]:
    """Yield the last names of what a statement calls, or decorates with, when it runs.

    The bodies of functions do not run, nor what only a script runs.
    """
    if isinstance(node, ast.If) and "__name__" in map(_last_name, ast.walk(node.test)):
        return
    if isinstance(node, ast.Call):
        yield _last_name(node.func)
    if isinstance(node, FunctionNode | ast.ClassDef):
        yield from map(_last_name, node.decorator_list)
    for field, value in ast.iter_fields(node):
        if not (field == "body" and isinstance(node, FunctionNode | ast.Lambda)):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _called(child)


def _last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
