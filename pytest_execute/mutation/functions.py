"""Finds the functions of a source text by its syntax tree, with their positions, their own code and their stubs."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core.python_source import parse_python
from pytest_execute.core.type_checking import type_checking_conditions
from pytest_execute.mutation.stubs import choose_stubs, is_named, reason_without_stubs

CallableNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class Function(Struct, frozen=True, kw_only=True):
    """Function with its qualified name; `A.size.setter`, `f.overload` and `f#2` keep functions of one name apart.

    - `line`, `column`: position of its `def` or `lambda`; `end`: its last line
    - `fingerprint`: of its own code, without its docstring, its layout, and the bodies of functions in it
    - `stubs`: replacements of its body: "raise", "none", or a constant as Python source
    - `no_stub_reason`: why there are no stubs
    - `is_unknown`: it stands for all functions of a source that cannot be parsed
    """

    name: str
    line: int
    column: int
    end: int
    fingerprint: str
    stubs: tuple[str, ...] = ()
    no_stub_reason: str = ""
    is_unknown: bool = False


def find_functions(source: str | bytes) -> tuple[Function, ...]:
    """Return all functions and methods that a source defines, in its order; one, "<module>", for what is no Python.

    Bytes are decoded as Python does: with a byte order mark, or by the encoding that a comment names.
    """
    try:
        tree = parse_python(source)
    except SyntaxError as error:
        return (_unknown_function(source, error),)
    counts: dict[str, int] = {}
    top = _Scope("", None, False, frozenset(type_checking_conditions(tree)))
    return tuple(_with_unique_name(function, counts) for function in _functions_in(tree, top))


def _unknown_function(source: str | bytes, error: SyntaxError) -> Function:
    """Return what stands for the functions of a source that cannot be parsed; it is the same where the source is."""
    text = source.encode(errors="surrogatepass") if isinstance(source, str) else source
    return Function(
        name="<module>",
        line=max(1, error.lineno or 1),
        column=0,
        end=text.count(b"\n") + 1,
        fingerprint=hashlib.sha256(text).hexdigest(),
        no_stub_reason=f"it cannot be parsed: {error}",
        is_unknown=True,
    )


def _with_unique_name(function: Function, counts: dict[str, int]) -> Function:
    number = counts[function.name] = counts.get(function.name, 0) + 1
    return function if number == 1 else replace(function, name=f"{function.name}#{number}")


class _Scope(NamedTuple):
    """Surroundings of a definition.

    - `prefix`: the first part of its name
    - `owner`: the class directly around it
    - `for_checker`: it is in a block for the type checker alone
    - `checker`: the expressions that test for the type checker in this file
    """

    prefix: str
    owner: ast.ClassDef | None
    for_checker: bool
    checker: frozenset[str]


def _functions_in(node: ast.AST, scope: _Scope) -> Iterator[Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield _function(child, scope.prefix + _local_name(child), scope)
            yield from _functions_in(child, scope._replace(prefix=f"{scope.prefix}{child.name}.<locals>.", owner=None))
        elif isinstance(child, ast.ClassDef):
            yield from _generated_init(child, scope)
            yield from _functions_in(child, scope._replace(prefix=f"{scope.prefix}{child.name}.", owner=child))
        elif isinstance(child, ast.If) and ast.unparse(child.test) in scope.checker:
            yield from _functions_in(ast.Module(child.body, []), scope._replace(for_checker=True))
            yield from _functions_in(ast.Module(child.orelse, []), scope)
        else:
            yield from _named_lambda(child, scope)
            yield from _functions_in(child, scope)


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, name: str, scope: _Scope) -> Function:
    if scope.for_checker:
        return _make_function(node, name, (), "only for the type checker, it never runs")
    reason = reason_without_stubs(node, scope.owner)
    return _make_function(node, name, () if reason else choose_stubs(node), reason)


def _named_lambda(node: ast.AST, scope: _Scope) -> Iterator[Function]:
    """Yield the function in `name = lambda …`; any other lambda belongs to the statement around it."""
    if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Lambda):
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        if isinstance(target, ast.Name) and not scope.prefix.endswith("<locals>."):
            yield _make_function(node.value, scope.prefix + target.id, ("raise", "none"), "")


def _generated_init(node: ast.ClassDef, scope: _Scope) -> Iterator[Function]:
    """Yield the `__init__` that a dataclass generates, as a function without stubs."""
    has_init = any(isinstance(child, ast.FunctionDef) and child.name == "__init__" for child in node.body)
    if not has_init and any(is_named(decorator, "dataclass") for decorator in node.decorator_list):
        name = f"{scope.prefix}{node.name}.__init__"
        yield _make_function(node, name, (), "generated by @dataclass, it has no body")


def _make_function(
    node: CallableNode | ast.ClassDef, name: str, stubs: tuple[str, ...], no_stub_reason: str
) -> Function:
    return Function(
        name=name,
        line=node.lineno,
        column=node.col_offset,
        end=node.end_lineno or node.lineno,
        fingerprint=hashlib.sha256("".join(_code(node)).encode()).hexdigest(),
        stubs=stubs,
        no_stub_reason=no_stub_reason,
    )


def _local_name(node: ast.FunctionDef | ast.AsyncFunctionDef) -> str:
    """Return the name of a function with a suffix for setters, deleters and overloads."""
    suffixes = ("setter", "deleter", "overload")
    return ".".join([node.name, *(each for each in suffixes if any(is_named(d, each) for d in node.decorator_list))])


def _code(root: CallableNode | ast.ClassDef) -> Iterator[str]:
    """Yield the syntax tree of a definition as text, without its docstring and the bodies of inner functions."""

    def dump(value: Any) -> Iterator[str]:
        if isinstance(value, ast.AST):
            is_inner = value is not root and isinstance(value, ast.FunctionDef | ast.AsyncFunctionDef)
            yield f"{type(value).__name__}("
            for field, inner in ast.iter_fields(value):
                if not (is_inner and field == "body"):
                    yield f"{field}="
                    yield from dump(_without_docstring(inner) if value is root and field == "body" else inner)
            yield ")"
        elif isinstance(value, list):
            yield "["
            for inner in value:
                yield from dump(inner)
            yield "]"
        else:
            yield f"{value!r},"

    return dump(root)


def _without_docstring(body: Any) -> Any:
    return body[1:] if isinstance(body, Sequence) and _is_docstring(body[0]) else body


def _is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
