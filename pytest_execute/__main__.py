"""Run `pytest-execute` as `python -m pytest_execute`."""

from __future__ import annotations

import sys

if __name__ == "__main__" and not getattr(sys.flags, "safe_path", False):  # Python 3.11 and later
    del sys.path[0]  # the current directory, whose modules must not take the place of this package's libraries

from pytest_execute.cli import main

sys.exit(main())
