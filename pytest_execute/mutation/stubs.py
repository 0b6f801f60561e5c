"""Chooses the stubs of a function: replacements of its body that its tests should notice."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef

CONSTANTS = {
    "bool": "True",
    "int": "1",
    "float": "1.0",
    "complex": "1j",
    "str": "'stub'",
    "bytes": "b'stub'",
    "list": "[None]",
    "tuple": "(None,)",
    "set": "{None}",
    "dict": "{None: None}",
}
"""A constant of each type that is neither None nor false, as Python source."""
DISPLAY_TYPES: dict[type[ast.expr], str] = {
    ast.JoinedStr: "str",
    ast.List: "list",
    ast.ListComp: "list",
    ast.Tuple: "tuple",
    ast.Set: "set",
    ast.SetComp: "set",
    ast.Dict: "dict",
    ast.DictComp: "dict",
    ast.Compare: "bool",
}
UNKNOWN_TYPE = ""


# -- functions without stubs


def reason_without_stubs(node: FunctionNode, owner: ast.ClassDef | None) -> str:
    """Return the reason why the body of a function cannot be replaced, "" where it can.

    `owner` is the class directly around the function.
    """
    if any(is_named(decorator, "overload") for decorator in node.decorator_list):
        return "an overload, which never runs"
    body = _statements(node)
    if len(body) == 1 and isinstance(body[0], ast.Raise) and is_named(body[0].exc, "NotImplementedError"):
        return "abstract: it only raises NotImplementedError"
    if not all(isinstance(statement, ast.Pass | ast.Delete) or _is_constant(statement) for statement in body):
        return ""
    if any("abstract" in _last_name(decorator) for decorator in node.decorator_list):
        return "abstract: it has no body"
    if owner is not None and any(is_named(base, "Protocol") for base in owner.bases):
        return "of a protocol: it has no body"
    return "its body is empty"


def _is_constant(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _statements(node: FunctionNode) -> Sequence[ast.stmt]:
    """Return the body without its docstring."""
    return node.body[1:] if _is_constant(node.body[0]) else node.body


def is_named(node: ast.AST | None, name: str) -> bool:
    """Return whether an expression ends in this name; it may be an attribute, called or subscripted.

    >>> is_named(ast.parse("typing.Protocol[T]", mode="eval").body, "Protocol")
    True
    """
    return node is not None and _last_name(node) == name


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    if isinstance(node, ast.Subscript):
        return _last_name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


# -- choice of stubs


def choose_stubs(node: FunctionNode) -> tuple[str, ...]:
    """Return the replacements of a body, in the order in which they are tried.

    `return None` is hard to notice where the function returns None or a false value anyway. Such a function gets
    another constant of the type that it returns, if the type is known.
    """
    own = list(_own_nodes(node))
    if any(isinstance(part, ast.Yield | ast.YieldFrom) for part in own):
        return ("raise",) if _yields_nothing(_statements(node)) else ("raise", "none")
    returned = [part.value for part in own if isinstance(part, ast.Return)]
    values = [value for value in returned if value is not None and not _is_none(value)]
    constant = CONSTANTS.get(_returned_type(node, values), "")
    if _only_returns(node) and all(value is None or _is_false(value) for value in returned):
        return ("raise", constant) if constant else ("raise",)
    returns_none = len(values) < len(returned) or _falls_through(node.body) or _may_be_none(node.returns)
    returns_false = all(map(_is_false, values))
    needs_constant = bool(values) and (returns_none or returns_false)
    return ("raise", "none", constant) if constant and needs_constant else ("raise", "none")


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function's own body, without those of functions and classes in it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, FunctionNode | ast.ClassDef | ast.Lambda):
            yield child
            yield from _own_nodes(child)


def _only_returns(node: FunctionNode) -> bool:
    """Return whether the body is one return statement."""
    body = _statements(node)
    return len(body) == 1 and isinstance(body[0], ast.Return)


def _yields_nothing(body: Sequence[ast.stmt]) -> bool:
    """Return whether a generator ends at once, and has a `yield` only to be a generator."""
    first = body[0]
    if isinstance(first, ast.If):
        return len(body) == 1 and isinstance(first.test, ast.Constant) and not first.test.value and not first.orelse
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.YieldFrom):
        return len(body) == 1 and _is_false(first.value.value)
    return isinstance(first, ast.Return)


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_false(value: ast.expr) -> bool:
    """Return whether a value is a constant or an empty display that counts as false."""
    if isinstance(value, ast.Constant):
        return not value.value
    elements = getattr(value, "elts", None) if not isinstance(value, ast.Dict) else value.keys
    return elements == []


def _returned_type(node: FunctionNode, values: Sequence[ast.expr]) -> str:
    """Return the name of the type that a function returns beside None, by its annotation or by the returned values."""
    annotated = _annotated_type(node.returns)
    types = {annotated} if annotated is not None else {_type_name(value) for value in values}
    return types.pop() if len(types) == 1 else UNKNOWN_TYPE


def _type_name(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return type(value.value).__name__
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
        return "bool"
    return DISPLAY_TYPES.get(type(value), UNKNOWN_TYPE)


def _annotated_type(annotation: ast.expr | None) -> str | None:
    """Return the one type beside None that an annotation names; None where there is no annotation."""
    if annotation is None:
        return None
    types = {_last_name(part) for part in _alternatives(annotation)} - {""}
    return types.pop() if len(types) == 1 else UNKNOWN_TYPE


def _may_be_none(annotation: ast.expr | None) -> bool:
    return annotation is not None and any(_is_none(part) for part in _alternatives(annotation))


def _alternatives(annotation: ast.expr) -> Iterator[ast.expr]:
    """Yield the types of a union, and None as itself.

    >>> [ast.unparse(part) for part in _alternatives(ast.parse("Optional[int]", mode="eval").body)]
    ['int', 'None']
    """
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        try:
            yield from _alternatives(ast.parse(annotation.value, mode="eval").body)
        except (SyntaxError, ValueError):
            return
    elif isinstance(annotation, ast.BinOp):
        yield from _alternatives(annotation.left)
        yield from _alternatives(annotation.right)
    elif isinstance(annotation, ast.Subscript) and is_named(annotation, "Optional"):
        yield from (annotation.slice, ast.Constant(None))
    elif isinstance(annotation, ast.Subscript) and is_named(annotation, "Union"):
        yield from annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
    else:
        yield annotation


def _falls_through(body: Sequence[ast.stmt]) -> bool:
    """Return whether the end of a body can be reached, so that the function returns None implicitly."""
    last = body[-1]
    if isinstance(last, ast.Return | ast.Raise | ast.Continue):
        return False
    if isinstance(last, ast.If):
        return not last.orelse or _falls_through(last.body) or _falls_through(last.orelse)
    if isinstance(last, ast.With | ast.AsyncWith):
        return _falls_through(last.body)
    if isinstance(last, ast.While):
        is_endless = isinstance(last.test, ast.Constant) and bool(last.test.value)
        return not is_endless or any(isinstance(part, ast.Break) for part in _own_nodes(last))
    if isinstance(last, ast.Try) or type(last).__name__ == "TryStar":  # `except*`, CPython 3.11 and later
        return _try_falls_through(last)
    if isinstance(last, ast.Match):
        final = last.cases[-1]
        is_wildcard = isinstance(final.pattern, ast.MatchAs) and final.pattern.pattern is None and final.guard is None
        return not is_wildcard or any(_falls_through(case.body) for case in last.cases)
    return True


def _try_falls_through(node: ast.stmt) -> bool:
    body, handlers, orelse, final = (getattr(node, part) for part in ("body", "handlers", "orelse", "finalbody"))
    if final and not _falls_through(final):
        return False
    return _falls_through(orelse or body) or any(_falls_through(handler.body) for handler in handlers)
