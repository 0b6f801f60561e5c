"""The departure board on the quay."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime

from ferry.sailings import Sailing
from ferry.timetable import Timetable


def row(sailing: Sailing, now: datetime) -> str:
    """One line of the board: when, which, what boat, and what a passenger should know."""
    return f"{sailing.departs:%H:%M}  {sailing.number:<5}  {sailing.boat!s:<20}  {remark(sailing, now)}"


def remark(sailing: Sailing, now: datetime) -> str:
    """The minutes until a sailing leaves, where that is more than boarding time and less than two hours."""
    status = sailing.status(now)
    if status != "scheduled":
        return status
    minutes = int((sailing.departs - now).total_seconds()) // 60
    return f"in {minutes} min" if minutes < 120 else "on time"


def rows(timetable: Timetable, now: datetime) -> list[str]:
    """The lines for the rest of the day, or one that says that it is over."""
    coming = [sailing for sailing in timetable.on(now.date()) if sailing.departs > now]
    if not coming:
        return ["No more sailings today"]
    return [row(sailing, now) for sailing in coming]


class Pager:
    """Shows long boards page by page, each for some seconds, and stays on the last."""

    def __init__(self, lines: Sequence[str], size: int, seconds: float) -> None:
        self._pages = [list(lines[start : start + size]) for start in range(0, len(lines), size)]
        self._seconds = seconds
        self._began = time.monotonic()

    def page(self) -> list[str]:
        """The lines that are shown now."""
        turned = int((time.monotonic() - self._began) / self._seconds)
        return self._pages[min(turned, len(self._pages) - 1)]
