"""Tests and implementation among the files of a repository: one answer for the replay, the coverage and the judge.

Every path is relative to the top of the repository and has forward slashes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from fnmatch import fnmatch
from pathlib import PurePosixPath

from msgspec import Struct
from msgspec.structs import replace

TEST_DIRECTORIES = ("tests", "test")
TOOL_FILES = ("conftest.py", "setup.py", "noxfile.py")
"""Files that pytest, a build and nox run: they are implementation only where the policy's `source` names them."""


class Layout(Struct, frozen=True, kw_only=True):
    """Directories and patterns by which files are sorted.

    `prefix` leads from the top of the repository to pytest's root directory ("" or "services/api/"), `home` to the
    directory that the plan and all reports see paths from: the root directory, or one above it that has the topics.

    `source` holds directories and files of the implementation, `files` further files of it, wherever they lie. `tests`
    holds further directories of tests, `patterns` names of test files, `notes` the directory of the plans.

    `collected` are files that pytest collected tests from, though their names do not tell. `code` are files and
    directories of the implementation that are only named like tests. `roots` are directories that modules are imported
    from, as far as settings and imports tell.
    """

    prefix: str = ""
    home: str = ""
    source: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ("test_*.py", "*_test.py")
    notes: str = "notes"
    collected: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()

    def is_test(self, path: str) -> bool:
        """Return whether a file is a test, or a helper, a fixture, data or configuration of tests."""
        if path in self.collected or path.rpartition("/")[2] == "conftest.py":
            return True
        return self._is_named_like_test(path) and not any(is_below(path, entry) for entry in self.code)

    def _is_named_like_test(self, path: str) -> bool:
        *directories, name = path.removeprefix(self._unnamed).split("/")
        return (
            any(directory in TEST_DIRECTORIES for directory in directories)
            or any(fnmatch(name, pattern) for pattern in self.patterns)
            or any(is_below(path, directory) for directory in self.tests)
        )

    @property
    def _unnamed(self) -> str:
        """Return the path whose names tell nothing: to the home, or to a root directory below it without its name."""
        return self.prefix if self.prefix == self.home else self.prefix[: self.prefix.rstrip("/").rfind("/") + 1]

    def with_code_named_like_tests(self, paths: Iterable[str], holds_tests: Callable[[str], bool]) -> Layout:
        """Return this layout with the implementation among `paths` that is only named like tests.

        It lies below the source and holds no tests: a file in which `holds_tests` finds none, or a directory without
        test files and conftest.
        """
        in_source = (path for path in paths if path.endswith(".py") and self._is_in_source(path))
        in_doubt = (path for path in in_source if not any(is_below(path, directory) for directory in self.tests))
        modules = [path for path in in_doubt if self._is_named_like_test(path)]
        tests = {path for path in modules if self._is_test_file(path, holds_tests)}
        test_directories = {directory for path in tests for directory in self._test_directories(path)}
        code = {
            next(iter(self._test_directories(path)), path)
            for path in modules
            if path not in tests and test_directories.isdisjoint(self._test_directories(path))
        }
        return replace(self, code=tuple(sorted(code)))

    def _is_test_file(self, path: str, holds_tests: Callable[[str], bool]) -> bool:
        name = path.rpartition("/")[2]
        return name == "conftest.py" or (any(fnmatch(name, each) for each in self.patterns) and holds_tests(path))

    def _test_directories(self, path: str) -> list[str]:
        """Return the directories below the source that lead to `path` and are named like tests, outermost first."""
        above = max((len(entry) for entry in self.source if is_below(path, entry)), default=0)
        parents = [str(parent) for parent in reversed(PurePosixPath(path).parents)]
        return [each for each in parents if len(each) > above and each.rpartition("/")[2] in TEST_DIRECTORIES]

    def is_source(self, path: str) -> bool:
        """Return whether a file is Python code of the implementation."""
        return path.endswith(".py") and not self.is_test(path) and self._is_in_source(path)

    def _is_in_source(self, path: str) -> bool:
        return path in self.files or any(is_below(path, entry) for entry in self.source)

    def is_overlaid(self, path: str) -> bool:
        """Return whether the replay takes a file from today, rather than from the commit that it looks at."""
        return self.is_test(path) or is_below(path, self.notes)

    def overlay_paths(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return those of `paths` that are overlaid; a directory with nothing else stands for its files."""
        overlaid = {path: self.is_overlaid(path) for path in paths}
        others = [path for path, is_overlaid in overlaid.items() if not is_overlaid]
        mixed = {".", *(str(parent) for path in others for parent in PurePosixPath(path).parents)}
        fewest: dict[str, None] = {}
        for path in (path for path, is_overlaid in overlaid.items() if is_overlaid):
            whole = [str(parent) for parent in PurePosixPath(path).parents if str(parent) not in mixed]
            fewest.setdefault(whole[-1] if whole else path)
        return tuple(fewest)

    def import_roots(self, paths: Iterable[str]) -> tuple[str, ...]:
        """Return the directories that top-level modules of the implementation are imported from, "" being the top."""
        files = set(paths)
        found = dict.fromkeys(self.roots)
        for entry in self.source:
            is_package = f"{entry}/__init__.py" in files or entry.endswith(".py")
            if is_package or not any(is_below(entry, root) for root in self.roots):
                found.setdefault(_root_above(entry, files) if is_package else entry)
        for usual in (f"{self.prefix}src", self.prefix.rstrip("/")):
            if usual == self.prefix.rstrip("/") or any(is_below(path, usual) for path in files):
                found.setdefault(usual)
        return tuple(found)

    def modules(self, paths: Iterable[str]) -> frozenset[str]:
        """Return the dotted names of all modules and packages of the implementation among `paths`."""
        files = [path for path in paths if self.is_source(path)]
        names: set[str] = set()
        for root in self.import_roots(paths):
            start = f"{root}/" if root else ""
            for path in files:
                if path.startswith(start):
                    parts = path[len(start) : -len(".py")].split("/")
                    parts = parts[:-1] if parts[-1] == "__init__" else parts
                    names.update(".".join(parts[:depth]) for depth in range(1, len(parts) + 1))
        return frozenset(names)


def _root_above(entry: str, files: Collection[str]) -> str:
    """Return the directory that a package or module is imported from."""
    root = entry.rpartition("/")[0]
    while f"{root}/__init__.py" in files:
        root = root.rpartition("/")[0]
    return root


def is_below(path: str, entry: str) -> bool:
    """Return whether a path is `entry` or below it; "" and "." are the top."""
    return entry in ("", ".") or path == entry or path.startswith(f"{entry}/")
