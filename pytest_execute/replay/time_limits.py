"""Time limits of each run of a test. Only hangs on the trees that a proof rests on are waited for.

    attempt   test has hung before   passing time         processor time     factor   imports
    quick     no                     QUICK_SECONDS * l    QUICK_SECONDS      10       QUICK_IMPORT_SHARE
    quick     yes                    QUICK_SECONDS * l    QUICK_SECONDS/10    5       QUICK_IMPORT_SHARE / 5
    repeat    no                     FULL_SECONDS         FULL_SECONDS       10       all
    repeat    yes                    FULL_SECONDS         HUNG_CPU_SECONDS    5       QUICK_IMPORT_SHARE
    full      no or yes              FULL_SECONDS         FULL_SECONDS       10       all

To each time is added `factor` times the seconds that the test took in the run. `l` is the load of the machine for each
processor, 1 to 3.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from pytest_execute.engine.settings import TimeLimits
from pytest_execute.replay.observations import Attempt

LimitsTable = Mapping[tuple[Attempt, bool], TimeLimits]
"""Limits by attempt, and by whether the test has hung before."""
FULL_SECONDS = 10.0
HUNG_CPU_SECONDS = 0.5
QUICK_SECONDS = 1.0
QUICK_IMPORT_SHARE = 1 / 3
MOST_LOAD = 3.0


def limits_table() -> LimitsTable:
    """Return the limits, as the machine is loaded now."""
    quick_wall = QUICK_SECONDS * _load()
    full = TimeLimits(FULL_SECONDS, FULL_SECONDS)
    return {
        ("quick", False): TimeLimits(quick_wall, QUICK_SECONDS, 10.0, QUICK_IMPORT_SHARE),
        ("quick", True): TimeLimits(quick_wall, QUICK_SECONDS / 10, 5.0, QUICK_IMPORT_SHARE / 5),
        ("repeat", False): full,
        ("repeat", True): TimeLimits(FULL_SECONDS, HUNG_CPU_SECONDS, 5.0, QUICK_IMPORT_SHARE),
        ("full", False): full,
        ("full", True): full,
    }


def _load() -> float:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 1.0
    return min(MOST_LOAD, max(1.0, load / (os.cpu_count() or 1)))
