"""Environment of processes that run tests, without the variables by which git leads them to the user's repository.

git sets these for its hooks. A git command that inherits them works on the user's repository, whatever its directory
is: a test that makes a repository of its own would change the user's index and configuration.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

KEPT = frozenset(
    [
        *(f"GIT_{role}_{field}" for role in ("AUTHOR", "COMMITTER") for field in ("NAME", "EMAIL")),
        *("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_CEILING_DIRECTORIES"),
        *("GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSL_CAINFO", "GIT_ASKPASS", "GIT_TERMINAL_PROMPT"),
    ]
)
"""Variables that name a person, a file of settings, or a way to connect (git 2.39 to 2.51, `man git`)."""

SETTINGS = ("GIT_CONFIG_", "GIT_DISCOVERY_ACROSS_FILESYSTEM")
"""Beginnings of the variables that say how git is configured and where it looks; `safe.directory` may be there."""


def without_git_variables(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that tests may inherit."""
    return {name: value for name, value in environment.items() if not name.startswith("GIT_") or name in KEPT}


def with_git_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that a run inherits, which removes them for its tests when it has read the repository."""
    settings = {name: value for name, value in environment.items() if name.startswith(SETTINGS)}
    return {**without_git_variables(environment), **settings}


def remove_git_variables() -> Callable[[], None]:
    """Remove git's variables from this process, and so from those that it starts; return a function to restore them."""
    removed = os.environ.keys() - without_git_variables(os.environ).keys()
    values = {name: os.environ.pop(name) for name in removed}
    return lambda: os.environ.update(values)


def python_path(directories: Iterable[Path], start: Path) -> str:
    """Return PYTHONPATH for a Python that starts in the directory `start`.

    The separator of the variable cannot be escaped: a path with one is named from `start`, or else left out.
    """
    names = (os.path.relpath(path, start) if os.pathsep in str(path) else str(path) for path in directories)
    return os.pathsep.join(name for name in names if os.pathsep not in name)
