"""Waits for other processes, for as long as a busy machine may need."""

from __future__ import annotations

import time
from collections.abc import Callable

LONGEST = 600.0
"""Seconds after which only a fault can be the reason."""


def wait_until(condition: Callable[[], object]) -> bool:
    """Wait until the condition holds, and return True; return False if it never does."""
    deadline = time.monotonic() + LONGEST
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
