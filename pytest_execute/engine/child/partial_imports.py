"""Imports a module of tests as far as the tree has what it needs: what is missing fails only the tests that use it.

A statement of the module that fails is passed over. The names that it would have bound stand for missing values, which
raise its error where they are used. Without this a test would fail for as long as another one in its file misses
anything, and that failure says nothing of its own.

| statement that fails | what is missing |
| --- | --- |
| `from module import one, other` | each name that the module does not have |
| `import package.module` | the package, if it does not exist; else the attribute of the package |
| in the body of a class, or of `if`, `with` or `try` | the names of that statement |
| in a loop | all names that the loop binds; imported ones, if they were not reached |
| for an annotation | nothing |
| any other | the names that it binds |

Only errors of the project begin it: a missing module or name of its own, an exception that its code raised, a call that
it refuses. No module of tests may handle them, and pytest must be collecting: an import in a test is the test's own.
"""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import SourceFileLoader
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_execute.engine.child.exceptions import (
        causes,
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
    from pytest_execute.engine.child.module_statements import (
        IMPORTS,
        PLACEHOLDER,
        bound_names,
        drop_annotations,
        failed_part,
        future_flags,
        handles_errors,
        import_parts,
        is_at,
        lines_in,
        packages_above,
    )
else:
    from _execute_exceptions import causes, entries_in_tree, missing_symbol, refusing_callables, traceback_entries
    from _execute_missing_values import MissingUses, MissingValue, has_error, names_loaded, original_error, values_in
    from _execute_module_statements import (
        IMPORTS,
        PLACEHOLDER,
        bound_names,
        drop_annotations,
        failed_part,
        future_flags,
        handles_errors,
        import_parts,
        is_at,
        lines_in,
        packages_above,
    )

READ_BY_PYTEST = ("pytestmark", "pytest_plugins", "collect_ignore", "collect_ignore_glob", "__all__", "__test__")
"""Names that say something of the whole module. A missing value can say nothing."""


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
        known = next((each for each in causes(error) if self.is_of_missing_value(each)), None)
        if known:
            return known
        if type(error) is TypeError and MissingValue.__name__ in str(error):
            return next(map(original_error, values_in(error)), error)
        if type(error) is NameError:
            *_, last = traceback_entries(error)
            return self.star_errors.get(str(last.tb_frame.f_globals.get("__name__")), error)
        if isinstance(error, ImportError):
            return self.star_errors.get(str(error.name), error)
        if type(error).__name__ == "FixtureLookupError":
            name = getattr(error, "argname", None)
            errors = [original_error(value) for value in self.values if value.__name__ == name]
            return next(iter([*errors, *self.star_errors.values()]), error)
        return error

    def is_of_missing_value(self, error: BaseException) -> bool:
        """Return whether an error is that of a missing value."""
        return any(has_error(value, error) for value in self.values)

    def _tolerant(self, execute: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def exec_module(loader: Any, module: Any) -> None:
            path = getattr(module.__spec__, "origin", None) or ""
            try:
                return execute(loader, module)
            except Exception as error:
                if not self._is_tolerated(path, error):
                    raise
                stopped = error
            # no more in the handler of the error: it would be the context of all others
            return ModuleRest(self, module, path, getattr(loader, "config", None)).execute(stopped)

        return exec_module

    def _is_tolerated(self, path: str, error: BaseException) -> bool:
        is_stopped = self.is_active and self._is_test(path) and bool(lines_in(path, error))
        return is_stopped and self.is_caused_by_project(error) and not handles_errors(sys._getframe(), self._is_test)

    def _is_test(self, path: str) -> bool:
        real = os.path.realpath(path)
        return real.startswith(self.tree + os.sep) and real[len(self.tree) + 1 :].replace(os.sep, "/") in self.paths

    def is_caused_by_project(self, error: BaseException) -> bool:
        cause = self.cause(error)
        return self.is_of_project(cause) or self.is_of_missing_value(cause)

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
        for name in [name for name in self.names if name.startswith(PLACEHOLDER)]:
            del self.names[name]
        self._drop_hooks()

    def _try(self, statement: ast.stmt) -> None:
        error = self._error_of(statement, self.names)
        if error is not None:
            self._pass_over(statement, error)

    def _error_of(self, statement: ast.stmt, names: dict[str, Any]) -> BaseException | None:
        """Execute a statement of the module, and return its error."""
        try:
            exec(self._compiled(statement), names)  # noqa: S102 - a statement of the module
        except Exception as error:  # noqa: BLE001 - a module of tests may raise anything
            return error
        return None

    def _compiled(self, statement: ast.stmt) -> CodeType:
        module = ast.Module([statement], [])
        code: CodeType = compile(module, self.path, "exec", flags=self.flags, dont_inherit=True)
        return code

    def _pass_over(self, statement: ast.stmt, error: BaseException) -> None:
        """Execute as much as is possible of a statement that failed."""
        if part := failed_part(statement, lines_in(self.path, error)):
            body, index = part
            body[index : index + 1] = self._instead_of(body[index], error)
            self._try(statement)
            return
        for each in self._instead_of(statement, error):
            self._try(each)

    def _instead_of(self, statement: ast.stmt, error: BaseException) -> list[ast.stmt]:
        """Return statements that bind the names of one that failed, as few as possible to missing values."""
        if isinstance(statement, IMPORTS):
            parts = import_parts(statement)
            errors = [error] if len(parts) == 1 else [*map(self._import_error, parts)]
            return [each for pair in zip(parts, errors, strict=True) for each in self._instead_of_import(*pair)]
        return [statement] if drop_annotations(statement) else self._placeholders(statement, error)

    def _instead_of_import(self, part: ast.stmt, error: BaseException | None) -> list[ast.stmt]:
        if error is None:
            return [part]
        package = next((each for each in packages_above(part) if not self._import_error(each)), None)
        return [package] if package else self._placeholders(part, error)

    def _import_error(self, statement: ast.stmt) -> BaseException | None:
        """Return the error of an import, which binds nothing yet."""
        return self._error_of(statement, {**self.names})

    def _missing_value(self, name: str, error: BaseException) -> MissingValue:
        is_known = self.imports.is_caused_by_project(error)
        known = self.imports.cause(error) if is_known else self.first_error or error
        value = MissingValue(name, known, self.imports.uses)
        self.imports.values.append(value)
        return value

    def _placeholders(self, statement: ast.stmt, error: BaseException) -> list[ast.stmt]:
        if isinstance(statement, ast.ImportFrom) and statement.names[0].name == "*":
            self.imports.star_errors.setdefault(self.module.__name__, error)
        made: list[ast.stmt] = [ast.Pass()]
        for name in {*bound_names(statement, self.names)}.difference(READ_BY_PYTEST):
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
