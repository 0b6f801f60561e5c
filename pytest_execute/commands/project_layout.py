"""Layout of a project as far as its pyproject.toml has it, for commands that run no pytest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pytest_execute.core.layout import Layout
from pytest_execute.core.policy import read_policy
from pytest_execute.core.toml_reader import tomllib

OTHER_SETTINGS = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg")
"""Files that pytest may read its settings from, beside pyproject.toml."""


def project_layout(root: Path) -> tuple[Layout, tuple[str, ...] | None]:
    """Return the layout of the project at `root`, and the names of the test files that pytest collects.

    The names are None where they are not known: another file may have pytest's settings, or doctests are collected.
    Raises ExecuteError for a policy that cannot be read.
    """
    file = root / "pyproject.toml"
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    source = tuple(entry.rstrip("/") for entry in read_policy(text, file.name).source)
    settings = tomllib.loads(text).get("tool", {}).get("pytest", {})
    names = None if any((root / name).exists() for name in OTHER_SETTINGS) else _test_files(settings)
    return Layout(source=source or ("src",), patterns=names or Layout().patterns), names


def _test_files(settings: dict[str, Any]) -> tuple[str, ...] | None:
    """Return the names of test files by `[tool.pytest]`; None where they are not known."""
    options = {**settings, **settings.get("ini_options", {})}
    names = options.get("python_files", list(Layout().patterns))
    listed = names.split() if isinstance(names, str) else [str(name) for name in names]
    is_known = "doctest" not in str(options.get("addopts", "")) and not any("/" in name for name in listed)
    return tuple(listed) if is_known else None
