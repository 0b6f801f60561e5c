"""Share that a test has of the Python files on the tests' side, written out without comments and layout.

The share begins with the test's own definition. To it come the statements at the top of files that define a name in it,
and those that take effect by themselves: hooks, fixtures for all tests, statements that define nothing.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import PurePosixPath

from msgspec import Struct

WORD = re.compile(r"\w+")
FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
DefinitionNode = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class Share(Struct, frozen=True):
    """Text of the statements, names that they bind, and the (module, name) that each name comes from which others have.

    What is imported from one of the files themselves is a part of the text, and so are imports of all names.
    """

    text: str
    bound: frozenset[str]
    imports: Mapping[str, tuple[str, str]]


def find_share(files: Mapping[str, bytes], names: Sequence[str]) -> Share | None:
    """Return the share of the test that `names` lead to in the first of `files`.

    None where a file is not Python, or files import different things under one name.
    """
    try:
        modules = {path: ast.parse(content) for path, content in files.items()}
    except (SyntaxError, ValueError):
        return None
    statements = [without_docstrings(_without_other_tests(each, names)) for m in modules.values() for each in m.body]
    origins = {*_imports(statements)}
    imports = dict(origins)
    if len(imports) < len(origins):
        return None
    used = _used([each for each in statements if not isinstance(each, ast.Import | ast.ImportFrom)], names)
    stars = [each for each in statements if isinstance(each, ast.ImportFrom) and each.names[0].name == "*"]
    words = frozenset(WORD.findall(text := "\n".join(map(ast.unparse, stars + used))))
    bound = {name for each in used for name in bound_names(each)} | {PurePosixPath(path).stem for path in files}
    others = {n: origin for n, origin in imports.items() if n in words and not _is_one_of(origin[0], files)}
    return Share(text, frozenset(bound), others)


def _is_one_of(module: str, files: Iterable[str]) -> bool:
    dotted = module.strip(".")
    return bool(dotted) and any(f"/{path}".endswith(f"/{dotted.replace('.', '/')}.py") for path in files)


def _used(statements: Sequence[ast.stmt], names: Iterable[str]) -> list[ast.stmt]:
    """Return the statements that are used, in their order."""
    binds = {index: {*_top_names(statement)} for index, statement in enumerate(statements)}
    words, used = {*names}, set[int]()
    while found := {i for i, each in enumerate(statements) if i not in used and _is_used(each, binds[i], words)}:
        used |= found
        words.update(word for index in found for word in WORD.findall(ast.unparse(statements[index])))
    return [statements[index] for index in sorted(used)]


def _is_used(statement: ast.stmt, names: set[str], words: set[str]) -> bool:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return False
    acts = isinstance(statement, FunctionNode) and (
        statement.name.startswith("pytest_") or "autouse" in "".join(map(ast.unparse, statement.decorator_list))
    )
    return acts or not names or not names.isdisjoint({*words, "pytestmark", "pytest_plugins"})


def _without_other_tests(statement: ast.stmt, names: Sequence[str]) -> ast.stmt:
    """Return a class without the tests that are not in `names`, and anything else as it is."""
    if isinstance(statement, ast.ClassDef):
        body = [each for each in statement.body if not _is_other_test(each, names)]
        statement.body = [_without_other_tests(each, names) for each in body]
    return statement


def _is_other_test(statement: ast.stmt, names: Sequence[str]) -> bool:
    return isinstance(statement, FunctionNode) and statement.name.startswith("test") and statement.name not in names


def without_docstrings(node: ast.stmt) -> ast.stmt:
    """Return a statement without the docstrings of the definitions in it."""
    for part in ast.walk(node):
        if isinstance(part, DefinitionNode) and part.body and _is_text(part.body[0]):
            part.body = part.body[1:]
        if isinstance(part, DefinitionNode) and not part.body:
            part.body = [ast.Pass()]
    return node


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def _imports(statements: Iterable[ast.stmt]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield each name that an import at any place binds, with the module and the name that it has there."""
    for node in (node for statement in statements for node in ast.walk(statement)):
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            yield from ((alias.asname or alias.name, (module, alias.name)) for alias in node.names)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.asname or alias.name.partition(".")[0], (alias.name if alias.asname else "", "")


def _top_names(statement: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement at the top of a file defines."""
    if isinstance(statement, DefinitionNode):
        yield statement.name
        return
    for child in ast.iter_child_nodes(statement):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        elif isinstance(child, ast.stmt | ast.ExceptHandler | ast.Tuple | ast.List):
            yield from _top_names(child)  # type: ignore[arg-type]  # which also reads what is in an expression


def bound_names(node: ast.AST) -> Iterator[str]:
    """Yield the names that a statement binds, but those of fixtures, which arguments of tests only name."""
    for part in ast.walk(node):
        if isinstance(part, DefinitionNode):
            yield part.name
        if isinstance(part, FunctionNode | ast.Lambda) and not _takes_fixtures(part):
            yield from (arg.arg for arg in ast.walk(part.args) if isinstance(arg, ast.arg))
        if isinstance(part, FunctionNode):
            for text in (text for each in part.decorator_list for text in ast.walk(each)):
                if isinstance(text, ast.Constant) and isinstance(text.value, str):
                    yield from WORD.findall(text.value)
        if isinstance(part, ast.Name | ast.Attribute) and isinstance(part.ctx, ast.Store):
            yield part.id if isinstance(part, ast.Name) else part.attr


def _takes_fixtures(node: FunctionNode | ast.Lambda) -> bool:
    if isinstance(node, ast.Lambda):
        return False
    return node.name.startswith("test") or "fixture" in "".join(map(ast.unparse, node.decorator_list))
