"""Contents of a tree as a test sees them, to find out if its outcome may differ in another tree.

`engine/child/accesses.py` reports everything that a test looked at as strings, called accesses:

    a/b.py     the file or directory was opened or its status was read; also the module `a.b`, with any suffix
    a/         the directory was listed; "./" is the top of the tree
    ?b         any path with this name, in any directory; "?b/" any directory with this name was listed
    ALL_PATHS     the status of paths was read, any of which may be in the tree
    STDLIB_NAMES  modules of Python were loaded that files of the tree could hide
    WHOLE_TREE    any file may have been read; no access is compared then

Links may lead anywhere, so all links of a tree are a part of every access.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Collection
from functools import cached_property

from pytest_execute.engine.child.accesses import ALL_PATHS, STDLIB_NAMES
from pytest_execute.tools.git import Tree

FILES = ("100644", "100755")
"""Modes of plain files in git."""
TOP = "."


class TreeContents:
    """Contents of a tree by accesses: `describe` returns another text where the access finds something else."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.describe = functools.cache(self._describe)

    @cached_property
    def links(self) -> list[str]:
        """Links and submodules, with their targets."""
        return sorted(f"{path} {mode} {oid}" for path, (mode, oid) in self.tree.items() if mode not in FILES)

    @cached_property
    def listings(self) -> dict[str, set[str]]:
        """Names in each directory; those of directories end with "/"."""
        listings: dict[str, set[str]] = {TOP: set()}

        def enter(path: str, mark: str) -> None:
            directory, is_new = parent(path), parent(path) not in listings
            listings.setdefault(directory, set()).add(name(path) + mark)
            if is_new:
                enter(directory, "/")

        for path in self.tree:
            enter(path, "")
        return listings

    @cached_property
    def paths_by_name(self) -> dict[str, list[str]]:
        """Files and directories of each name."""
        paths_by_name: dict[str, list[str]] = {}
        for path in sorted(self.tree.keys() | self.listings.keys()):
            paths_by_name.setdefault(name(path), []).append(path)
        return paths_by_name

    def _describe(self, access: str) -> str:
        if access == ALL_PATHS:
            return "\0".join(sorted(self.tree))
        if access == STDLIB_NAMES:
            paths = [*self.tree, *(f"{directory}/" for directory in self.listings)]
            return "\0".join(sorted(path for path in paths if _hides_stdlib(path.rstrip("/"))))
        if access.startswith("?"):
            paths = self.paths_by_name.get(access.strip("?/"), [])
            return "\0".join(filter(None, map(self._listing if access.endswith("/") else self._entry, paths)))
        return self._listing(access[:-1]) if access.endswith("/") else f"{self._entry(access)} {self._modules(access)}"

    def _entry(self, path: str) -> str:
        entry = self.tree.get(path)
        return f"{path} {entry.mode} {entry.oid}" if entry else path if path in self.listings else ""

    def _listing(self, directory: str) -> str:
        return "\0".join([directory, *sorted(self.listings[directory])]) if directory in self.listings else ""

    def _modules(self, path: str) -> str:
        """Return the files that could be the module `path`."""
        names = self.listings.get(parent(path), ())
        return "\0".join(sorted(file for file in names if not file.endswith("/") and stem(file) == name(path)))


def changed_accesses(one: TreeContents, other: TreeContents) -> frozenset[str] | None:
    """Return the accesses that find something else in the other tree; None where all may."""
    if one.links != other.links:
        return None
    accesses = set[str]()
    for path in {path for path, _ in one.tree.items() ^ other.tree.items()}:
        is_moved = (path in one.tree) != (path in other.tree)
        accesses |= accesses_that_find(path, is_moved=is_moved)
        if is_moved:
            while ((path := parent(path)) in one.listings) != (path in other.listings):
                accesses |= {path, f"?{name(path)}", *_listed(path)}
    return frozenset(accesses)


def accesses_that_find(path: str, *, is_moved: bool) -> set[str]:
    """Return the accesses that find a file with another content; or one that has come or gone, where it `is_moved`."""
    return {path, f"?{name(path)}", *([ALL_PATHS, stem(path), *_listed(path)] if is_moved else [])}


def _listed(path: str) -> set[str]:
    """Return the accesses that find `path` among others."""
    return {f"{parent(path)}/", f"?{name(parent(path))}/", *([STDLIB_NAMES] if _hides_stdlib(path) else [])}


def shadowed_modules(tree: Tree, packages: Collection[str] = ()) -> frozenset[str]:
    """Return the modules of Python, and of `packages`, that files of `tree` could hide."""
    names = {part.partition(".")[0] for path in tree for part in path.split("/")}
    return sys.stdlib_module_names.union(packages) & names


def _hides_stdlib(path: str) -> bool:
    return name(path).partition(".")[0] in sys.stdlib_module_names


def parent(path: str) -> str:
    return path.rpartition("/")[0] or TOP


def name(path: str) -> str:
    return path.rpartition("/")[2]


def stem(path: str) -> str:
    """Return a path without all its suffixes, as it may be imported."""
    directory, slash, last = path.rpartition("/")
    return directory + slash + last.partition(".")[0]
