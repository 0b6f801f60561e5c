"""Run `pytest-execute` as `python -m pytest_execute`."""

from __future__ import annotations

import sys

from pytest_execute.cli import main

sys.exit(main())
