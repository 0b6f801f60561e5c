"""Differences between trees that may change the outcome of a test: those in files and directories that it looked at."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from pytest_execute.engine.tree_contents import TreeContents, changed_accesses
from pytest_execute.tools.git import Tree


class TreeDiff:
    """Compares trees by their ids."""

    def __init__(self, trees: Mapping[str, Tree]) -> None:
        self.contents = functools.cache(lambda tree: TreeContents(trees[tree]))
        self.changed = functools.cache(lambda one, other: changed_accesses(self.contents(one), self.contents(other)))

    def may_differ(self, one: str, other: str, accesses: frozenset[str] | None) -> bool:
        """Return whether one of these accesses finds something else in the other tree; None stands for all accesses."""
        changed = self.changed(one, other)
        return changed is None or accesses is None or not changed.isdisjoint(accesses)
