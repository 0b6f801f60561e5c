"""Packages that a project's build settings name: where its code lies, whatever its layout.

| tool | setting |
| --- | --- |
| setuptools | `package-dir`, `packages`, `py-modules`, `packages.find.where`; the same in setup.cfg |
| hatch | `packages` and `only-include` of the wheel, or of all targets |
| poetry | `packages`, each `include` with its `from` |
| flit | `module.name`, at the top or in src |
| pdm, uv, maturin | `build.package-dir`, `module-root`, `python-source` |
"""

from __future__ import annotations

import configparser
from collections.abc import Iterator, Mapping
from typing import Any

from pytest_execute.core.toml_reader import BrokenToml, read_toml

Table = Mapping[str, Any]


def declared_packages(pyproject: str, setup_cfg: str = "") -> tuple[str, ...]:
    """Return the directories and files that build settings name, relative to the project; none that exist is sure.

    Texts that cannot be read name nothing.
    """
    try:
        tools = read_toml(pyproject).get("tool", {})
    except BrokenToml:
        tools = {}
    found = (*_in_pyproject(tools), *_in_setup_cfg(setup_cfg))
    cleaned = (entry.removeprefix("./").rstrip("/") for entry in found)
    return tuple(dict.fromkeys(entry for entry in cleaned if entry not in ("", ".")))


def _in_pyproject(tools: Any) -> Iterator[str]:
    yield from _setuptools(_table(tools, "setuptools"))
    build = _table(tools, "hatch", "build")
    for target in (build, _table(build, "targets", "wheel")):
        yield from _texts(target.get("packages"))
        yield from _texts(target.get("only-include"))
    for package in _tables(_table(tools, "poetry").get("packages")):
        yield "/".join(filter(None, (*_texts(package.get("from")), *_texts(package.get("include")))))
    for name in _texts(_table(tools, "flit", "module").get("name")):
        yield from (f"{directory}{name}{ending}" for directory in ("", "src/") for ending in ("", ".py"))
    yield from _texts(_table(tools, "pdm", "build").get("package-dir"))
    yield from _texts(_table(tools, "uv", "build-backend").get("module-root"))
    yield from _texts(_table(tools, "maturin").get("python-source"))


def _setuptools(table: Table) -> Iterator[str]:
    directories = _table(table, "package-dir")
    packages = table.get("packages")
    yield from (path for path in directories.values() if isinstance(path, str))
    yield from _texts(_table(packages, "find").get("where"))
    parent = next(iter(_texts(directories.get(""))), "")
    yield from (_below(parent, name.replace(".", "/")) for name in _texts(packages))
    yield from (_below(parent, f"{name.replace('.', '/')}.py") for name in _texts(table.get("py-modules")))


def _in_setup_cfg(text: str) -> Iterator[str]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error:
        return
    options = dict(parser["options"]) if parser.has_section("options") else {}
    pairs = (line.partition("=") for line in options.get("package_dir", "").splitlines())
    directories = {name.strip(): path.strip() for name, _, path in pairs}
    find = "options.packages.find"
    table = {
        "package-dir": directories,
        "packages": _listed(options.get("packages", "")),
        "py-modules": _listed(options.get("py_modules", "")),
    }
    yield from _setuptools(table)
    yield from _listed(parser.get(find, "where", fallback=""))


def _listed(value: str) -> list[str]:
    """Return the values of a setting of several lines, without directives such as `find:`."""
    words = value.replace(",", "\n").split()
    return [word for word in words if not word.endswith(":")]


def _table(value: Any, *keys: str) -> Table:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _tables(value: Any) -> list[Table]:
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def _texts(value: Any) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [each for each in values if isinstance(each, str)]


def _below(directory: str, path: str) -> str:
    return f"{directory}/{path}" if directory else path
