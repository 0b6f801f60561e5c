"""Plants a switch into functions as their modules are imported: it tells that a function was entered, and can stand in for its body.

No file is touched: the source is parsed, each function that is asked for gets a first statement that asks the switch, and the result is
compiled. What stands around a body (decorators, closures, names under which it is imported elsewhere) is as ever. It is loaded by
its path, in the processes that run tests and in the Pythons that those start, with nothing but the standard library.

A plan is {"functions": {"/tree/src/app/x.py": [[line, column, number], ...]}, "count": 12, "marks": "/file"}: the place of the
`def` or `lambda` of each function, and a file with a byte for each.
"""

from __future__ import annotations

import ast
import builtins
import importlib.util
import json
import mmap
import os
import sys
from collections.abc import Iterator
from importlib.machinery import ModuleSpec, SourceFileLoader
from typing import Any

NAME = "__pytest_execute_stub__"
PLAN, ACTIVE = "PYTEST_EXECUTE_PLANTED", "PYTEST_EXECUTE_STUB"
"""Variables that hand on to the Pythons that tests start: the file of the plan, and the stub as `number stub`."""
ENTERED, STUBBED = 1, 2
"""Marks: the function was entered, and its body ran or its stub did."""

Place = tuple[int, int]


class Stubbed(Exception):
    """What the stub "raise" raises."""


class Switch:
    """Knows which function is stubbed, and marks each that is entered."""

    def __init__(self, marks: Any) -> None:
        self.marks = marks
        self.active = -1
        self.stub = ""

    def __call__(self, number: int) -> bool:
        """Is the body of this function to be left out?"""
        if number == self.active:
            self.marks[number] = STUBBED
            return True
        self.marks[number] = ENTERED
        return False

    def value(self) -> Any:
        """What stands in for the body."""
        if self.stub == "raise":
            raise Stubbed("its body was replaced by a raise")
        return None if self.stub == "none" else ast.literal_eval(self.stub)

    def activate(self, number: int, stub: str) -> None:
        """Stub this function from here on, here and in the Pythons that are started; -1 for none."""
        self.active, self.stub = number, stub
        os.environ[ACTIVE] = f"{number} {stub}"


class Planter:
    """Finds modules as all other finders do, and has those that the plan names loaded with their switches."""

    def __init__(self, functions: dict[str, list[tuple[int, int, int]]]) -> None:
        self.functions = functions

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        others = (finder for finder in list(sys.meta_path) if finder is not self and hasattr(finder, "find_spec"))
        spec = next((found for finder in others if (found := finder.find_spec(name, path, target))), None)
        wanted = self.functions.get(os.path.realpath(spec.origin)) if spec is not None and spec.origin else None
        if spec is None or wanted is None:
            return spec
        loader = Instrumented(name, str(spec.origin), {(line, column): number for line, column, number in wanted})
        within = spec.submodule_search_locations
        return importlib.util.spec_from_file_location(
            name, spec.origin, loader=loader, submodule_search_locations=within
        )

    def invalidate_caches(self) -> None:
        """There are none."""


class Instrumented(SourceFileLoader):
    """Loads a module from its source, never from compiled code, with switches in it."""

    def __init__(self, name: str, path: str, numbers: dict[Place, int]) -> None:
        super().__init__(name, path)
        self.numbers = numbers

    def get_code(self, fullname: str) -> Any:
        path = self.get_filename(fullname)
        tree = ast.parse(self.get_data(path), path)
        plant(tree, self.numbers)
        return compile(tree, path, "exec", dont_inherit=True)


def plant(tree: ast.Module, numbers: dict[Place, int]) -> None:
    """Give each function at one of these places the switch of its number."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            number = numbers.get((node.lineno, node.col_offset))
            if number is not None:
                _plant(node, number)
    ast.fix_missing_locations(tree)


def _plant(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, number: int) -> None:
    asked = _expression(f"{NAME}({number})", node)
    value = _expression(f"{NAME}.value()", node)
    if isinstance(node, ast.Lambda):
        node.body = ast.copy_location(ast.IfExp(asked, value, node.body), node.body)
        return
    at = 1 if isinstance(node.body[0], ast.Expr) and isinstance(node.body[0].value, ast.Constant) else 0
    generates = any(isinstance(part, ast.Yield | ast.YieldFrom) for part in _own(node))
    stub: list[ast.stmt] = [ast.Expr(value), ast.Return(None)] if generates else [ast.Return(value)]
    place = node.body[at] if at < len(node.body) else node
    node.body.insert(at, ast.copy_location(ast.If(asked, stub, []), place))


def _expression(text: str, place: ast.AST) -> ast.expr:
    tree = ast.parse(text, mode="eval").body
    for part in ast.walk(tree):
        ast.copy_location(part, place)
    return tree


def _own(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function's own body, without those of functions within it."""
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield child
            yield from _own(child)


def install(functions: dict[str, list[tuple[int, int, int]]], marks: Any) -> tuple[Switch, Planter]:
    """Plant from here on, in every module that is imported."""
    switch, planter = Switch(marks), Planter(functions)
    setattr(builtins, NAME, switch)
    sys.meta_path.insert(0, planter)
    return switch, planter


def marks_of(path: str, count: int) -> mmap.mmap:
    """The bytes of a file, shared with every process that opens it."""
    with open(path, "r+b") as file:  # noqa: PTH123 - this starts with every Python of a test, before pathlib is there
        return mmap.mmap(file.fileno(), max(count, 1))


def join() -> None:
    """Plant in a Python that a test started."""
    with open(os.environ[PLAN], "rb") as file:  # noqa: PTH123
        plan = json.load(file)
    switch, _ = install(plan["functions"], marks_of(plan["marks"], plan["count"]))
    number, _, stub = os.environ.get(ACTIVE, "-1 ").partition(" ")
    switch.active, switch.stub = int(number), stub
