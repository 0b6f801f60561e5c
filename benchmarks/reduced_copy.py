"""Copies of a file of tests with one test and only what it mentions, by the syntax tree.

A file that misses anything at an old commit cannot be imported there, and so none of its tests runs. A copy tells for
each of them what it misses itself.

| statement of the file | is kept |
| --- | --- |
| `from __future__ import`, names that pytest reads, hooks, fixtures for all tests | always |
| import, definition, assignment, block | if what is kept mentions a name that it binds; imports name by name |
| `from module import *` | if what is kept mentions a name that nothing binds |
| a decorated method or an assigned call, in a class without tests | if what is kept mentions its name |
| any other, such as a call | if it mentions nothing but the standard library and pytest |
"""

from __future__ import annotations

import ast
import builtins
import sys
from collections.abc import Iterator

READ_BY_PYTEST = {"pytestmark", "pytest_plugins", "setup_module", "teardown_module", "setup_function"}
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)
Unit = tuple[str, str]
"""Top-level name and the name of a method, "" for a function and for the tests that a class inherits from elsewhere."""


def units(source: str) -> list[Unit]:
    """Return the tests in a source that cannot be collected; those that a class inherits from elsewhere are one."""
    found: list[Unit] = []
    classes = {node.name: node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            found += [(node.name, method) for method in dict.fromkeys(_test_methods(node, classes))]
            found += [(node.name, "")] if node.bases else []
        elif isinstance(node, DEFINITIONS) and _is_test(node):
            found.append((node.name, ""))
    return found


def _test_methods(node: ast.ClassDef, classes: dict[str, ast.ClassDef]) -> Iterator[str]:
    """Yield the tests of a class, and those of its bases in the same file."""
    yield from (each.name for each in node.body if isinstance(each, DEFINITIONS) and _is_test(each))
    for base in node.bases:
        if isinstance(base, ast.Name) and base.id in classes and base.id != node.name:
            yield from _test_methods(classes[base.id], classes)


def reduced(source: str, unit: Unit) -> str:
    """Return a source with one test and what it mentions."""
    name, method = unit
    module = ast.parse(source)
    statements = [part for node in module.body for part in _parts(node)]
    for node in statements:
        if isinstance(node, ast.ClassDef):
            others = [each for each in node.body if isinstance(each, DEFINITIONS) and _is_test(each)]
            node.body = [each for each in node.body if each not in others or each.name == method] or [ast.Pass()]
    kept = {node for node in statements if name in _bound(node) or _is_for_all(node)}
    stored = {each.id for each in ast.walk(module) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    bound = {each for node in statements for each in _bound(node)} | stored | {*dir(builtins), "self", "cls"}
    while True:
        wanted = {each for node in kept for each in _mentioned(node)}
        more = {node for node in statements if _is_wanted(node, wanted, bound)} - kept
        if not more:
            break
        kept |= more
    for node in kept - {each for each in kept if name in _bound(each)}:
        if isinstance(node, ast.ClassDef) and not any(
            isinstance(each, DEFINITIONS) and _is_test(each) for each in node.body
        ):
            _drop_members(node, kept)
    text = "\n".join(ast.unparse(node) for node in kept if not isinstance(node, ast.Import))
    module.body = [node for node in statements if node in kept and _is_used(node, text)]
    return ast.unparse(ast.fix_missing_locations(module))


def _drop_members(node: ast.ClassDef, kept: set[ast.stmt]) -> None:
    """Drop what may fail while a class is made, and that nothing mentions."""
    attributes = {each.attr for other in kept for each in ast.walk(other) if isinstance(each, ast.Attribute)}
    mentioned = attributes.union(*map(_mentioned, kept))
    members = [each for each in node.body if _may_fail(each) and mentioned.isdisjoint(_bound(each))]
    node.body = [each for each in node.body if each not in members] or [ast.Pass()]


def _may_fail(node: ast.stmt) -> bool:
    is_call = isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
    return is_call or (isinstance(node, DEFINITIONS) and bool(node.decorator_list) and not node.name.startswith("__"))


def _is_test(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    return node.name.startswith("test")


def _parts(node: ast.stmt) -> list[ast.stmt]:
    if isinstance(node, ast.Import):
        return [ast.Import([alias]) for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [ast.ImportFrom(node.module, [alias], node.level) for alias in node.names]
    return [node]


def _bound(node: ast.stmt) -> set[str]:
    """Return the names that a statement binds in the module."""
    if isinstance(node, DEFINITIONS):
        return {node.name}
    if isinstance(node, IMPORTS):
        return {alias.asname or alias.name.partition(".")[0] for alias in node.names} - {"*"}
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    blocks = [each for each in ast.iter_child_nodes(node) if isinstance(each, (ast.stmt, ast.ExceptHandler))]
    return names.union(*(_bound(each) for each in blocks if isinstance(each, ast.stmt)), *map(_bound_in, blocks))


def _bound_in(node: ast.AST) -> set[str]:
    return set().union(*(_bound(each) for each in ast.iter_child_nodes(node) if isinstance(each, ast.stmt)))


def _is_for_all(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom) and node.module == "__future__":
        return True
    is_autouse = isinstance(node, DEFINITIONS) and any("autouse=True" in ast.unparse(d) for d in node.decorator_list)
    names = _bound(node)
    is_hook = any(name.startswith("pytest_") for name in names) and isinstance(node, DEFINITIONS)
    return is_autouse or is_hook or not READ_BY_PYTEST.isdisjoint(names)


def _is_wanted(node: ast.stmt, wanted: set[str], bound: set[str]) -> bool:
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
        return not {name for name in wanted if name.isidentifier()} <= bound
    names = _bound(node)
    if names:
        return not names.isdisjoint(wanted)
    names = {each.id for each in ast.walk(node) if isinstance(each, ast.Name)}
    return names <= {*sys.stdlib_module_names, *dir(builtins), "pytest"}


def _is_used(node: ast.stmt, text: str) -> bool:
    """Return whether a source mentions the module of `import package.module`; others are wanted already."""
    is_dotted = isinstance(node, ast.Import) and node.names[0].asname is None and "." in node.names[0].name
    return not is_dotted or node.names[0].name in text  # type: ignore[attr-defined]


def _mentioned(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement mentions, also those of fixtures, which are arguments or strings."""
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.arg):
            yield each.arg
        elif isinstance(each, ast.Constant) and isinstance(each.value, str):  # a name of a fixture
            yield each.value
