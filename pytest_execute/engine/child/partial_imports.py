"""Imports a module of tests as far as the tree has what it needs: what is missing fails only the tests that use it.

A statement of the module that fails is passed over. The names that it would have bound stand for missing values, which
raise its error where they are used. Without this a test would fail for as long as another one in its file misses
anything, and that failure says nothing of its own.

| statement that fails | what is missing |
| --- | --- |
| `from module import one, other` | each name that the module does not have |
| `import package.module` | the package, if it does not exist; else the attribute of the package |
| in the body of a class | the names of that statement, in the class |
| in a block: `if`, `for`, `with`, `try` | all names that the block binds; imported ones, if they were not reached |
| any other | the names that it binds |

Only errors of the project begin it: a missing module or name of its own, an exception that its code raised, a call that
it refuses. And only while pytest collects: an import in a test is the test's own.
"""

from __future__ import annotations
import __future__

import ast
import contextlib
import os
from collections.abc import Callable, Collection, Iterator, Sequence
from importlib.machinery import SourceFileLoader
from types import FunctionType, TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_execute.engine.child.exceptions import (
        entries_in_tree,
        missing_symbol,
        refusing_callables,
        traceback_entries,
    )
    from pytest_execute.engine.child.missing_values import (
        MissingUses,
        MissingValue,
        has_error,
        names_loaded,
        original_error,
        values_in,
    )
else:
    from _execute_exceptions import entries_in_tree, missing_symbol, refusing_callables, traceback_entries
    from _execute_missing_values import MissingUses, MissingValue, has_error, names_loaded, original_error, values_in

READ_BY_PYTEST = ("pytestmark", "pytest_plugins", "collect_ignore", "collect_ignore_glob", "__all__", "__test__")
"""Names that say something of the whole module. A missing value can say nothing."""
IMPORTS = (ast.Import, ast.ImportFrom)
INNER_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
PLACEHOLDER = "@execute_missing"
"""Global name, none that a source can have, of the missing value that a class is to be made with."""


class PartialImports:
    """Imports of the modules in `paths`, which are files of `tree`; `is_active` while pytest collects.

    `modules` are the project's top-level modules.
    """

    def __init__(self, tree: str, modules: Sequence[str]) -> None:
        self.tree, self.modules = tree, frozenset(modules)
        self.paths: frozenset[str] = frozenset()
        self.uses = MissingUses()
        self.values: list[MissingValue] = []
        self.star_errors: dict[str, BaseException] = {}
        self.is_active = True

    def install(self, paths: Sequence[str]) -> None:
        """Have the loaders of Python and of pytest import these modules, which are relative to the tree, in part."""
        from _pytest.assertion.rewrite import AssertionRewritingHook

        self.paths = frozenset(paths)
        loaders: Any
        for loaders in (SourceFileLoader, AssertionRewritingHook):
            loaders.exec_module = self._tolerant(loaders.exec_module)

    def cause(self, error: BaseException) -> BaseException:
        """Return the error of the missing value that led to an error; else the error itself."""
        if type(error) is TypeError and MissingValue.__name__ in str(error):
            return next(map(original_error, values_in(error)), error)
        if type(error) is NameError:
            *_, last = traceback_entries(error)
            return self.star_errors.get(str(last.tb_frame.f_globals.get("__name__")), error)
        if type(error).__name__ == "FixtureLookupError":
            name = getattr(error, "argname", None)
            return next((original_error(value) for value in self.values if value.__name__ == name), error)
        return error

    def is_of_missing_value(self, error: BaseException) -> bool:
        """Return whether an error is that of a missing value."""
        return any(has_error(value, error) for value in self.values)

    def _tolerant(self, execute: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def exec_module(loader: Any, module: Any) -> None:
            try:
                execute(loader, module)
            except Exception as error:
                path = getattr(module.__spec__, "origin", None) or ""
                if not self._is_tolerated(path, error):
                    raise
                ModuleRest(self, module, path, getattr(loader, "config", None)).execute(error)

        return exec_module

    def _is_tolerated(self, path: str, error: BaseException) -> bool:
        real = os.path.realpath(path)
        is_in_tree = real.startswith(self.tree + os.sep)
        name = real[len(self.tree) + 1 :].replace(os.sep, "/") if is_in_tree else ""
        return self.is_active and name in self.paths and bool(lines_in(path, error)) and self.is_of_project(error)

    def is_of_project(self, error: BaseException) -> bool:
        """Return whether the project's code made an error: by what it lacks, raises or refuses."""
        missing, files = missing_symbol(error), entries_in_tree(error, self.tree)
        symbols = [missing] if missing else refusing_callables(error)
        if any(str(module).partition(".")[0] in self.modules for module, _ in symbols):
            return True
        return bool(files) and files[-1][0] not in self.paths


class ModuleRest:
    """Statements of a module from the one that failed. `config` is pytest's, if it rewrites the module's assertions."""

    def __init__(self, imports: PartialImports, module: Any, path: str, config: Any) -> None:
        self.imports, self.module, self.path, self.names = imports, module, path, module.__dict__
        self.source = ast.parse(source := _read(path), filename=path)
        if config is not None:
            from _pytest.assertion.rewrite import rewrite_asserts

            rewrite_asserts(self.source, source, path, config)
        self.flags = future_flags(self.source)
        self.first_error: BaseException | None = None

    def execute(self, error: BaseException) -> None:
        """Pass over the statement that raised `error`, and execute the others."""
        self.first_error = error
        line, *_ = lines_in(self.path, error)
        statements = self.source.body
        index = next(index for index, each in enumerate(statements) if is_at(each, line))
        self._pass_over(statements[index], error)
        for statement in statements[index + 1 :]:
            if not is_at(statement, line):  # an assertion that was rewritten into several statements
                self._try(statement)
        self._drop_hooks()

    def _try(self, statement: ast.stmt) -> None:
        try:
            self._run(statement)
        except Exception as error:  # noqa: BLE001 - a test's module may raise anything
            self._pass_over(statement, error)

    def _run(self, *statements: ast.stmt) -> None:
        code = compile(ast.Module([*statements], []), self.path, "exec", flags=self.flags, dont_inherit=True)
        exec(code, self.names)  # noqa: S102 - a statement of the module

    def _pass_over(self, statement: ast.stmt, error: BaseException) -> None:
        """Bind the names of a statement that failed to missing values, as few as possible."""
        if isinstance(statement, IMPORTS) and len(statement.names) > 1:
            for part in import_parts(statement):
                self._try(part)
        elif isinstance(statement, ast.ClassDef) and self._repair(statement, error):
            self._try(statement)
        elif not any(map(self._can_run, packages_above(statement))):
            self._note_names(statement, error)

    def _can_run(self, statement: ast.stmt) -> bool:
        with contextlib.suppress(Exception):
            self._run(statement)
            return True
        return False

    def _note_names(self, statement: ast.stmt, error: BaseException) -> None:
        if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
            self.imports.star_errors.setdefault(self.module.__name__, error)
        for name in bound_names(statement, self.names):
            if name not in READ_BY_PYTEST:
                self.names[name] = self._missing_value(name, error)

    def _missing_value(self, name: str, error: BaseException) -> MissingValue:
        known = self.imports.cause(error)
        is_known = self.imports.is_of_project(known) or self.imports.is_of_missing_value(known)
        value = MissingValue(name, known if is_known else self.first_error or error, self.imports.uses)
        self.imports.values.append(value)
        return value

    def _repair(self, definition: ast.ClassDef, error: BaseException) -> bool:
        """Replace the statement in the body of a class that failed; return whether there was one."""
        body, lines = definition.body, lines_in(self.path, error)[1:]
        for line in lines:
            index = next((index for index, each in enumerate(body) if is_at(each, line)), None)
            if index is None:
                return False
            inner = body[index]
            if not isinstance(inner, ast.ClassDef) or line == lines[-1]:
                body[index : index + 1] = self._placeholders(inner, error)
                return True
            body = inner.body
        return False

    def _placeholders(self, statement: ast.stmt, error: BaseException) -> list[ast.stmt]:
        """Return statements that bind the names of `statement` to missing values."""
        made: list[ast.stmt] = [ast.Pass()]
        for name in bound_names(statement, self.names):
            key = f"{PLACEHOLDER} {len(self.names)}"
            self.names[key] = self._missing_value(name, error)
            made.append(ast.Assign([ast.Name(name, ast.Store())], ast.Name(key, ast.Load())))
        return [ast.fix_missing_locations(ast.copy_location(each, statement)) for each in made]

    def _drop_hooks(self) -> None:
        """Remove hooks of a conftest that use a missing value: they would fail for all tests.

        One that makes parameters is asked for each test, and fails for it.
        """
        missing = {name for name, value in self.names.items() if type(value) is MissingValue}
        for name, value in [*self.names.items()]:
            is_hook = name.startswith("pytest_") and name != "pytest_generate_tests" and isinstance(value, FunctionType)
            if is_hook and not missing.isdisjoint(names_loaded(value.__code__)):
                del self.names[name]


def _read(path: str) -> bytes:
    with open(path, "rb") as file:  # noqa: PTH123 - a string already
        return file.read()


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


def is_at(statement: ast.stmt, line: int) -> bool:
    """Return whether a line is one of a statement, its decorators included, that pytest has not added."""
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(each.lineno for each in decorators)])
    is_of_pytest = isinstance(statement, ast.Import) and str(statement.names[0].asname).startswith("@")
    return bool(first <= line <= (statement.end_lineno or first)) and not is_of_pytest


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
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name
        elif isinstance(node, IMPORTS):
            names = (alias.asname or alias.name.partition(".")[0] for alias in node.names)
            yield from (name for name in names if name != "*" and (is_import or name not in known))
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif not isinstance(node, INNER_SCOPES):
            nodes += ast.iter_child_nodes(node)
