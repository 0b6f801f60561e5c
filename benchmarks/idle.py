"""What the plugin costs where it is installed and not used: `python benchmarks/idle.py`.

`-X importtime` does not see what an entry point loads, so pytest runs without the plugin first, in an empty directory,
and the plugin's module is imported after it, when all that pytest imports anyway is there. The best of ten processes
counts.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile

PROGRAM = "import pytest; pytest.main(['-q', '-p', 'no:execute']); import pytest_execute.plugin"
ROW = re.compile(r"^import time:\s+(\d+) \|\s+\d+ \|\s+(\S+)$", re.MULTILINE)
RUNS = 10
MOST = 1.0
"""Milliseconds that our modules may take."""


def measure(directory: str) -> tuple[float, float]:
    """Milliseconds that our modules took of their own, and that all modules took."""
    command = [sys.executable, "-X", "importtime", "-c", PROGRAM]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    rows = [(int(own) / 1000, name) for own, name in ROW.findall(done.stderr)]
    ours = [(own, name) for own, name in rows if name.startswith("pytest_execute")]
    assert len(ours) == 2, ours
    return sum(own for own, _ in ours), sum(own for own, _ in rows)


def main() -> int:
    with tempfile.TemporaryDirectory() as directory:
        ours, everything = min(measure(directory) for _ in range(RUNS))
    print(f"ours {ours:.2f} ms of {everything:.0f} ms imported: ratio {ours / everything:.4f}, at most {MOST} ms asked")
    return 0 if ours <= MOST else 1


if __name__ == "__main__":
    sys.exit(main())
