"""Limits of each run."""

from __future__ import annotations

import os

import pytest

from pytest_execute.engine.settings import TimeLimits
from pytest_execute.replay.time_limits import limits_table


@pytest.mark.skipif(not hasattr(os, "getloadavg"), reason="this system does not report its load")
@pytest.mark.parametrize(("load", "seconds"), [(0.1, 1.0), (4.0, 2.0), (100.0, 3.0)])
def test_a_quick_run_may_wait_longer_on_a_busy_machine_but_not_compute_more(
    monkeypatch: pytest.MonkeyPatch, load: float, seconds: float
) -> None:
    monkeypatch.setattr(os, "getloadavg", lambda: (load, 0.0, 0.0))
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    limits = limits_table()
    assert limits[("quick", False)] == TimeLimits(seconds, 1.0, 10.0, 1 / 3)
    assert limits[("quick", True)] == TimeLimits(seconds, 0.1, 5.0, 1 / 15)


def test_only_a_full_run_gives_a_test_that_has_hung_all_its_time() -> None:
    limits = limits_table()
    full = TimeLimits(10.0, 10.0, 10.0, 1.0)
    assert [limits[attempt, hung] for attempt in ("repeat", "full") for hung in (False, True)] == [
        full,
        TimeLimits(10.0, 0.5, 5.0, 1 / 3),
        full,
        full,
    ]
