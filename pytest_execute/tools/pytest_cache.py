"""pytest's cache directory, made as pytest makes it, and this package's part of it."""

from __future__ import annotations

import contextlib
from pathlib import Path

NAME = ".pytest_cache"
"""Its usual name; a setting of pytest can change it."""
SUPPORT_FILES = {
    ".gitignore": "# Made by pytest-execute.\n*\n",
    "CACHEDIR.TAG": (
        "Signature: 8a477f597d28d172789f06886806bc55\n# Made by pytest-execute, as pytest's cache directory.\n"
    ),
}
"""Files of a cache directory: the first hides it from git, the second from backups (https://bford.info/cachedir/)."""


def make_cache(directory: Path) -> None:
    """Make pytest's cache directory, if there is none.

    pytest (8.2 and later) makes it under a temporary name beside it, and a killed run leaves that in the work tree.
    """
    with contextlib.suppress(FileExistsError):
        directory.mkdir(parents=True)
    if any(path.name not in SUPPORT_FILES for path in directory.iterdir()):
        return  # made by pytest, or complete
    for name, text in SUPPORT_FILES.items():
        path = directory / name
        if not path.exists() or not path.stat().st_size:
            path.write_text(text)


def part_of(cache: Path) -> Path:
    """Return our part of pytest's cache directory, where its `mkdir` makes the directories of plugins."""
    return cache / "d" / "execute"


def make_part(cache: Path) -> Path:
    """Make and return our part of pytest's cache directory. Raises OSError where it cannot be made."""
    make_cache(cache)
    part_of(cache).mkdir(parents=True, exist_ok=True)
    return part_of(cache)
