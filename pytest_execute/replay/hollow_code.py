"""Take what is new out of a source: a test that still passes asks nothing of it.

The bodies of new functions are taken, and the values of new names at the top. New is what an older source has not under
this name, or otherwise. What loading the module uses is left, so that it can be loaded.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from pytest_execute.core.python_source import parse_python

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
AssignmentNode = ast.Assign | ast.AnnAssign
RUN_BY_CLASS_STATEMENTS = ("__init_subclass__", "__set_name__", "__prepare__", "__class_getitem__")
"""Methods that statements of other classes run."""
CONSTRUCTORS = ("__new__", "__init__", "__post_init__")
"""Methods that a call of their class runs."""


def new_definitions(source: bytes, older: bytes) -> frozenset[str]:
    r"""Return the names of the functions, and of the names at the top, that are new in `source`.

    >>> sorted(new_definitions(b"def f(): return 1\ndef g(): return 2\nN = 1", b"def f(): return 1  # one"))
    ['N', 'g']
    """
    return frozenset(name for name, _ in _new(_parse(source), _parse(older)))


def hollow(source: bytes, older: bytes, is_taken: Callable[[str], bool] = lambda _: True) -> bytes:
    r"""Return `source` without what is new in it and `is_taken` names; the same bytes if there is nothing.

    >>> hollow(b"def f(): return 1\ndef g(): return 2\nN = 1", b"def f(): return 1")
    b'def f():\n    return 1\n\ndef g():\n    return None\nN = None'
    """
    module = _parse(source)
    kept = _used_on_import(module)
    taken = [node for name, node in _new(module, _parse(older)) if name not in kept and is_taken(name)]
    for node in taken:
        if isinstance(node, FunctionNode):
            node.body = [ast.Return(ast.Constant(None))]
        else:
            node.value = ast.Constant(None)
    return ast.unparse(ast.fix_missing_locations(module)).encode(errors="surrogatepass") if taken else source


def _new(module: ast.Module, older: ast.Module) -> Iterator[tuple[str, FunctionNode | AssignmentNode]]:
    """Yield the new functions and assignments with their last names."""
    known = {name: ast.dump(node) for name, node in [*_functions(older), *_assignments(older)]}
    for name, node in [*_functions(module), *_assignments(module)]:
        if known.get(name) != ast.dump(node):
            yield name.rpartition(".")[2], node


def _assignments(module: ast.Module) -> Iterator[tuple[str, AssignmentNode]]:
    """Yield the assignments at the top of a module to one name with a value."""
    for node in module.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if isinstance(target, ast.Name) and not target.id.startswith("__"):
                yield target.id, node


def _parse(source: bytes) -> ast.Module:
    try:
        return parse_python(source)
    except SyntaxError:
        return ast.Module([], [])


def _functions(node: ast.AST, prefix: str = "") -> Iterator[tuple[str, FunctionNode]]:
    """Yield the functions of a module with the names that lead to them, but for those in functions."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, FunctionNode):
            yield prefix + child.name, child
        elif isinstance(child, ast.stmt | ast.ExceptHandler):
            yield from _functions(child, f"{prefix}{child.name}." if isinstance(child, ast.ClassDef) else prefix)


def _used_on_import(module: ast.Module) -> frozenset[str]:
    """Return the names of what loading the module calls or reads, directly or through its functions."""
    bodies: dict[str, list[FunctionNode]] = {}
    for name, node in _functions(module):
        bodies.setdefault(node.name, []).append(node)
        if node.name in CONSTRUCTORS and "." in name:
            bodies.setdefault(name.split(".")[-2], []).append(node)
    used, called = set[str](), set[str]()
    waiting = [*RUN_BY_CLASS_STATEMENTS, *_called(module)]
    used.update(_read(module))
    while waiting:
        if (name := waiting.pop()) not in called:
            called.add(name)
            for node in bodies.get(name, ()):
                waiting += [node.name, *(each for part in node.body for each in _called(part))]
                used.update(each for part in node.body for each in _read(part))
    return frozenset(called | used - bodies.keys())


def _called(node: ast.AST) -> Iterator[str]:
    """Yield the last names of what a statement calls, or decorates with."""
    for part in _executed(node):
        if isinstance(part, ast.Call):
            yield _last_name(part.func)
        if isinstance(part, FunctionNode | ast.ClassDef):
            yield from map(_last_name, part.decorator_list)


def _read(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement reads."""
    return (part.id for part in _executed(node) if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load))


def _executed(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what runs with a statement: neither the bodies of functions, nor what only a script runs."""
    if isinstance(node, ast.If) and "__name__" in map(_last_name, ast.walk(node.test)):
        return
    yield node
    for field, value in ast.iter_fields(node):
        if not (field == "body" and isinstance(node, FunctionNode | ast.Lambda)):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _executed(child)


def _last_name(node: ast.AST) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
