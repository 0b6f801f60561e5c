"""Which files of a repository are tests, which are implementation: one answer for the replay, the coverage and the judge.

Every path is relative to the top of the repository and has forward slashes.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import PurePosixPath

from msgspec import Struct

TEST_DIRECTORIES = ("tests", "test")
NO_MODULES = ("conftest.py", "setup.py", "noxfile.py", "__main__.py")


class Layout(Struct, frozen=True, kw_only=True):
    """`prefix` leads from the top of the repository to the root directory ("" or "services/api/").

    `source` holds directories and files of the implementation, `tests` further directories of tests, `patterns` names of test
    files, `notes` the directory of the plans.
    """

    prefix: str = ""
    source: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ("test_*.py", "*_test.py")
    notes: str = "notes"

    def is_test(self, path: str) -> bool:
        """Is it a test, or a helper, a fixture, data or configuration of tests?"""
        *directories, name = path.split("/")
        return (
            name == "conftest.py"
            or any(directory in TEST_DIRECTORIES for directory in directories)
            or any(fnmatch(name, pattern) for pattern in self.patterns)
            or any(_under(path, directory) for directory in self.tests)
        )

    def is_source(self, path: str) -> bool:
        """Is it a Python file of the implementation?"""
        return path.endswith(".py") and not self.is_test(path) and any(_under(path, entry) for entry in self.source)

    def is_held(self, path: str) -> bool:
        """Does the replay take it from today, rather than from the commit that it looks at?"""
        return self.is_test(path) or _under(path, self.notes)

    def held(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The held ones of `paths`, as few as possible: a directory that holds nothing else stands for its files."""
        held = {path: self.is_held(path) for path in paths}
        mixed = {str(parent) for path, is_held in held.items() if not is_held for parent in PurePosixPath(path).parents}
        found: dict[str, None] = {}
        for path in (path for path, is_held in held.items() if is_held):
            whole = [str(parent) for parent in PurePosixPath(path).parents if str(parent) not in {".", *mixed}]
            found.setdefault(whole[-1] if whole else path)
        return tuple(found)

    def roots(self, paths: Iterable[str]) -> tuple[str, ...]:
        """The directories that top-level modules of the implementation are imported from, "" being the top."""
        files = set(paths)
        found: dict[str, None] = {}
        for entry in self.source:
            package = f"{entry}/__init__.py" in files or entry.endswith(".py")
            root = str(PurePosixPath(entry).parent) if package else entry
            while f"{root}/__init__.py" in files:
                root = str(PurePosixPath(root).parent)
            found.setdefault("" if root == "." else root)
        for usual in (f"{self.prefix}src", self.prefix.rstrip("/")):
            if usual == self.prefix.rstrip("/") or any(_under(path, usual) for path in files):
                found.setdefault(usual)
        return tuple(found)

    def modules(self, paths: Iterable[str]) -> frozenset[str]:
        """The dotted names of all modules and packages of the implementation among `paths`."""
        files = [path for path in paths if self.is_source(path)]
        names: set[str] = set()
        for root in self.roots(paths):
            start = f"{root}/" if root else ""
            for path in files:
                if path.startswith(start):
                    parts = path[len(start) : -len(".py")].split("/")
                    parts = parts[:-1] if parts[-1] == "__init__" else parts
                    names.update(".".join(parts[:depth]) for depth in range(1, len(parts) + 1))
        return frozenset(names)


def detect_source(paths: Iterable[str], prefix: str = "") -> tuple[str, ...]:
    """What counts as implementation where the policy does not say: `src`, else the packages and modules that are not tests."""
    inside = [path[len(prefix) :] for path in paths if path.startswith(prefix) and path.endswith(".py")]
    if any(path.startswith("src/") for path in inside):
        return (f"{prefix}src",)
    bare = Layout(prefix=prefix)
    packages = {path.split("/")[0] for path in inside if path.count("/") == 1 and path.endswith("/__init__.py")}
    modules = {path for path in inside if "/" not in path and path not in NO_MODULES}
    return tuple(
        sorted(
            prefix + entry
            for entry in packages | modules
            if not bare.is_test(f"{entry}/x" if entry in packages else entry)
        )
    )


def _under(path: str, entry: str) -> bool:
    return entry in ("", ".") or path == entry or path.startswith(f"{entry}/")
