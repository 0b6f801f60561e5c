"""Fixtures that the project's own modules define: those of a pytest plugin are a part of its code, as any symbol is."""

from __future__ import annotations

import ast
import functools
from collections.abc import Callable, Iterator

from pytest_execute.core.layout import Layout
from pytest_execute.replay.definitions import ReadBlobs
from pytest_execute.tools.git import Tree


def fixture_modules(tree: Tree, layout: Layout, read_blobs: ReadBlobs) -> Callable[[str], str | None]:
    """Return a function that returns the module of the implementation that defines a fixture, None where none does.

    The sources are read when it is called for the first time.
    """

    @functools.cache
    def modules() -> dict[str, str]:
        files = module_files(tree, layout)
        sources = read_blobs(tree[path].oid for path in files)
        return {
            name: module
            for path, module in files.items()
            if b"fixture" in (source := sources[tree[path].oid])
            for name in defined_fixtures(source)
        }

    return lambda name: modules().get(name)


def module_files(tree: Tree, layout: Layout) -> dict[str, str]:
    """Return the dotted names of the implementation's files, each as seen from the first root that it lies below."""
    files = [path for path in tree if layout.is_source(path)]
    roots = [f"{root}/" if root else "" for root in layout.import_roots(tree)]
    starts = {path: next((root for root in roots if path.startswith(root)), "") for path in files}
    return {
        path: path.removeprefix(start).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        for path, start in starts.items()
    }


def defined_fixtures(source: bytes) -> Iterator[str]:
    r"""Yield the names of the fixtures that a source defines.

    >>> list(defined_fixtures(b"@pytest.fixture\ndef client(): ...\n@fixture(name='db')\ndef make(): ..."))
    ['client', 'db']
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            decorators = [each for each in node.decorator_list if _is_fixture(each)]
            yield from (_given_name(each) or node.name for each in decorators)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _is_fixture(node.value):
            yield from (_given_name(node.value) or name.id for name in node.targets if isinstance(name, ast.Name))


def _is_fixture(node: ast.expr) -> bool:
    """Return whether an expression is `pytest.fixture`, or the same of another plugin, or a call of it."""
    while isinstance(node, ast.Call):
        node = node.func
    name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return name.endswith("fixture")


def _given_name(node: ast.expr) -> str | None:
    """Return the `name` that a fixture is defined with."""
    while isinstance(node, ast.Call):
        for keyword in node.keywords:
            if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
        node = node.func
    return None
