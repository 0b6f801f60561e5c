"""Finds the tests of two commits that are the same but for names, by their shares of the tests' side.

A test that kept its name is looked for under that name. Else one of those that the older commit lost may be the former
one: each of them is the former test of one new test at most.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Iterator

from pytest_execute.core.nodeids import file_of, names_of
from pytest_execute.replay.definitions import definitions
from pytest_execute.replay.history import StepBuilder
from pytest_execute.replay.renaming import asks_for_new, is_renamed
from pytest_execute.replay.shares import Share, find_share
from pytest_execute.replay.work_queue import TestInTree

FAR = 3
"""Distance of tests in files of which neither is gone or new."""


class RenamedTests:
    """Compares tests in the commits' own trees. A test is a pair: the id of its tree, and its name there."""

    def __init__(self, history: StepBuilder) -> None:
        self.history = history
        self.share, self.former_names = functools.cache(self._share), functools.cache(self._former_names)

    def is_equal(self, old: TestInTree, new: TestInTree) -> bool:
        """Return whether two tests have the same share, also in its names, but for that of its file."""
        shares = self.share(*old), self.share(*new)
        texts = [(share.text, share.imports) for share in shares if share is not None]
        return len(texts) == 2 and texts[0] == texts[1]

    def is_same(self, old: TestInTree, new: TestInTree) -> bool:
        """Return whether two tests have the same share, but for a renaming that the code got as well."""
        if self.is_equal(old, new):
            return True
        then, now = self.share(*old), self.share(*new)
        return then is not None and now is not None and is_renamed(then, now, self.history.code_between(old[0], new[0]))

    def asks_for_new(self, old: TestInTree, new: TestInTree, today: TestInTree) -> bool:
        """Return whether a test, as it is today, may ask for what came with `new`, apart from other names."""
        then, now, later = self.share(*old), self.share(*new), self.share(*today)
        if then is None or now is None or later is None or self.is_equal(old, new):
            return True
        return asks_for_new(then, now, later, self.history.code_between(old[0], new[0]))

    def _former_names(self, old: str, new: str) -> dict[str, str | None]:
        """Return the tests whose names only `new` has, each with the name that it has in `old`, if it was renamed."""
        before, after = [*self._tests(old, new)], [*self._tests(new, old)]
        former: dict[str, str | None] = dict.fromkeys(name for name in after if name not in before)
        pairs = itertools.product([name for name in before if name not in after], former)
        distances = {pair: distance for pair in pairs if (distance := self._distance(old, new, pair)) < FAR}
        for then, now in sorted(distances, key=distances.__getitem__):
            if former[now] is None and then not in former.values() and self.is_same((old, then), (new, now)):
                former[now] = then
        return former

    def _distance(self, old: str, new: str, tests: tuple[str, str]) -> int:
        """Return 0 for two tests in one file, 1 if the file was moved, 2 if it was split or joined, else FAR."""
        if file_of(tests[0]) == file_of(tests[1]):
            return 0
        before, after = (self.history.layout.prefix + file_of(test) for test in tests)
        return 1 + (before in self.history.trees[new]) + (after in self.history.trees[old])

    def _tests(self, tree: str, other: str) -> Iterator[str]:
        """Yield the tests of those files of a tree that `other` has not, or otherwise."""
        changed = [path for path in self.history.support_files.changed(tree, other) if path.endswith(".py")]
        for path, source in self.history.contents(tree, changed).items():
            yield from (
                self._nodeid(path, names) for names in reversed(definitions(source)) if names[-1].startswith("test")
            )

    def _nodeid(self, path: str, names: Iterable[str]) -> str:
        return "::".join((path.removeprefix(self.history.layout.prefix), *names))

    def _share(self, tree: str, test: str) -> Share | None:
        file, names = names_of(test)
        paths = self.history.support_files.python_files(tree, self.history.layout.prefix + file)
        return find_share(self.history.contents(tree, paths), names)
