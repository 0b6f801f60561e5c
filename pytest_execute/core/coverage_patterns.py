"""Name files to coverage.py, whose patterns can escape nothing."""

from __future__ import annotations

import re
from pathlib import Path

SPECIAL = re.compile(r"[^A-Za-z0-9_./\\-]")
"""Characters that may mean something in a pattern, or end one in a configuration file (coverage.py 7.13 to 7.17)."""


def source_pattern(path: Path) -> str:
    """Return a pattern for a source: a Python file, or all files below a directory.

    What may mean something else becomes `?`, which is any character.

    >>> source_pattern(Path("src/a[b],c/x_y.py"))
    'src/a?b??c/x_y.py'
    """
    pattern = SPECIAL.sub("?", str(path))
    return pattern if path.suffix == ".py" else f"{pattern}/*"
