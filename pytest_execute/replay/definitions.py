"""Definitions of tests in older commits: under their own names, or where they were renamed or moved since."""

from __future__ import annotations

import ast
import functools
import hashlib
import itertools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from pytest_execute.core.layout import Layout
from pytest_execute.core.nodeids import function_of, names_of
from pytest_execute.core.python_source import parse_python
from pytest_execute.replay.steps import TestForm
from pytest_execute.tools.git import Tree

ReadBlobs = Callable[[Iterable[str]], Mapping[str, bytes]]
"""Returns the contents of blobs by their ids."""
Names = tuple[str, ...]
"""Names that lead to a definition in its file, the outermost first."""
HEADER = re.compile(rb"^([ \t]*)(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)


class TestDefinition:
    """Class or function with a fingerprint of all of it, and of all but its name.

    Fingerprints are made when they are needed.
    """

    def __init__(self, node: Definition) -> None:
        self.node = node

    @functools.cached_property
    def fingerprint(self) -> str:
        return _digest(self.node)

    @functools.cached_property
    def nameless_fingerprint(self) -> str:
        return _digest(type(self.node)(**{**dict(ast.iter_fields(self.node)), "name": ""}))


class TestForms:
    """Forms of tests in the commits' own trees, found by the names that they have in the tree `today`."""

    def __init__(self, today: Tree, layout: Layout, read_blobs: ReadBlobs) -> None:
        self.today, self.layout, self.read_blobs = today, layout, read_blobs
        self.sources: dict[str, bytes] = {}
        self.removed: dict[int, tuple[tuple[str, Names, TestDefinition], ...]] = {}

    def load(self, oids: Iterable[str]) -> None:
        """Read these blobs at once, as far as they were not read before."""
        if new := sorted(set(oids) - self.sources.keys()):
            self.sources.update(self.read_blobs(new))

    def source(self, oid: str) -> bytes:
        """Return the content of a blob."""
        self.load([oid])
        return self.sources[oid]

    def form_in(self, own_tree: Tree, test: str) -> TestForm | None:
        """Return the form that `test` has in a commit's own tree; None where it is not there.

        A method may be inherited: its class is looked for then, and the file alone where the test has no definition.
        """
        path, names = self._locate(test)
        entry = own_tree.get(path)
        fingerprint = self._fingerprint(entry.oid, names) if entry is not None else None
        if fingerprint is not None:
            return TestForm(function_of(test), fingerprint)
        return self._moved_form(own_tree, path, names, test) if names else self._moved_file(own_tree, path, test)

    @functools.cache  # noqa: B019 - the object lives as long as one proof
    def _locate(self, test: str) -> tuple[str, Names]:
        """Return the test's file, and the names that this file defines today: the last ones may be inherited."""
        file, names = names_of(test)
        path = self.layout.prefix + file
        entry = self.today.get(path)
        while names and (entry is None or self._fingerprint(entry.oid, tuple(names)) is None):
            names = names[:-1]
        return path, tuple(names)

    @functools.cache  # noqa: B019 - the object lives as long as one proof
    def _fingerprint(self, oid: str, names: Names) -> str | None:
        """Return the fingerprint of a definition, or of the whole file without names."""
        self.load([oid])
        return definition_fingerprint(self.sources[oid], names) if names else oid

    def _moved_file(self, own_tree: Tree, path: str, test: str) -> TestForm | None:
        """Return the form in a removed file that has the content of the test's file."""
        today = self.today.get(path)  # None: pytest makes a slash of a backslash in a name
        same = (old for old, entry in sorted(own_tree.items()) if entry == today and old not in self.today)
        file = next(same, None)
        return TestForm(self._nodeid(file, names_of(test)[1]), today.oid) if file and today else None

    def _moved_form(self, own_tree: Tree, path: str, names: Names, test: str) -> TestForm | None:
        """Return the form of a removed definition that has the body of the test, or else its name."""
        body = self._definitions(self.today[path].oid)[names].nameless_fingerprint
        if id(own_tree) not in self.removed:
            self.removed[id(own_tree)] = tuple(self._removed(own_tree))
        removed = self.removed[id(own_tree)]
        same_body = (entry for entry in removed if entry[2].nameless_fingerprint == body)
        same_name = (entry for entry in removed if entry[1][-1] == names[-1])
        match = next(itertools.chain(same_body, same_name), None)
        if match is None:
            return None
        file, old_names, definition = match
        inherited = names_of(test)[1][len(names) :]
        return TestForm(self._nodeid(file, [*old_names, *inherited]), definition.fingerprint)

    def _nodeid(self, file: str, names: Iterable[str]) -> str:
        return "::".join((file.removeprefix(self.layout.prefix), *names))

    def dropped(self, own_trees: Sequence[Tree], base: Tree, path: str) -> dict[Names, int]:
        """Return the test functions of a file that came after `base` and are gone today, by name and by body.

        Each is mapped to the index of the last tree that has it. Names are compared before a file is parsed: most files
        lost none.
        """
        dropped: dict[Names, int] = {}
        checked = self._test_names(base, path) | self._todays_names()
        for index, own_tree in reversed([*enumerate(own_trees)]):
            new = self._test_names(own_tree, path) - checked
            checked |= new
            for names, definition in self._definitions(own_tree[path].oid).items() if new else ():
                if names[-1] in new and definition.nameless_fingerprint not in self._todays_bodies():
                    dropped[names] = index
        return dropped

    def _test_names(self, tree: Tree, path: str) -> frozenset[str]:
        """Return the names of the test functions, and of everything with such a name, in a file."""
        names = (name.decode() for _, name in self._headers(tree[path].oid)) if path in tree else ()
        return frozenset(name for name in names if name.startswith("test"))

    @functools.cache  # noqa: B019 - the object lives as long as one proof
    def _todays_files(self) -> tuple[str, ...]:
        files = tuple(path for path in self.today if path.endswith(".py") and self.layout.is_test(path))
        self.load(self.today[path].oid for path in files)
        return files

    @functools.cache  # noqa: B019 - the object lives as long as one proof
    def _todays_names(self) -> frozenset[str]:
        return frozenset(name for path in self._todays_files() for name in self._test_names(self.today, path))

    @functools.cache  # noqa: B019 - the object lives as long as one proof
    def _todays_bodies(self) -> frozenset[str]:
        files = (self._definitions(self.today[path].oid) for path in self._todays_files())
        return frozenset(definition.nameless_fingerprint for file in files for definition in file.values())

    def _removed(self, own_tree: Tree) -> Iterator[tuple[str, Names, TestDefinition]]:
        """Yield the definitions in test files of a commit's own tree that are not there today."""
        changed = [
            path
            for path, entry in sorted(own_tree.items())
            if path.endswith(".py") and self.layout.is_test(path) and self.today.get(path) != entry
        ]
        self.load(tree[path].oid for path in changed for tree in (own_tree, self.today) if path in tree)
        for path in changed:
            if path in self.today and self._headers(own_tree[path].oid) <= self._headers(self.today[path].oid):
                continue
            todays = self._definitions(self.today[path].oid) if path in self.today else {}
            for names, definition in self._definitions(own_tree[path].oid).items():
                if names not in todays:
                    yield path, names, definition

    @functools.cache  # noqa: B019 - the object lives as long as one proof
    def _headers(self, oid: str) -> frozenset[tuple[bytes, bytes]]:
        """Return the indentation and name of each definition: faster than to parse a file that lost none."""
        self.load([oid])
        return frozenset(HEADER.findall(self.sources[oid]))

    def _definitions(self, oid: str) -> dict[Names, TestDefinition]:
        self.load([oid])
        return definitions(self.sources[oid])


def definition_fingerprint(source: bytes, names: Sequence[str]) -> str | None:
    r"""Return a fingerprint of the class or function that `names` lead to; None where there is none.

    Comments and the layout are not a part of it.

    >>> definition_fingerprint(b"class TestA:\n    def test_x(self): pass", ["TestA", "test_y"])
    """
    node = _parsed(source)
    for name in names if node else ():
        inner = next((inner for inner in _inner_definitions(getattr(node, "body", [])) if inner.name == name), None)
        if inner is None:
            return None
        node = inner
    return _digest(node) if node else None


@functools.lru_cache(maxsize=64)
def definitions(source: bytes) -> dict[Names, TestDefinition]:
    """Return all classes and functions of a file, but for those in functions, by the names that lead to them."""
    return dict(reversed([*_named_definitions(_parsed(source), ())]))  # of several with one name the first, as above


def _named_definitions(node: ast.AST | None, outer: Names) -> Iterator[tuple[Names, TestDefinition]]:
    for inner in _inner_definitions(getattr(node, "body", [])):
        names = (*outer, inner.name)
        yield names, TestDefinition(inner)
        if isinstance(inner, ast.ClassDef):
            yield from _named_definitions(inner, names)


def _digest(node: ast.AST) -> str:
    return hashlib.blake2b(ast.dump(node).encode(errors="surrogatepass"), digest_size=16).hexdigest()


@functools.lru_cache(maxsize=64)
def _parsed(source: bytes) -> ast.AST | None:
    try:
        return parse_python(source)
    except SyntaxError:
        return None


Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _inner_definitions(body: Sequence[ast.AST]) -> Iterable[Definition]:
    """Yield the definitions of a body, also those below an `if`, `try` or `with`."""
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node
        elif isinstance(node, ast.If | ast.Try | ast.With | ast.ExceptHandler):
            yield from _inner_definitions(list(ast.iter_child_nodes(node)))
