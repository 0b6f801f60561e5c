"""Records what ran before the measurement began: the statements of modules that were imported by then.

pytest imports its plugins, and all that they import, before a plugin of ours can start coverage.py. A project that is
a pytest plugin would otherwise have import lines that no test can reach.
"""

from __future__ import annotations

import ast
import functools
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from pytest_execute.core.python_source import parse_python


def record_early_imports(source: Sequence[Path], branch: bool, directory: Path) -> None:
    """Write a data file into `directory` with what ran on import in modules below `source`; none where nothing did."""
    files = {file for file in _imported_files() if any(file.is_relative_to(entry) for entry in source)}
    lines = {str(file): statements_that_always_run(file.read_bytes()) for file in sorted(files) if file.is_file()}
    if not lines:
        return
    from coverage import CoverageData  # slow to import

    directory.mkdir(parents=True, exist_ok=True)
    recorded = CoverageData(basename=str(directory / "data"), suffix=True)
    if branch:
        recorded.add_arcs({path: [(line, line) for line in each] for path, each in lines.items()})
    else:
        recorded.add_lines(lines)
    recorded.write()
    recorded.close(force=True)


def _imported_files() -> Iterator[Path]:
    """Yield the Python files of the modules whose import has ended, as coverage.py names them: without symlinks."""
    resolve = functools.cache(os.path.realpath)  # many modules share a directory
    for module in list(sys.modules.values()):
        variables = getattr(module, "__dict__", {})  # an attribute of a lazy module may import something
        is_initializing = getattr(variables.get("__spec__"), "_initializing", False)
        file = variables.get("__file__")
        if isinstance(file, str) and file.endswith(".py") and not is_initializing:
            path = Path(file)
            yield Path(resolve(path.parent), path.name)


def statements_that_always_run(source: bytes) -> frozenset[int]:
    """Return the first lines of the statements that run on each import; none for a source that is not Python.

    Of an `if`, a loop, a `with` or a `try` that is its own first line: the rest depends on what the import found.
    """
    try:
        tree = parse_python(source)
    except SyntaxError:
        return frozenset()
    return frozenset(_lines(tree.body))


def _lines(body: Iterable[ast.stmt]) -> Iterator[int]:
    for statement in body:
        yield statement.lineno
        yield from (decorator.lineno for decorator in getattr(statement, "decorator_list", ()))
        if isinstance(statement, ast.ClassDef):
            yield from _lines(statement.body)
