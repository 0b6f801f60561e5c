"""Installed modules that have a name of the project's, but are not of the project: such as a copied dependency."""

from __future__ import annotations

import contextlib
import importlib.metadata
import json
import re
import sys
from collections.abc import Collection, Iterable
from importlib.machinery import PathFinder
from pathlib import Path
from urllib.parse import unquote, urlsplit

from pytest_execute.core.errors import ExecuteError
from pytest_execute.core.toml_reader import BrokenToml, read_toml
from pytest_execute.tools.documents import SETTINGS, read


def installed_modules(names: Iterable[str], project: str, work_tree: Path) -> dict[str, str]:
    """Return the directories that top-level modules are installed in, by name, without those of the project.

    They are Python's, or those of a distribution that neither has the name `project` nor was installed from the
    checkout `work_tree`.
    """
    directories = [entry for entry in sys.path if entry and not _is_checkout(Path(entry).resolve(), work_tree)]
    found = {name: directory for name in names if (directory := _directory_of(name, directories))}
    if found.keys() <= sys.stdlib_module_names:
        return found
    owners = _owners(found)
    return {
        name: found[name]
        for name in found
        if name in sys.stdlib_module_names or _is_foreign(owners.get(name, ()), project, work_tree)
    }


def project_name(directory: Path) -> str:
    """Return the name of the project's distribution, as its pyproject.toml has it; "" where it has none."""
    with contextlib.suppress(ExecuteError, BrokenToml):
        project = read_toml(read(directory / "pyproject.toml", "pyproject.toml", SETTINGS)).get("project")
        return str(project.get("name", "")) if isinstance(project, dict) else ""
    return ""


def _is_checkout(directory: Path, work_tree: Path) -> bool:
    """Return whether a directory is in the checkout, other than in an environment that stands there."""
    is_installed = "site-packages" in directory.parts or directory.is_relative_to(Path(sys.prefix).resolve())
    return directory.is_relative_to(work_tree.resolve()) and not is_installed


def _directory_of(name: str, directories: Iterable[str]) -> str:
    """Return the first directory that has code of the module; "" where none has."""
    specs = ((directory, PathFinder.find_spec(name, [directory])) for directory in directories)
    return next((directory for directory, spec in specs if spec is not None and spec.origin is not None), "")


def _owners(modules: Collection[str]) -> dict[str, list[str]]:
    """Return the names of the distributions that have top-level modules; Python 3.10's own table lacks many."""
    owners: dict[str, list[str]] = {}
    for distribution in importlib.metadata.distributions():
        declared = (distribution.read_text("top_level.txt") or "").split()
        names = declared or {file.parts[0].partition(".")[0] for file in distribution.files or ()}
        for module in modules:
            if module in names:
                owners.setdefault(module, []).append(distribution.metadata["Name"])
    return owners


def _is_foreign(distributions: Collection[str], project: str, work_tree: Path) -> bool:
    """Return whether distributions are known to have a module, and none of them is the project's."""
    return bool(distributions) and not any(
        _normalized(name) == _normalized(project) or _is_installed_from(work_tree, name) for name in distributions
    )


def _is_installed_from(work_tree: Path, distribution: str) -> bool:
    origin = importlib.metadata.distribution(distribution).read_text("direct_url.json")
    url = urlsplit(json.loads(origin)["url"] if origin else "")
    return url.scheme == "file" and Path(unquote(url.path)).resolve().is_relative_to(work_tree.resolve())


def _normalized(name: str) -> str:
    """Return the name of a distribution as all spellings of it are compared."""
    return re.sub(r"[-_.]+", "-", name).lower()
