"""Measure the cost of the plugin where it is installed and not used: `python benchmarks/idle.py`.

`-X importtime` does not include modules that an entry point loads. So pytest runs first without the plugin, in an empty
directory, and the plugin's module is imported after that: pytest's own imports do not count. The best of ten processes
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
LIMIT = 1.0
"""Milliseconds that the plugin's modules may take."""


def measure(directory: str) -> tuple[float, float]:
    """Return the milliseconds of the plugin's own modules, and of all modules."""
    command = [sys.executable, "-X", "importtime", "-c", PROGRAM]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    rows = [(int(own) / 1000, name) for own, name in ROW.findall(done.stderr)]
    ours = [(own, name) for own, name in rows if name.startswith("pytest_execute")]
    assert len(ours) == 2, ours
    return sum(own for own, _ in ours), sum(own for own, _ in rows)


def main() -> int:
    with tempfile.TemporaryDirectory() as directory:
        ours, everything = min(measure(directory) for _ in range(RUNS))
    print(f"ours {ours:.2f} ms of {everything:.0f} ms imported: ratio {ours / everything:.4f}, limit {LIMIT} ms")
    return 0 if ours <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
