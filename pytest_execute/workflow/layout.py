"""Layout of a project: where its implementation and its tests lie, and where its modules are imported from."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from msgspec.structs import replace

from pytest_execute.core.build_settings import declared_packages
from pytest_execute.core.detect_source import Import, detect_source, import_roots
from pytest_execute.core.imports import imported_names
from pytest_execute.core.layout import Layout, is_below
from pytest_execute.core.policy import Policy
from pytest_execute.tools.git import LINK_MODE, SUBMODULE_MODE, Git, Tree


def project_layout(git: Git, tree: Tree, policy: Policy, known: Layout) -> Layout:
    """Return the layout of the project in `tree`: the source that the policy names, or that is detected.

    The policy's paths begin at the top of the repository. `known` has the rest; its `tests` are pytest's `testpaths`,
    its `roots` the module path that is set, both of which may lead to no code.
    """
    files = frozenset(path for path in tree if path.startswith(known.home))
    named = tuple("" if entry == "." else entry for entry in policy.source)
    is_package = all(entry.endswith(".py") or f"{entry}/__init__.py" in files for entry in named)
    roots = tuple(root for root in known.roots if any(is_below(path, root) for path in tree))
    bare = replace(known, tests=(), roots=roots, patterns=tuple(filter(_tells_tests, known.patterns)))
    imports = () if named and is_package else tuple(_imports_of_tests(git, tree, files, bare))
    source = named or detect_source(files, bare, _declared(git, tree, known.prefix), imports)
    layout = replace(bare, source=source)
    layout = replace(layout, roots=import_roots(files, layout, imports))
    return _with_testpaths(layout, known.tests, files)


def source_files(tree: Tree, layout: Layout, work_tree: Path) -> Iterator[str]:
    """Yield the files of the implementation below the home; a link that leads to no file is none."""
    for path in filter(layout.is_source, tree):
        is_regular = tree[path].mode not in (LINK_MODE, SUBMODULE_MODE)
        if path.startswith(layout.home) and (is_regular or (work_tree / path).is_file()):
            yield path


def directories_in(work_tree: Path, directories: Iterable[Path]) -> tuple[str, ...]:
    """Return those of the directories that are in the work tree, from its top."""
    tops = (work_tree, work_tree.resolve())
    inside = (Path(os.path.relpath(path, top)) for path in directories for top in tops if path.is_relative_to(top))
    return tuple(dict.fromkeys("" if path == Path() else path.as_posix() for path in inside))


def _tells_tests(pattern: str) -> bool:
    """Return whether a pattern of test files is of use: `*.py` matches any file."""
    return not fnmatch("__init__.py", pattern)


def _declared(git: Git, tree: Tree, prefix: str) -> tuple[str, ...]:
    """Return the packages that build settings declare and the tree has, relative to the root directory."""
    paths = [f"{prefix}{name}" for name in ("pyproject.toml", "setup.cfg")]
    contents = git.file_contents(tree, paths)
    declared = declared_packages(*(contents.get(path, b"").decode(errors="replace") for path in paths))
    return tuple(entry for entry in declared if any(is_below(path, prefix + entry) for path in tree))


def _imports_of_tests(git: Git, tree: Tree, files: Collection[str], layout: Layout) -> Iterator[Import]:
    tests = [path for path in files if path.startswith(layout.prefix) and path.endswith(".py") and layout.is_test(path)]
    for path, content in git.file_contents(tree, tests).items():
        beside = _directory_on_path(path, files)
        yield from (Import(name, beside) for name in imported_names(content))


def _directory_on_path(test: str, files: Collection[str]) -> str:
    """Return the directory that pytest puts on the module path for a test: the first above it that is no package."""
    directory = test.rpartition("/")[0]
    while f"{directory}/__init__.py" in files:
        directory = directory.rpartition("/")[0]
    return directory


def _with_testpaths(layout: Layout, testpaths: Iterable[str], files: Collection[str]) -> Layout:
    """Return the layout with those of the directories that are only for tests."""
    tests = tuple(path for path in testpaths if not any(is_below(entry, path) for entry in layout.source))
    with_tests = replace(layout, tests=tests)
    return with_tests if any(map(with_tests.is_source, files)) else layout
