"""Overlays: the tree of an older commit with today's tests."""

from __future__ import annotations

import hashlib
from collections.abc import Set as AbstractSet

from pytest_execute.core.layout import Layout
from pytest_execute.tools.git import Tree


def overlay(commit: Tree, today: Tree, layout: Layout, tests: AbstractSet[str] = frozenset()) -> Tree:
    """Return the files of `commit`, with its tests, support files and the paths in `tests` taken from `today`."""
    older = {path: entry for path, entry in commit.items() if not layout.is_overlaid(path) and path not in tests}
    return older | {path: entry for path, entry in today.items() if layout.is_overlaid(path) or path in tests}


def tree_id(tree: Tree) -> str:
    """Return a digest of all entries of a tree."""
    text = "\0".join(f"{entry.mode} {entry.oid} {path}" for path, entry in sorted(tree.items()))
    return hashlib.blake2b(text.encode(errors="surrogateescape"), digest_size=20).hexdigest()
