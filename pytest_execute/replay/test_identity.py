"""Where a test stood in the tests of an older commit, and in which form: under its own name, or where it was renamed or moved since."""

from __future__ import annotations

import ast
import functools
import hashlib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pytest_execute.core.layout import Layout
from pytest_execute.core.nodeids import function_of, names_of
from pytest_execute.replay.search import TestForm
from pytest_execute.tools.git import Tree

Read = Callable[[Iterable[str]], Mapping[str, bytes]]
"""The contents of blobs by their ids."""
Names = tuple[str, ...]
HEAD = re.compile(rb"^([ \t]*)(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)


class TestDefinition:
    """A definition by its fingerprint and by that of its body, which a new name does not change. Both are made when they are asked for."""

    def __init__(self, node: Definition) -> None:
        self.node = node

    @functools.cached_property
    def print(self) -> str:
        return _digest(self.node)

    @functools.cached_property
    def body(self) -> str:
        return _digest(type(self.node)(**{**dict(ast.iter_fields(self.node)), "name": ""}))


class Forms:
    """The forms of tests in trees of the commits' own tests, against those in `today`."""

    def __init__(self, today: Tree, layout: Layout, read: Read) -> None:
        self.today, self.layout, self.read = today, layout, read
        self.sources: dict[str, bytes] = {}
        self.gone: dict[int, tuple[tuple[str, Names, TestDefinition], ...]] = {}

    def know(self, oids: Iterable[str]) -> None:
        """Read these files at once, where some are not known yet."""
        if new := sorted(set(oids) - self.sources.keys()):
            self.sources.update(self.read(new))

    def at(self, own: Tree, test: str) -> TestForm | None:
        """How `test` stood in the tree `own`; None where it did not stand there."""
        path, names = self._place(test)
        entry = own.get(path)
        found = self._print(entry.oid, names) if entry is not None else None
        if found is not None:
            return TestForm(function_of(test), found)
        return self._elsewhere(own, path, names) if names else None

    @functools.cache  # noqa: B019 - lives as long as one proof
    def _place(self, test: str) -> tuple[str, Names]:
        """The test's file, and as much of the way to it as that file defines today: the rest may be inherited."""
        file, names = names_of(test)
        path = self.layout.prefix + file
        entry = self.today.get(path)
        while names and (entry is None or self._print(entry.oid, tuple(names)) is None):
            names = names[:-1]
        return path, tuple(names)

    @functools.cache  # noqa: B019
    def _print(self, oid: str, names: Names) -> str | None:
        """The fingerprint of a definition; of its file, where no names lead further."""
        self.know([oid])
        return form(self.sources[oid], names) if names else oid

    def _elsewhere(self, own: Tree, path: str, names: Names) -> TestForm | None:
        """What has gone since and had the body of the test, or else its name."""
        now = self._outlines(self.today[path].oid)[names]
        if id(own) not in self.gone:
            self.gone[id(own)] = tuple(self._gone(own))
        for alike in (lambda _, outline: outline.body == now.body, lambda way, _: way[-1] == names[-1]):
            for file, way, outline in self.gone[id(own)]:
                if alike(way, outline):
                    return TestForm("::".join((file.removeprefix(self.layout.prefix), *way)), outline.print)
        return None

    def dropped(self, owns: Sequence[Tree], base: Tree, path: str) -> dict[Names, int]:
        """The test functions of a file that are nowhere today, by name or by body, and were not there at base; and the last of `owns` with each.

        Names are compared before anything is parsed: most files have lost none.
        """
        found: dict[Names, int] = {}
        looked_at = self._tests(base, path) | self._names()
        for index, own in reversed([*enumerate(owns)]):
            new = self._tests(own, path) - looked_at
            looked_at |= new
            for way, outline in self._outlines(own[path].oid).items() if new else ():
                if way[-1] in new and outline.body not in self._bodies():
                    found[way] = index
        return found

    def _tests(self, tree: Tree, path: str) -> frozenset[str]:
        """The names of the test functions, and of what looks like one, in a file."""
        names = (name.decode() for _, name in self._heads(tree[path].oid)) if path in tree else ()
        return frozenset(name for name in names if name.startswith("test"))

    @functools.cache  # noqa: B019
    def _todays(self) -> tuple[str, ...]:
        """Today's test files."""
        files = tuple(path for path in self.today if path.endswith(".py") and self.layout.is_test(path))
        self.know(self.today[path].oid for path in files)
        return files

    @functools.cache  # noqa: B019
    def _names(self) -> frozenset[str]:
        return frozenset(name for path in self._todays() for name in self._tests(self.today, path))

    @functools.cache  # noqa: B019
    def _bodies(self) -> frozenset[str]:
        outlines = (self._outlines(self.today[path].oid) for path in self._todays())
        return frozenset(one.body for each in outlines for one in each.values())

    def _gone(self, own: Tree) -> Iterator[tuple[str, Names, TestDefinition]]:
        """The definitions in test files of `own` that are not there today."""
        changed = [
            path
            for path, entry in sorted(own.items())
            if path.endswith(".py") and self.layout.is_test(path) and self.today.get(path) != entry
        ]
        self.know(tree[path].oid for path in changed for tree in (own, self.today) if path in tree)
        for path in changed:
            if path in self.today and self._heads(own[path].oid) <= self._heads(self.today[path].oid):
                continue
            still = self._outlines(self.today[path].oid) if path in self.today else {}
            for way, outline in self._outlines(own[path].oid).items():
                if way not in still:
                    yield path, way, outline

    @functools.cache  # noqa: B019
    def _heads(self, oid: str) -> frozenset[tuple[bytes, bytes]]:
        """How far in, and by which names, something is defined: quicker than to parse a file that lacks nothing."""
        self.know([oid])
        return frozenset(HEAD.findall(self.sources[oid]))

    def _outlines(self, oid: str) -> dict[Names, TestDefinition]:
        self.know([oid])
        return outlines(self.sources[oid])


def form(source: bytes, names: Sequence[str]) -> str | None:
    """A fingerprint of the class or function that `names` leads to, from the outermost in; None where there is none.

    Comments and the layout have no part in it.

    >>> form(b"class TestA:\n    def test_x(self): pass", ["TestA", "test_y"])
    """
    node = _parsed(source)
    for name in names if node else ():
        found = next((inner for inner in _definitions(getattr(node, "body", [])) if inner.name == name), None)
        if found is None:
            return None
        node = found
    return _digest(node) if node else None


@functools.lru_cache(maxsize=64)
def outlines(source: bytes) -> dict[Names, TestDefinition]:
    """All classes and functions of a file, but for those in functions, by the names that lead to them."""
    return dict(reversed([*_outlined(_parsed(source), ())]))  # of several by one name the first, as above


def _outlined(node: ast.AST | None, way: Names) -> Iterator[tuple[Names, TestDefinition]]:
    for inner in _definitions(getattr(node, "body", [])):
        names = (*way, inner.name)
        yield names, TestDefinition(inner)
        if isinstance(inner, ast.ClassDef):
            yield from _outlined(inner, names)


def _digest(node: ast.AST) -> str:
    return hashlib.blake2b(ast.dump(node).encode(errors="surrogatepass"), digest_size=16).hexdigest()


@functools.lru_cache(maxsize=64)
def _parsed(source: bytes) -> ast.AST | None:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _definitions(body: Sequence[ast.AST]) -> Iterable[Definition]:
    """The definitions of a body, also those below an `if`, `try` or `with`."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.ExceptHandler):
            yield from _definitions(list(ast.iter_child_nodes(node)))
