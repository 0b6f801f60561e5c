"""Name files to coverage.py, whose patterns can escape nothing."""

from __future__ import annotations

import re
from pathlib import Path

SPECIAL = re.compile(r"[^A-Za-z0-9_./\\-]")
"""Characters that may mean something in a pattern, or end one in a configuration file (coverage.py 7.13 to 7.17)."""


def path_pattern(path: Path) -> str:
    """Return a pattern for a path, with `?`, which is any character, for what may mean something else.

    >>> path_pattern(Path("/work/a[b],c/x_y.py"))
    '/work/a?b??c/x_y.py'
    """
    return SPECIAL.sub("?", str(path))
