"""Today's tests on the tree of an older commit."""

from __future__ import annotations

import hashlib
from collections.abc import Set as AbstractSet

from pytest_execute.core.layout import Layout
from pytest_execute.tools.git import Tree


def overlay(commit: Tree, today: Tree, layout: Layout, tests: AbstractSet[str] = frozenset()) -> Tree:
    """The files of `commit`, with its tests, the paths in `tests` and all that supports them replaced by those of `today`."""
    older = {path: entry for path, entry in commit.items() if not layout.is_overlaid(path) and path not in tests}
    return older | {path: entry for path, entry in today.items() if layout.is_overlaid(path) or path in tests}


def identity(tree: Tree) -> str:
    """One word for all that a tree holds."""
    whole = "\0".join(f"{entry.mode} {entry.oid} {path}" for path, entry in sorted(tree.items()))
    return hashlib.blake2b(whole.encode(errors="surrogateescape"), digest_size=20).hexdigest()
