"""Code of the child, which runs beside the project's tests, imports nothing that the project could replace or miss."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_execute.engine import child

FILES = sorted(Path(str(child.__file__)).parent.rglob("*.py"))


def runtime_imports(tree: ast.AST) -> Iterator[str]:
    """Yield the top-level modules that are imported at runtime: not those below `if TYPE_CHECKING`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module).partition(".")[0]
        elif isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            yield from runtime_imports(ast.Module(node.orelse, []))
        else:
            yield from runtime_imports(node)


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.name))
def test_a_module_imports_the_standard_library_pytest_and_its_siblings(file: Path) -> None:
    siblings = {f"_execute_{each.stem}" for each in FILES}
    if file.name == "no_fork.py":  # runs in a process of its own, without the project
        siblings |= {each.stem for each in FILES}
    allowed = {"pytest", "_pytest", *siblings} | sys.stdlib_module_names
    assert set(runtime_imports(ast.parse(file.read_text()))) <= allowed


def test_imports_for_type_checkers_are_told_from_others() -> None:
    source = "import a\nif TYPE_CHECKING:\n    import b\nelse:\n    import c\ndef f():\n    from d.e import g\n"
    assert list(runtime_imports(ast.parse(source))) == ["a", "c", "d"]
