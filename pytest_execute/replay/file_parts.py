"""Parts of a test file, so that one test's share of it can be compared: what the file has for all, and its tests.

A part of its own are each function that is named like a test, and each class that is, without its tests.
"""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator

from msgspec import Struct

from pytest_execute.core.python_source import parse_python

PREFIXES = ("test", "Test")


class Part(Struct, frozen=True):
    """Fingerprint of a part, which comments and the layout do not change, and the names of tests that it mentions."""

    fingerprint: str
    mentions: tuple[str, ...] = ()


class FileParts(Struct, frozen=True):
    """Part of a file that all of its tests share, and the parts by name; several where a name is defined again."""

    shared: Part
    named: dict[str, tuple[Part, ...]] = {}

    def used_names(self, names: Iterable[str]) -> frozenset[str]:
        """Return `names` and the names like those of tests that their parts mention, and the shared part does."""
        used: set[str] = set()
        waiting = [*names, *self.shared.mentions]
        while waiting:
            if (name := waiting.pop()) not in used:
                used.add(name)
                waiting += (mention for part in self.named.get(name, ()) for mention in part.mentions)
        return frozenset(used)

    def fingerprint(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the fingerprints of the parts that the tests with these names use."""
        used = sorted(self.used_names(names) & self.named.keys())
        return (self.shared.fingerprint, *(part.fingerprint for name in used for part in self.named[name]))


def split_file(source: bytes) -> FileParts | None:
    """Return the parts of a source; None where it is not Python."""
    try:
        module = parse_python(source)
    except SyntaxError:
        return None
    splitter = _Splitter()
    splitter.visit(module)
    named = {name: tuple(map(_part, nodes)) for name, nodes in splitter.named.items()}
    return FileParts(_part(module), named)


class _Splitter(ast.NodeTransformer):
    """Takes the parts with names of their own out of a module."""

    def __init__(self) -> None:
        self.named: dict[str, list[ast.AST]] = {}

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> ast.AST | None:
        return self._take(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST | None:
        return self._take(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST | None:
        self.generic_visit(node)
        return self._take(node)

    def _take(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> ast.AST | None:
        if not node.name.startswith(PREFIXES):
            return node
        self.named.setdefault(node.name, []).append(node)
        return None


def _part(node: ast.AST) -> Part:
    text = ast.dump(node).encode(errors="surrogatepass")
    mentions = {name for name in _mentions(node) if name.startswith(PREFIXES)}
    return Part(hashlib.blake2b(text, digest_size=16).hexdigest(), tuple(sorted(mentions)))


def _mentions(node: ast.AST) -> Iterator[str]:
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield part.id
        elif isinstance(part, ast.Attribute):
            yield part.attr
        elif isinstance(part, ast.alias):
            yield from part.name.split(".")
        elif isinstance(part, ast.ImportFrom):
            yield from (part.module or "").split(".")
