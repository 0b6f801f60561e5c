"""What a tree is to those who have looked at some of it. `accesses.py` tells at what, in the same words.

A word is a path that was opened or asked for, or looked for as a module and without its suffix; with "/" at its end a directory that
was listed, "./" for the top; with "?" before it only a name, in whatever directory; or `PATHS`, or `STDLIB`. Links may lead anywhere, so they are part of any.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Collection
from functools import cached_property

from pytest_execute.engine.child.accesses import PATHS, STDLIB
from pytest_execute.tools.git import Tree

FILES = ("100644", "100755")
TOP = "."


class TreeContents:
    """What each word is in a tree: `of` gives another text where it is something else."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.of = functools.cache(self._of)

    @cached_property
    def links(self) -> list[str]:
        """The links and submodules, and where they lead."""
        return sorted(f"{path} {mode} {oid}" for path, (mode, oid) in self.tree.items() if mode not in FILES)

    @cached_property
    def listings(self) -> dict[str, set[str]]:
        """The names in each directory, those of directories with "/" at their end."""
        found: dict[str, set[str]] = {TOP: set()}

        def enter(path: str, mark: str) -> None:
            above, new = parent(path), parent(path) not in found
            found.setdefault(above, set()).add(name(path) + mark)
            if new:
                enter(above, "/")

        for path in self.tree:
            enter(path, "")
        return found

    @cached_property
    def called(self) -> dict[str, list[str]]:
        """The files and directories by their names."""
        found: dict[str, list[str]] = {}
        for path in sorted(self.tree.keys() | self.listings.keys()):
            found.setdefault(name(path), []).append(path)
        return found

    def _of(self, word: str) -> str:
        if word == PATHS:
            return "\0".join(sorted(self.tree))
        if word == STDLIB:
            there = [*self.tree, *(f"{directory}/" for directory in self.listings)]
            return "\0".join(sorted(path for path in there if hides(path.rstrip("/"))))
        if word.startswith("?"):
            paths = self.called.get(word.strip("?/"), ())
            return "\0".join(filter(None, map(self._listing if word.endswith("/") else self._own, paths)))
        return self._listing(word[:-1]) if word.endswith("/") else f"{self._own(word)} {self._modules(word)}"

    def _own(self, path: str) -> str:
        entry = self.tree.get(path)
        return f"{path} {entry.mode} {entry.oid}" if entry else path if path in self.listings else ""

    def _listing(self, directory: str) -> str:
        return "\0".join([directory, *sorted(self.listings[directory])]) if directory in self.listings else ""

    def _modules(self, path: str) -> str:
        """The files that could be the module `path`."""
        names = self.listings.get(parent(path), ())
        return "\0".join(sorted(each for each in names if not each.endswith("/") and stem(each) == name(path)))


def differing(one: TreeContents, other: TreeContents) -> frozenset[str] | None:
    """The words that are something else in the other tree; None for all of them."""
    if one.links != other.links:
        return None
    words = set[str]()
    for path in {path for path, _ in one.tree.items() ^ other.tree.items()}:
        words |= {path, f"?{name(path)}"}
        if (path in one.tree) != (path in other.tree):
            words |= {PATHS, stem(path), *_listed(path)}
            while ((path := parent(path)) in one.listings) != (path in other.listings):
                words |= {path, f"?{name(path)}", *_listed(path)}
    return frozenset(words)


def _listed(path: str) -> set[str]:
    """The words for who sees with others that `path` is there."""
    return {f"{parent(path)}/", f"?{name(parent(path))}/", *([STDLIB] if hides(path) else [])}


def hiding(tree: Tree, packages: Collection[str] = ()) -> frozenset[str]:
    """The modules of Python, and of these packages, that files of a tree would hide, were their directories looked through first."""
    return sys.stdlib_module_names.union(packages) & {
        part.partition(".")[0] for path in tree for part in path.split("/")
    }


def hides(path: str) -> bool:
    return name(path).partition(".")[0] in sys.stdlib_module_names


def parent(path: str) -> str:
    return path.rpartition("/")[0] or TOP


def name(path: str) -> str:
    return path.rpartition("/")[2]


def stem(path: str) -> str:
    """A path without all its suffixes: what it may be imported as."""
    above, slash, last = path.rpartition("/")
    return above + slash + last.partition(".")[0]
