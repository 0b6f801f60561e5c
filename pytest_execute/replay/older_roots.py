"""Directories that the project's modules were imported from in older trees, where today's import path leads nowhere.

They are those that a module of today was moved from, and those of pytest's `pythonpath` at base.
"""

from __future__ import annotations

import configparser
from collections.abc import Collection, Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any

from pytest_execute.core.layout import Layout
from pytest_execute.core.toml_reader import BrokenToml, read_toml
from pytest_execute.tools.commit_range import CommitRange
from pytest_execute.tools.git import Git, Tree
from pytest_execute.tools.git_diff import removed_in_commits

INI_SECTIONS = {"pytest.ini": "pytest", ".pytest.ini": "pytest", "tox.ini": "pytest", "setup.cfg": "tool:pytest"}
"""Sections of pytest's settings."""
TOML_TABLES = {
    "pytest.toml": (("pytest",),),
    ".pytest.toml": (("pytest",),),
    "pyproject.toml": (("tool", "pytest", "ini_options"), ("tool", "pytest")),
}


def older_roots(git: Git, commits: CommitRange, layout: Layout, today: Tree) -> tuple[str, ...]:
    """Return the directories, sorted, that are no import roots of the tree `today`."""
    removed = removed_in_commits(git, commits.commits) | (git.tree(commits.base).keys() - today.keys())
    found = {*moved_roots(removed, today, layout), *_import_path_at(git, commits.base, layout.prefix)}
    return tuple(sorted(found - {*layout.import_roots(today)}))


def moved_roots(removed: Iterable[str], today: Collection[str], layout: Layout) -> tuple[str, ...]:
    """Return the directories that held a module of `today`, now elsewhere, in one of the `removed` files."""
    modules, gone = layout.modules(today), frozenset(removed)
    code = [
        path for path in gone if path.endswith(".py") and path.startswith(layout.prefix) and not layout.is_test(path)
    ]
    roots = {root for path in code for root, module in _splits(path) if module in modules}
    packages = {root for root in roots if f"{root}/__init__.py" in gone or f"{root}/__init__.py" in today}
    return tuple(sorted(roots - packages - {*layout.import_roots(today)}))


def _splits(path: str) -> Iterator[tuple[str, str]]:
    """Yield each root that a file could be imported from, with its dotted name there."""
    file = PurePosixPath(path)
    module = file.parent if file.name == "__init__.py" else file.with_suffix("")
    for root in module.parents:
        yield "" if str(root) == "." else str(root), ".".join(module.relative_to(root).parts)


def _import_path_at(git: Git, commit: str, prefix: str) -> Iterator[str]:
    """Yield the directories of `pythonpath` in the settings of a commit, whichever of its files pytest reads."""
    tree = git.tree(commit)
    files = {name: tree[prefix + name].oid for name in (*INI_SECTIONS, *TOML_TABLES) if prefix + name in tree}
    contents = git.blobs(files.values())
    for name, oid in files.items():
        for entry in pythonpath(name, contents[oid].decode(errors="replace")):
            yield (prefix + entry).rstrip("/")


def pythonpath(file: str, content: str) -> list[str]:
    """Return the entries of `pythonpath` in a settings file of pytest, as directories relative to it."""
    value = _ini_value(INI_SECTIONS[file], content) if file in INI_SECTIONS else _toml_value(TOML_TABLES[file], content)
    entries = value.split() if isinstance(value, str) else value if isinstance(value, list) else []
    paths = [PurePosixPath(entry) for entry in entries if isinstance(entry, str)]
    return [
        "" if str(path) == "." else str(path) for path in paths if not path.is_absolute() and ".." not in path.parts
    ]


def _ini_value(section: str, content: str) -> object:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(content)
    except configparser.Error:
        return None
    return parser.get(section, "pythonpath", fallback=None)


def _toml_value(tables: Iterable[tuple[str, ...]], content: str) -> object:
    try:
        settings = read_toml(content)
    except BrokenToml:
        return None
    return next(filter(None, (_table(settings, keys).get("pythonpath") for keys in tables)), None)


def _table(settings: Any, keys: Iterable[str]) -> dict[str, Any]:
    for key in keys:
        settings = settings.get(key) if isinstance(settings, dict) else None
    return settings if isinstance(settings, dict) else {}
