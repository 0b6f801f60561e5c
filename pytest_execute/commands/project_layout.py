"""Layout of a project, and settings of pytest, as far as files have them: for commands that run no pytest."""

from __future__ import annotations

import configparser
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from pytest_execute.core.errors import ExecuteError
from pytest_execute.core.layout import Layout
from pytest_execute.core.policy import read_policy
from pytest_execute.core.toml_reader import BrokenToml, read_toml
from pytest_execute.tools.documents import PLAN, SETTINGS, exists, read_bytes

INI_FILES = {"pytest.ini": "pytest", ".pytest.ini": "pytest", "tox.ini": "pytest", "setup.cfg": "tool:pytest"}
"""Files that pytest may read its settings from, with the section of each."""
OTHER_SETTINGS = (*INI_FILES, "pytest.toml", ".pytest.toml")
"""Files that pytest may read its settings from, beside pyproject.toml."""


class PytestSettings(Struct, frozen=True):
    """Names of test files, if they are set; directories of the module path, and those to look for tests in."""

    files: tuple[str, ...]
    module_path: tuple[str, ...]
    directories: tuple[str, ...] = ()


def read_pytest_settings(root: Path) -> PytestSettings:
    """Return what the first settings that are found at `root` say; nothing of files that cannot be read."""
    options = next(filter(None, (_ini_options(root / name, section) for name, section in INI_FILES.items())), None)
    if options is None:
        try:
            options = _toml_options(_read(root / "pyproject.toml"))
        except BrokenToml:
            options = {}
    return PytestSettings(*(_words(options.get(name, ())) for name in ("python_files", "pythonpath", "testpaths")))


def project_layout(root: Path) -> tuple[Layout, tuple[str, ...] | None]:
    """Return the layout of the project at `root`, and the names of the test files that pytest collects.

    The names are None where they are not known: another file may have pytest's settings, or doctests are collected.
    Raises ExecuteError for a policy that cannot be read.
    """
    text = _read(root / "pyproject.toml")
    source = tuple(entry.rstrip("/") for entry in read_policy(text, "pyproject.toml").source)
    names = None if any((root / name).exists() for name in OTHER_SETTINGS) else _test_files(_toml_options(text))
    return Layout(source=source or ("src",), patterns=names or Layout().patterns), names


def may_mark_tasks(root: Path) -> bool:
    """Return whether a file of the project has a marker or tag for tasks; True where its files are not known."""
    from pytest_execute.tools.git import Git  # most checks need no git

    try:
        git = Git.find(root)
        names = git.user.run("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", "*.py", "*.feature")
    except ExecuteError:
        return True
    files = (git.work_tree / os.fsdecode(name) for name in names.split(b"\0") if name)
    return any(mark in content for content in map(_content, files) for mark in (b"mark.task", b"@task:"))


def _content(file: Path) -> bytes:
    try:
        return read_bytes(file, file.name, PLAN)
    except ExecuteError:
        return b""


def _test_files(options: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Return the names of test files; None where they are not known."""
    listed = _words(options.get("python_files", Layout().patterns))
    is_known = "doctest" not in str(options.get("addopts", "")) and not any("/" in name for name in listed)
    return listed if is_known else None


def _toml_options(text: str) -> Mapping[str, Any]:
    settings = _table(_table(read_toml(text), "tool"), "pytest")
    return {**settings, **_table(settings, "ini_options")}


def _table(settings: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    table = settings.get(name)
    return table if isinstance(table, Mapping) else {}


def _ini_options(file: Path, section: str) -> Mapping[str, Any]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(_read(file))
    except configparser.Error:
        return {}
    return parser[section] if parser.has_section(section) else {}


def _read(file: Path) -> str:
    """Return the text of a file, or nothing where it cannot be read."""
    try:
        return read_bytes(file, file.name, SETTINGS).decode(errors="replace") if exists(file) else ""
    except ExecuteError:
        return ""


def _words(value: Any) -> tuple[str, ...]:
    """Return the values of a setting, which is a list or a text with white space between them; none of another kind."""
    return tuple(value.split() if isinstance(value, str) else map(str, value if isinstance(value, Iterable) else ()))
