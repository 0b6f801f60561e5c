"""Print every line of the tracked Markdown files that is longer than 120 columns, and exit with 1 if there is one.

A row of a table may be longer: Markdown has no way to break it.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

COLUMNS = 120


def too_long(path: str) -> list[str]:
    """Return a message for each line of the file that is too long."""
    lines = Path(path).read_text(encoding="utf-8").splitlines()
    return [
        f"{path}:{number}: {len(line)} columns, but at most {COLUMNS} are allowed: break the line"
        for number, line in enumerate(lines, 1)
        if len(line) > COLUMNS and not line.startswith("|")
    ]


def main() -> int:
    """Check the files named by the arguments, or else all that git tracks."""
    listed = subprocess.run(["git", "ls-files", "-z", "--", "*.md"], check=True, capture_output=True, text=True).stdout
    paths = sys.argv[1:] or [path for path in listed.split("\0") if path]
    messages = [message for path in paths if Path(path).is_file() for message in too_long(path)]
    print("\n".join(messages) or f"no line over {COLUMNS} columns in {len(paths)} Markdown files")
    return int(bool(messages))


if __name__ == "__main__":
    sys.exit(main())
