"""Files on the tests' side that a test uses, compared between the commits' own trees: what the test rests on.

| a file that differs | is used by a test |
| --- | --- |
| the test's own file | always |
| any other | if the test, or the collection of its file, looked at it |
| a test file or a conftest, or any where they may have looked at all files | if it is mentioned, see `mentions.py` |

Of a Python file only what all of its tests share counts, and the tests that are mentioned.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import PurePosixPath

from pytest_execute.core.layout import Layout
from pytest_execute.core.nodeids import file_of, names_of
from pytest_execute.engine.tree_contents import FILES, accesses_that_find
from pytest_execute.replay.file_parts import FileParts
from pytest_execute.replay.mentions import is_mentioned, reached_files
from pytest_execute.tools.git import Tree

Accesses = frozenset[str] | None
"""Everything that a test looked at, see `engine/tree_contents.py`; None where that may be the whole tree."""
ReadParts = Callable[[str], FileParts | None]
"""Returns the parts of the file whose content has this id; None where it is not Python."""


class SupportFiles:
    """Compares the tests' side of `trees`: the files that `layout` calls tests, and those in `paths`.

    `read_words` returns the words of the file whose content has an id, `read_asked_words` those that it asks by.
    """

    def __init__(
        self,
        trees: Mapping[str, Tree],
        layout: Layout,
        paths: frozenset[str],
        read_parts: ReadParts,
        read_words: Callable[[str], frozenset[str]],
        read_asked_words: Callable[[str], frozenset[str]],
    ) -> None:
        self.trees, self.layout, self.paths = trees, layout, paths
        self.read_parts, self.read_words, self.read_asked_words = read_parts, read_words, read_asked_words
        self.changed, self.differ = functools.cache(self._changed), functools.cache(self._differ)
        self.python_files = functools.cache(self._python_files)
        self.reached_words = functools.cache(self._reached_words)

    def new_words(self, one: str, other: str, test: str) -> frozenset[str]:
        """Return the words that the files in `one` ask by, and not in `other`, of those that a test may use."""
        paths = [*self.used(one, other, test, None)]
        new, old = (
            frozenset[str]().union(*(self.read_asked_words(tree[path].oid) for path in paths if path in tree))
            for tree in (self.trees[one], self.trees[other])
        )
        return new - old

    def _differ(self, one: str, other: str, test: str, accesses: Accesses) -> bool:
        """Return whether something that a test uses, which looked at `accesses`, differs between two trees."""
        file, names = names_of(test)
        own = self.layout.prefix + file
        used = self._used_names(one, own, names) | self._used_names(other, own, names)
        paths = self.used(one, other, test, accesses)
        return any(self._share(one, path, used) != self._share(other, path, used) for path in paths)

    def used(self, one: str, other: str, test: str, accesses: Accesses) -> Iterator[str]:
        """Yield the files that a test uses, which looked at `accesses`, and that differ between two trees."""
        own = self.layout.prefix + file_of(test)
        for path in self.changed(one, other):
            if path == own or self._is_used(path, own, one, other, accesses):
                yield path

    def _changed(self, one: str, other: str) -> tuple[str, ...]:
        paths = {path for path, _ in self.trees[one].items() ^ self.trees[other].items()}
        return tuple(filter(self._is_test_side, sorted(paths)))

    def _is_test_side(self, path: str) -> bool:
        return path in self.paths or self.layout.is_test(path)

    def _used_names(self, tree: str, own: str, names: Iterable[str]) -> frozenset[str]:
        """Return the names like those of tests that the test's own file uses for it."""
        parts = self._parts(tree, own)
        return parts.used_names(names) if parts else frozenset(names)

    def _share(self, tree: str, path: str, used: frozenset[str]) -> object:
        """Return what a file has for the tests with the names `used`."""
        parts = self._parts(tree, path)
        return parts.fingerprint(used) if parts else self.trees[tree].get(path)

    def _parts(self, tree: str, path: str) -> FileParts | None:
        entry = self.trees[tree].get(path)
        return self.read_parts(entry.oid) if entry and entry.mode in FILES and path.endswith(".py") else None

    def _is_used(self, path: str, own: str, one: str, other: str, accesses: Accesses) -> bool:
        """Return whether a test of the file `own` looked at another file, or may have.

        Accesses alone say nothing of what pytest looks for or collects: those of one job have all its test files.
        """
        is_moved = (path in self.trees[one]) != (path in self.trees[other])
        if accesses is not None and accesses.isdisjoint(accesses_that_find(path, is_moved=is_moved)):
            return False
        if accesses is not None and not self._is_collected(path):
            return True
        return is_mentioned(path, own, self.reached_words(one, own) | self.reached_words(other, own))

    def _is_collected(self, path: str) -> bool:
        """Return whether pytest itself loads a file."""
        name = PurePosixPath(path).name
        return name == "conftest.py" or any(fnmatch(name, pattern) for pattern in self.layout.patterns)

    def _reached_words(self, tree: str, own: str) -> frozenset[str]:
        words = (self.read_words(self.trees[tree][path].oid) for path in self.python_files(tree, own))
        return frozenset({PurePosixPath(own).stem}).union(*words)

    def _python_files(self, tree: str, own: str) -> list[str]:
        """Return a test file, and the Python files that it may use, directly or by others."""
        files = self.trees[tree]
        return reached_files(own, filter(self._is_test_side, files), lambda path: self.read_words(files[path].oid))
