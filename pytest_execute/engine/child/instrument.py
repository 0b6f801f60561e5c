"""Instruments functions when their modules are imported: a switch marks each entry, or replaces the body.

No file is changed. The source is parsed, each function gets a first statement that calls the switch, and the result is
compiled. Decorators, closures and other names of the function stay as they are.

This module is loaded in processes that run tests, and in each Python that such a test starts. It uses nothing but the
standard library.

A plan is {"functions": {"/tree/src/app/x.py": [[line, column, number], ...]}, "count": 12, "marks": "/file"}: the place
of the `def` or `lambda` of each function, and a file with one byte (a mark) for each.
"""

from __future__ import annotations

import ast
import builtins
import importlib.util
import json
import mmap
import os
import sys
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any, SupportsIndex

SWITCH_NAME = "__pytest_execute_stub__"
"""Name of the switch among the builtins."""
PLAN_VARIABLE, STUB_VARIABLE = "PYTEST_EXECUTE_STUB_PLAN", "PYTEST_EXECUTE_STUB"
"""Environment variables for the Pythons that tests start: the plan's file, and the active stub as "number stub"."""
ENTERED, STUBBED = 1, 2
"""Marks of a function that was entered and ran, and of one whose stub ran."""
NO_FUNCTION = -1

Places = dict[str, list[tuple[int, int, int]]]
"""(line, column, number) of the functions in each file."""
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


class StubError(Exception):
    """Error that the stub "raise" raises."""


class StubSwitch:
    """Switch of all functions: at most one is stubbed, each that is entered is marked."""

    def __init__(self, marks: Any) -> None:
        self.marks = marks
        self.active = NO_FUNCTION
        self.stub = ""

    def __call__(self, number: int) -> bool:
        """Mark the function, and return whether its stub is to run."""
        if number == self.active:
            self.marks[number] = STUBBED
            return True
        self.marks[number] = ENTERED
        return False

    def value(self) -> Any:
        """Return what the stubbed function returns, or raise StubError."""
        if self.stub == "raise":
            raise StubError("its body was replaced by a raise")
        return None if self.stub == "none" else ast.literal_eval(self.stub)

    def activate(self, number: int, stub: str) -> None:
        """Stub a function, or NO_FUNCTION, in this process and in the Pythons that it starts."""
        self.active, self.stub = number, stub
        os.environ[STUB_VARIABLE] = f"{number} {stub}"


class InstrumentingFinder:
    """Meta path finder that finds modules as the others do, and loads those of the plan with an InstrumentingLoader."""

    def __init__(self, functions: Places) -> None:
        self.functions = functions

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        others = (finder for finder in list(sys.meta_path) if finder is not self and hasattr(finder, "find_spec"))
        spec = next((spec for finder in others if (spec := finder.find_spec(name, path, target))), None)
        places = self.functions.get(os.path.realpath(spec.origin)) if spec is not None and spec.origin else None
        if spec is None or places is None:
            return spec
        loader = InstrumentingLoader(name, str(spec.origin), numbers_by_place(places))
        locations = spec.submodule_search_locations
        return importlib.util.spec_from_file_location(
            name, spec.origin, loader=loader, submodule_search_locations=locations
        )

    def invalidate_caches(self) -> None:
        """Do nothing, as there are no caches; `importlib.invalidate_caches` calls it."""


class ScriptFinder:
    """Finder for one script, as Python has them for zip files with a `__main__`.

    CPython (3.10 to 3.14) looks for such a finder before it runs a script, and so does `runpy.run_path`; where there is
    one, `__main__` is imported, and an InstrumentingFinder takes part.
    """

    def __init__(self, script: str) -> None:
        self.script = script

    def find_spec(self, name: str, target: Any = None) -> ModuleSpec | None:
        if name != "__main__":
            return None
        is_started = [os.path.realpath(each) for each in sys.argv[:1]] == [os.path.realpath(self.script)]
        if is_started and sys.path[:1] == [self.script]:  # CPython put the script where its directory would be
            sys.path[:1] = [] if getattr(sys.flags, "safe_path", False) else [str(Path(self.script).resolve().parent)]
        return importlib.util.spec_from_file_location(name, self.script, loader=SourceFileLoader(name, self.script))


def script_hook(functions: Places) -> Callable[[str], ScriptFinder]:
    """Return a hook of `sys.path_hooks` for the files of the plan."""

    def find_script(path: str) -> ScriptFinder:
        if os.path.realpath(path) not in functions:
            raise ImportError
        return ScriptFinder(path)

    return find_script


def load_instrumented(functions: Places) -> None:
    """Have modules instrumented that no finder finds: those that a test loads by their path."""
    get_code = SourceFileLoader.get_code

    def get_instrumented_code(self: SourceFileLoader, fullname: str) -> Any:
        places = functions.get(os.path.realpath(self.path))
        if places is None or isinstance(self, InstrumentingLoader):
            return get_code(self, fullname)
        return InstrumentingLoader(self.name, str(self.path), numbers_by_place(places)).get_code(fullname)

    SourceFileLoader.get_code = get_instrumented_code  # type: ignore[method-assign, assignment]


class InstrumentingLoader(SourceFileLoader):
    """Loader of a module with instrumented functions, from its source and never from a .pyc."""

    def __init__(self, name: str, path: str, numbers: dict[tuple[int, int], int]) -> None:
        super().__init__(name, path)
        self.numbers = numbers

    def get_code(self, fullname: str) -> Any:
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path), path)
        instrument_module(tree, self.numbers)
        return compile(tree, path, "exec", dont_inherit=True)


def numbers_by_place(places: list[tuple[int, int, int]]) -> dict[tuple[int, int], int]:
    return {(line, column): number for line, column, number in places}


def instrument_module(tree: ast.Module, numbers: dict[tuple[int, int], int]) -> None:
    """Instrument the functions whose (line, column) has a number."""
    for node in ast.walk(tree):
        if isinstance(node, FunctionNode):
            number = numbers.get((node.lineno, node.col_offset))
            if number is not None:
                _instrument_function(node, number)
    ast.fix_missing_locations(tree)


def _instrument_function(node: FunctionNode, number: int) -> None:
    is_stubbed = _expression(f"{SWITCH_NAME}({number})", node)
    value = _expression(f"{SWITCH_NAME}.value()", node)
    if isinstance(node, ast.Lambda):
        node.body = ast.copy_location(ast.IfExp(is_stubbed, value, node.body), node.body)
        return
    has_docstring = isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant)
    index = 1 if has_docstring else 0
    is_generator = any(isinstance(part, ast.Yield | ast.YieldFrom) for part in _own_nodes(node))
    stub: list[ast.stmt] = [ast.Expr(value), ast.Return(None)] if is_generator else [ast.Return(value)]
    location = node.body[index] if index < len(node.body) else node
    node.body.insert(index, ast.copy_location(ast.If(is_stubbed, stub, []), location))


def _expression(text: str, location: FunctionNode) -> ast.expr:
    """Return an expression that lies where the function begins: tracebacks are to show nothing of the body."""
    tree = ast.parse(text, mode="eval").body
    for part in ast.walk(tree):
        ast.copy_location(part, location)
        if isinstance(part, ast.expr):
            part.end_lineno, part.end_col_offset = part.lineno, part.col_offset
    return tree


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a function's body, without those of functions and classes within it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield child
            yield from _own_nodes(child)


def install(functions: Places, marks: Any) -> StubSwitch:
    """Instrument functions in every module that is imported from now on."""
    switch = StubSwitch(marks)
    setattr(builtins, SWITCH_NAME, switch)
    sys.meta_path = MetaPath([InstrumentingFinder(functions), *sys.meta_path])
    sys.path_hooks.insert(0, script_hook(functions))
    load_instrumented(functions)
    return switch


class MetaPath(list[Any]):
    """Meta path on which the finder for assertion rewriting comes after the first, which instruments modules.

    Each pytest that starts inserts it before all others, also one that a test starts. It loads what it finds itself.
    """

    def insert(self, index: SupportsIndex, finder: Any) -> None:
        is_rewriting = type(finder).__name__ == "AssertionRewritingHook"  # pytest 8.4 to 9
        super().insert(1 if is_rewriting and index == 0 else index, finder)


def open_marks(path: str, count: int) -> mmap.mmap:
    """Return the marks in a file, shared with every process that opens it."""
    with open(path, "r+b") as file:  # noqa: PTH123 - in each Python that a test starts; pathlib costs milliseconds
        return mmap.mmap(file.fileno(), max(count, 1))


def instrument_subprocess() -> None:
    """Instrument a Python that a test started."""
    with open(os.environ[PLAN_VARIABLE], "rb") as file:  # noqa: PTH123 - likewise
        plan = json.load(file)
    switch = install(plan["functions"], open_marks(plan["marks"], plan["count"]))
    number, _, stub = os.environ.get(STUB_VARIABLE, f"{NO_FUNCTION} ").partition(" ")
    switch.active, switch.stub = int(number), stub
