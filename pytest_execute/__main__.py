"""`python -m pytest_execute` is `pytest-execute`."""

from __future__ import annotations

import sys

from pytest_execute.cli import main

sys.exit(main())
