"""Plugin of `by_hand.py`: write a line for each test that starts or ends, and change nothing."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

LOG = Path(os.environ["BY_HAND_LOG"])
DONE = frozenset(json.loads(os.environ["BY_HAND_DONE"]))
LIMIT = int(os.environ["BY_HAND_LIMIT"])


def tell(**record: Any) -> None:
    with LOG.open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(json.dumps(record) + "\n")


def message(report: Any) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    text = crash.message if crash is not None else str(report.longrepr or "")
    lines = [line for line in text.strip().splitlines() if line.strip()] or [""]
    return (lines[0] if crash is not None else lines[-1])[:200]


def pytest_collectreport(report: Any) -> None:
    if report.failed:
        tell(collect=report.nodeid, message=message(report))


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """What was seen before a crash is not run again."""
    items[:] = [item for item in items if item.nodeid not in DONE]


def pytest_runtest_logstart(nodeid: str) -> None:
    """A test that does not end takes the process with it, by the alarm that nobody handles."""
    signal.alarm(LIMIT)
    tell(start=nodeid)


def pytest_runtest_logreport(report: Any) -> None:
    outcome = "xfailed" if hasattr(report, "wasxfail") else report.outcome
    tell(test=report.nodeid, when=report.when, outcome=outcome, message=message(report) if outcome != "passed" else "")


def pytest_runtest_logfinish(nodeid: str) -> None:
    signal.alarm(0)
    tell(finish=nodeid)


def pytest_sessionfinish() -> None:
    tell(end=True)
