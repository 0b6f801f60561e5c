"""Top of the checkout that a path is in, found without git. This module imports the standard library alone."""

from __future__ import annotations

from pathlib import Path


def checkout_top(path: Path) -> Path | None:
    """Return the nearest directory with `.git`, at `path` or above it; None outside of any checkout."""
    return next((each for each in (path, *path.parents) if (each / ".git").exists()), None)
