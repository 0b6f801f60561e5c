"""What the body of a function can be replaced by, and why it cannot where it cannot."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

Definition = ast.FunctionDef | ast.AsyncFunctionDef

OTHER = {
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
"""A constant of each kind that is neither None nor false."""
DISPLAYS: dict[type[ast.expr], str] = {
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
NO_KIND = ""


# -- why not


def excuse(node: Definition, owner: ast.ClassDef | None) -> str:
    """Why the body of a function, with the class right around it, cannot be replaced by a stub; "" where it can."""
    if any(named(decorator, "overload") for decorator in node.decorator_list):
        return "an overload, which never runs"
    body = _statements(node)
    if len(body) == 1 and isinstance(body[0], ast.Raise) and named(body[0].exc, "NotImplementedError"):
        return "abstract: it only raises NotImplementedError"
    if not all(isinstance(statement, ast.Pass | ast.Delete) or _is_constant(statement) for statement in body):
        return ""
    if any("abstract" in _last_name(decorator) for decorator in node.decorator_list):
        return "abstract: it has no body"
    if owner is not None and any(named(base, "Protocol") for base in owner.bases):
        return "of a protocol: it has no body"
    return "its body is empty"


def _is_constant(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _statements(node: Definition) -> Sequence[ast.stmt]:
    """The body without its docstring."""
    return node.body[1:] if _is_constant(node.body[0]) else node.body


def named(node: ast.AST | None, name: str) -> bool:
    """Is it this name, however it is imported, called or subscripted?

    >>> named(ast.parse("typing.Protocol[T]", mode="eval").body, "Protocol")
    True
    """
    return node is not None and _last_name(node) == name


def _last_name(node: ast.AST) -> str:
    if isinstance(node, ast.Call):
        return _last_name(node.func)
    if isinstance(node, ast.Subscript):
        return _last_name(node.value)
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


# -- with what


def stubs(node: Definition) -> tuple[str, ...]:
    """What to replace the body by, one after the other.

    `None` says little where it is what the function returns anyway, or stands for it wherever truth is asked for: then comes the other
    constant of the kind of what it returns, if that can be told.
    """
    own = list(_own(node))
    if any(isinstance(part, ast.Yield | ast.YieldFrom) for part in own):
        return ("raise",) if _yields_nothing(_statements(node)) else ("raise", "none")
    values = [part.value for part in own if isinstance(part, ast.Return)]
    nothing = [value for value in values if value is None or _is_none(value)]
    some = [value for value in values if value is not None and not _is_none(value)]
    other = OTHER.get(_kind(node, some), "")
    if _only_returns(node) and all(value is None or _is_false(value) for value in values):
        return ("raise", other) if other else ("raise",)
    sometimes = bool(some) and (bool(nothing) or _falls_through(node.body) or _may_be_none(node.returns))
    falsy = bool(some) and all(map(_is_false, some))
    return ("raise", "none", other) if other and (sometimes or falsy) else ("raise", "none")


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes of a function's own body, without those of functions and classes within it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, Definition | ast.ClassDef | ast.Lambda):
            yield child
            yield from _own(child)


def _only_returns(node: Definition) -> bool:
    """Is a return all that the body does?"""
    body = _statements(node)
    return len(body) == 1 and isinstance(body[0], ast.Return)


def _yields_nothing(body: Sequence[ast.stmt]) -> bool:
    """Does a generator end at once, and is one only by a word?"""
    first = body[0]
    if isinstance(first, ast.If):
        return len(body) == 1 and isinstance(first.test, ast.Constant) and not first.test.value and not first.orelse
    if isinstance(first, ast.Expr) and isinstance(first.value, ast.YieldFrom):
        return len(body) == 1 and _is_false(first.value.value)
    return isinstance(first, ast.Return)


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _is_false(value: ast.expr) -> bool:
    """Is it a constant that counts as false?"""
    if isinstance(value, ast.Constant):
        return not value.value
    elements = getattr(value, "elts", None) if not isinstance(value, ast.Dict) else value.keys
    return elements == []


def _kind(node: Definition, values: Sequence[ast.expr]) -> str:
    """The name of the type that a function returns where it returns something, by its annotation or by what is returned."""
    told = _annotated(node.returns)
    kinds = {told} if told is not None else {_kind_of(value) for value in values}
    return kinds.pop() if len(kinds) == 1 else NO_KIND


def _kind_of(value: ast.expr) -> str:
    if isinstance(value, ast.Constant):
        return type(value.value).__name__
    if isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
        return "bool"
    return DISPLAYS.get(type(value), NO_KIND)


def _annotated(annotation: ast.expr | None) -> str | None:
    """The one type beside None that an annotation names; None where there is no annotation."""
    if annotation is None:
        return None
    kinds = {_last_name(part) for part in _alternatives(annotation)} - {""}
    return kinds.pop() if len(kinds) == 1 else NO_KIND


def _may_be_none(annotation: ast.expr | None) -> bool:
    return annotation is not None and any(_is_none(part) for part in _alternatives(annotation))


def _alternatives(annotation: ast.expr) -> Iterator[ast.expr]:
    """The types of a union, None as itself.

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
    elif isinstance(annotation, ast.Subscript) and named(annotation, "Optional"):
        yield from (annotation.slice, ast.Constant(None))
    elif isinstance(annotation, ast.Subscript) and named(annotation, "Union"):
        yield from annotation.slice.elts if isinstance(annotation.slice, ast.Tuple) else [annotation.slice]
    else:
        yield annotation


def _falls_through(body: Sequence[ast.stmt]) -> bool:
    """Can the end of these statements be reached, so that None is returned without a word?"""
    last = body[-1]
    if isinstance(last, ast.Return | ast.Raise | ast.Continue):
        return False
    if isinstance(last, ast.If):
        return not last.orelse or _falls_through(last.body) or _falls_through(last.orelse)
    if isinstance(last, ast.With | ast.AsyncWith):
        return _falls_through(last.body)
    if isinstance(last, ast.While):
        endless = isinstance(last.test, ast.Constant) and bool(last.test.value)
        return not endless or any(isinstance(part, ast.Break) for part in _own(last))
    if isinstance(last, ast.Try) or type(last).__name__ == "TryStar":
        return _try_falls_through(last)
    if isinstance(last, ast.Match):
        final = last.cases[-1]
        whole = isinstance(final.pattern, ast.MatchAs) and final.pattern.pattern is None and final.guard is None
        return not whole or any(_falls_through(case.body) for case in last.cases)
    return True


def _try_falls_through(node: ast.stmt) -> bool:
    body, handlers, orelse, final = (getattr(node, part) for part in ("body", "handlers", "orelse", "finalbody"))
    if final and not _falls_through(final):
        return False
    return _falls_through(orelse or body) or any(_falls_through(handler.body) for handler in handlers)
