"""Statements of a module: at which one it stopped, what they bind, in which parts they can be executed."""

from __future__ import annotations
import __future__

import ast
import linecache
from collections.abc import Callable, Collection, Iterator
from types import FrameType, TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pytest_execute.engine.child.exceptions import traceback_entries
else:
    from _execute_exceptions import traceback_entries

IMPORTS = (ast.Import, ast.ImportFrom)
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
BLOCKS = (ast.ClassDef, ast.If, ast.With, ast.Try, getattr(ast, "TryStar", ast.Try))
INNER_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
PLACEHOLDER = "@execute_missing"
"""Global name, none that a source can have, of the missing value that a statement is to bind."""


def lines_in(path: str, error: BaseException) -> list[int]:
    """Return the lines at which the module at `path`, and then the bodies of its classes, stopped."""
    lines: list[int] = []
    entry: TracebackType
    for entry in traceback_entries(error):
        code, is_in_module = entry.tb_frame.f_code, entry.tb_frame.f_code.co_filename == path
        is_body = code.co_name == "<module>" if not lines else "__qualname__" in code.co_names
        if is_in_module and is_body:
            lines.append(entry.tb_lineno)
        elif lines:
            break
    return lines


def handles_errors(frame: FrameType | None, is_test: Callable[[str], bool]) -> bool:
    """Return whether a module of tests, in a frame or one that led to it, is at a statement whose errors it handles."""
    while frame is not None:
        path = frame.f_code.co_filename
        if frame.f_code.co_name == "<module>" and is_test(path) and _is_tried(path, frame.f_lineno):
            return True
        frame = frame.f_back
    return False


def _is_tried(path: str, line: int) -> bool:
    nodes = ast.walk(ast.parse("".join(linecache.getlines(path))))
    tried = [node.body for node in nodes if isinstance(node, ast.Try) and node.handlers]
    return any(is_at(statement, line) for body in tried for statement in body)


def is_at(statement: ast.stmt, line: int) -> bool:
    """Return whether a line is one of a statement, its decorators included, that neither pytest nor we have added."""
    if isinstance(statement, ast.Pass) or str(getattr(getattr(statement, "value", 0), "id", "")).startswith(
        PLACEHOLDER
    ):
        return False
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(each.lineno for each in decorators)])
    is_of_pytest = isinstance(statement, ast.Import) and str(statement.names[0].asname).startswith("@")
    return bool(first <= line <= (statement.end_lineno or first)) and not is_of_pytest


def failed_part(statement: ast.stmt, lines: list[int]) -> tuple[list[ast.stmt], int] | None:
    """Return the innermost statement of a block or class that stopped at `lines`, as its place in a list.

    `lines` are those of `lines_in`. What runs more than once, as the body of a loop, is one with its statement.
    """
    is_class = isinstance(statement, ast.ClassDef)
    for body in bodies(statement) if lines[is_class:] else ():
        for index, each in enumerate(body):
            if is_at(each, lines[is_class]):
                return failed_part(each, lines[is_class:]) or (body, index)
    return None


def bodies(statement: ast.stmt) -> list[list[ast.stmt]]:
    """Return the lists of statements in a class or a block."""
    if not isinstance(statement, BLOCKS):
        return []
    handlers = [handler.body for handler in getattr(statement, "handlers", ())]
    return [statement.body, *handlers, *(getattr(statement, name, []) for name in ("orelse", "finalbody"))]


def drop_annotations(statement: ast.stmt) -> bool:
    """Replace the annotations of a function or a name with None; return whether there were others."""
    places: list[tuple[ast.AST, str]] = []
    if isinstance(statement, ast.AnnAssign):
        places = [(statement, "annotation")]
    elif isinstance(statement, FUNCTIONS):
        arguments = [each for each in ast.walk(statement.args) if isinstance(each, ast.arg)]
        places = [*((each, "annotation") for each in arguments), (statement, "returns")]
    found = [(node, name) for node, name in places if not isinstance(getattr(node, name), (ast.Constant, type(None)))]
    for node, name in found:
        setattr(node, name, ast.copy_location(ast.Constant(None), statement))
    return bool(found)


def future_flags(module: ast.Module) -> int:
    """Return the compiler's flags of the `__future__` imports of a module."""
    imports = [each for each in module.body if isinstance(each, ast.ImportFrom) and each.module == "__future__"]
    features = [getattr(__future__, alias.name) for each in imports for alias in each.names]
    flags = 0
    for feature in features:
        flags |= feature.compiler_flag
    return flags


def import_parts(statement: ast.Import | ast.ImportFrom) -> list[ast.stmt]:
    """Return an import as one statement for each of its names."""
    parts: list[ast.stmt] = []
    for alias in statement.names:
        part: ast.stmt = ast.Import([alias])
        if isinstance(statement, ast.ImportFrom):
            part = ast.ImportFrom(statement.module, [alias], statement.level)
        parts.append(ast.fix_missing_locations(ast.copy_location(part, statement)))
    return parts


def packages_above(statement: ast.stmt) -> list[ast.stmt]:
    """Return imports of the packages that `import package.module` binds the first one of, the innermost first."""
    if not isinstance(statement, ast.Import) or statement.names[0].asname is not None:
        return []
    parts = statement.names[0].name.split(".")
    names = [".".join(parts[:depth]) for depth in range(len(parts) - 1, 0, -1)]
    return [ast.fix_missing_locations(ast.copy_location(ast.Import([ast.alias(name)]), statement)) for name in names]


def bound_names(statement: ast.stmt, known: Collection[str] = ()) -> Iterator[str]:
    """Yield the names that a statement binds; of imports in a block only those that are not known."""
    is_import = isinstance(statement, IMPORTS)
    nodes: list[ast.AST] = [statement]
    while nodes:
        node = nodes.pop()
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            yield node.name
        elif isinstance(node, IMPORTS):
            names = (alias.asname or alias.name.partition(".")[0] for alias in node.names)
            yield from (name for name in names if name != "*" and (is_import or name not in known))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif not isinstance(node, INNER_SCOPES):
            nodes += ast.iter_child_nodes(node)
