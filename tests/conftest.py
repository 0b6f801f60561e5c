"""What every test may use."""

from __future__ import annotations

import os

# the processes that tests start keep compiled and rewritten modules, as they do for users: it halves what a run costs
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

pytest_plugins = ["pytester"]
