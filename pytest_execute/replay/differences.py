"""May a test come out otherwise in another tree? Not where the trees agree on all files that had a part in how it came out."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from itertools import chain

from pytest_execute.tools.git import Tree

FILES = ("100644", "100755")


class Differences:
    """Compares the trees by their ids."""

    def __init__(self, trees: Mapping[str, Tree]) -> None:
        self.trees = trees

    def matter(self, one: str, other: str, touched: frozenset[str] | None) -> bool:
        """Do the trees differ in a path, in a link, or in one of the files `touched`? None stands for any file."""
        differing = self._between(one, other)
        return differing is None or touched is None or not differing.isdisjoint(touched)

    @functools.cache  # noqa: B019 - lives as long as one proof
    def _between(self, one: str, other: str) -> frozenset[str] | None:
        """The files with other content, each also as "?name"; None where more than content differs."""
        ours, theirs = self.trees[one], self.trees[other]
        if ours.keys() != theirs.keys():
            return None
        paths = [path for path, entry in ours.items() if entry != theirs[path]]
        if any(ours[path].mode != theirs[path].mode or ours[path].mode not in FILES for path in paths):
            return None
        return frozenset(chain(paths, ("?" + path.rpartition("/")[2] for path in paths)))
