"""Functions that base has and a topic changed without adding to them: tests of base can tell if they do as before.

A function is kept if all of this is so:

1. The older source has one of this name, with the same parameters and decorators. Annotations may differ.
2. Each condition inside one of its lines was there before: in this function, or in one that is gone. Such a condition
   is one of `x if c else y`, `and`, `or` or `for … if c`; coverage cannot see if a test reached both of its ends. The
   body of a `lambda` may not run at all, and counts as a condition.

Conditions of statements, such as `if c:`, may be new: coverage tells which tests reach their branches.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from pytest_execute.core.python_source import parse_python

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
DefinitionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
NAME = re.compile(r"\bid='(\w+)'")


def kept_lines(old: bytes, new: bytes) -> frozenset[int]:
    """Return the lines of `new` whose innermost function changed and is kept; none where a source cannot be parsed."""
    try:
        before, after = (dict(_functions(parse_python(source), "")) for source in (old, new))
        return _lines(before, after)
    except (SyntaxError, RecursionError):
        return frozenset()


def _lines(before: dict[str, FunctionNode], after: dict[str, FunctionNode]) -> frozenset[int]:
    gone = {text for name, node in before.items() if name not in after for text in _conditions(node)}
    lines = set[int]()
    for name, node in after.items():  # outer functions come before inner ones
        own = range(node.lineno, (node.end_lineno or node.lineno) + 1)
        if name in before and _is_kept(before[name], node, gone):
            lines.update(own)
        else:
            lines.difference_update(own)
    return frozenset(lines)


def _functions(node: ast.AST, prefix: str) -> Iterator[tuple[str, FunctionNode]]:
    """Yield all functions with their qualified names; the second one of a name, such as a setter, has a number."""
    counts: dict[str, int] = {}
    for child in _definitions(node):
        number = counts[child.name] = counts.get(child.name, 0) + 1
        name = f"{prefix}{child.name}#{number}"
        if isinstance(child, FunctionNode):
            yield name, child
        yield from _functions(child, f"{name}.")


def _definitions(node: ast.AST) -> Iterator[DefinitionNode]:
    """Yield the functions and classes in a node, without those in them."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, DefinitionNode):
            yield child
        else:
            yield from _definitions(child)


def _is_kept(old: FunctionNode, new: FunctionNode, gone: set[str]) -> bool:
    if ast.dump(old) == ast.dump(new):  # nothing changed
        return False
    return _signature(old) == _signature(new) and {*_conditions(new, inside=True)} <= {*_conditions(old), *gone}


def _signature(node: FunctionNode) -> tuple[object, ...]:
    """Return the kind of a function, its decorators, and its parameters with their defaults."""
    every = node.args
    groups = (every.posonlyargs, every.args, [every.vararg], every.kwonlyargs, [every.kwarg])
    names = [[arg and arg.arg for arg in group] for group in groups]
    values = [*node.decorator_list, *every.defaults, *every.kw_defaults]
    return type(node), names, [value and ast.dump(value) for value in values], len(every.defaults)


def _conditions(function: FunctionNode, *, inside: bool = False) -> Iterator[str]:
    """Yield the conditions of a function as texts, only those inside of lines if asked; local names do not matter."""
    nodes = [each for statement in function.body for each in _own_nodes(statement)]
    local = {each.id for each in nodes if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    local |= {arg.arg for each in nodes if isinstance(each, ast.Lambda) for arg in ast.walk(each.args)
              if isinstance(arg, ast.arg)}  # fmt: skip
    for condition in (each for node in nodes for each in _tests(node, inside)):
        for atom in _atoms(condition):
            yield NAME.sub(lambda found: "id=_" if found[1] in local else found[0], ast.dump(atom))


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield a node and those in it, without those in functions and classes that it defines."""
    if not isinstance(node, DefinitionNode):
        yield node
        for child in ast.iter_child_nodes(node):
            yield from _own_nodes(child)


def _tests(node: ast.AST, inside: bool) -> list[ast.expr]:
    """Return the expressions that decide what runs in a node."""
    if isinstance(node, ast.IfExp):
        return [node.test]
    if isinstance(node, ast.BoolOp):
        return node.values
    if isinstance(node, ast.comprehension):
        return node.ifs
    if isinstance(node, ast.Lambda):
        return [node.body]
    if isinstance(node, ast.If | ast.While | ast.Assert) and not inside:
        return [node.test]
    return [node.guard] if isinstance(node, ast.match_case) and node.guard and not inside else []


def _atoms(condition: ast.expr) -> Iterator[ast.expr]:
    """Yield the parts of a condition without `and`, `or` and `not` between them, and without constants."""
    if isinstance(condition, ast.BoolOp):
        for value in condition.values:
            yield from _atoms(value)
    elif isinstance(condition, ast.UnaryOp) and isinstance(condition.op, ast.Not):
        yield from _atoms(condition.operand)
    elif not isinstance(condition, ast.Constant):
        yield condition
