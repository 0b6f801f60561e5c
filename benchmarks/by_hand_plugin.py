"""Plugin of plain pytest for `by_hand.py`: log the start and the outcome of each test, a line each.

It changes no outcome.
"""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

LOG = Path(os.environ["BY_HAND_LOG"])
DONE = frozenset(json.loads(os.environ["BY_HAND_DONE"]))
LIMIT = int(os.environ["BY_HAND_LIMIT"])


def log(**record: Any) -> None:
    with LOG.open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(json.dumps(record) + "\n")


def message(report: Any) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else str(report.longrepr or "")
    lines = [line for line in text.strip().splitlines() if line.strip()] or [""]
    return (lines[0] if crash is not None else lines[-1])[:200]


def pytest_collectreport(report: Any) -> None:
    if report.failed:
        log(collect=report.nodeid, message=message(report))


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Leave out the tests that ran before a crash."""
    items[:] = [item for item in items if item.nodeid not in DONE]


def pytest_runtest_logstart(nodeid: str) -> None:
    """Set an alarm, which has no handler: a test that does not end ends the process."""
    signal.alarm(LIMIT)
    log(start=nodeid)


def pytest_runtest_logreport(report: Any) -> None:
    outcome = "xfailed" if hasattr(report, "wasxfail") else report.outcome
    log(test=report.nodeid, when=report.when, outcome=outcome, message=message(report) if outcome != "passed" else "")


def pytest_runtest_logfinish(nodeid: str) -> None:
    signal.alarm(0)
    log(finish=nodeid)


def pytest_sessionfinish() -> None:
    log(end=True)
