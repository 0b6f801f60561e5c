"""May a test come out otherwise in another tree? Not where the trees agree on all that had a part in how it came out."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from pytest_execute.engine.dependencies import TreeContents, changed_accesses
from pytest_execute.tools.git import Tree


class TreeDiff:
    """Compares the trees by their ids."""

    def __init__(self, trees: Mapping[str, Tree]) -> None:
        self.inputs = functools.cache(lambda tree: TreeContents(trees[tree]))
        self.between = functools.cache(lambda one, other: changed_accesses(self.inputs(one), self.inputs(other)))

    def matter(self, one: str, other: str, touched: frozenset[str] | None) -> bool:
        """Are these words, as `engine/child/accesses.py` tells them, something else in the other tree? None stands for all."""
        words = self.between(one, other)
        return words is None or touched is None or not words.isdisjoint(touched)
