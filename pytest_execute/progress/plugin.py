"""The plugin that shows progress: redrawn in place on a terminal, line by line elsewhere, nothing where pytest is to be quiet."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from time import monotonic
from typing import Any

import pytest

from pytest_execute.core import gate_ids
from pytest_execute.core.verdict import VerdictWord
from pytest_execute.progress.board import Board, End
from pytest_execute.progress.format import WORDS, Line, block, cut, told, wide
from pytest_execute.progress.status_area import StatusArea

OFTEN = 0.2
"""Seconds between two looks at the board."""
FORECAST = 1.0
"""Seconds for which a forecast holds, but for the clock."""
LAST = ("teardown", "???")
"""The phases that end a test; `???` is xdist's, for a test that its worker died in."""
COLOUR: Mapping[VerdictWord | None, str] = {"passed": "green", "failed": "red", "blocked": "yellow"}


def fits(config: pytest.Config, reporter: Any) -> bool:
    """Can lines be redrawn? Only on a terminal that can do it, below pytest's own reporter, while nobody else writes to it."""
    return (
        type(reporter) is pytest.TerminalReporter
        and reporter.isatty()
        and os.environ.get("TERM", "") not in ("", "dumb")
        and not os.environ.get("CI")
        and config.getoption("capture", "no") != "no"
        and not config.getoption("usepdb", False)
    )


class Progress:
    """To register where the run is led. Nothing is shown before `begin`."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.reporter: Any = None
        self.board: Board | None = None
        self.screen: StatusArea | None = None
        self.stop = threading.Event()
        self.ticker: threading.Thread | None = None
        self.drawn = 0.0
        self.ends: dict[str, float] | None = None
        self.reckoned = 0.0
        self.lock = threading.Lock()

    def begin(self, board: Board) -> None:
        """The tests are known, and start now."""
        self.reporter = self.config.pluginmanager.getplugin("terminalreporter")
        if self.reporter is None or self.reporter.verbosity < 0:
            return
        self.board = board
        if not fits(self.config, self.reporter):
            return
        self.screen = self.reporter._tw._file = StatusArea(self.reporter._tw._file, wide)
        if self.config.pluginmanager.hasplugin(
            "dsession"
        ):  # where tests run in this process, it gets no thread of ours
            self.ticker = threading.Thread(target=self._tick, name="pytest-execute progress", daemon=True)
            self.ticker.start()

    # -- what pytest tells

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        if self.board is not None:
            with self.lock:
                self.board.start(nodeid, monotonic())
            if self.ticker is None:
                self._draw()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self.board is None:
            return
        with self.lock:
            cause = getattr(report, "blocked_by", None) or ""
            units = self.board.hear(report.nodeid, end_of(report), report.duration, cause, report.when in LAST)
        if self.screen is None:
            for unit in units:
                if gate_ids.level(unit) in ("task", "stream"):
                    tally = self.board.tallies[unit]
                    self._say(told(unit, tally), WORDS.get(tally.state))

    def pytest_enter_pdb(self) -> None:
        self.show(())

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """The tests are over: the lines go, before anything else is written."""
        self.stop.set()
        if self.ticker is not None:
            self.ticker.join()
        self.board = None
        self.show(())

    def pytest_unconfigure(self) -> None:
        if self.screen is not None:
            self.show(())
            self.reporter._tw._file = self.screen.file
            self.screen = None

    # -- what is shown

    def _say(self, text: str, word: VerdictWord | None) -> None:
        """A line of its own, after which pytest goes on as if it had been pytest's."""
        reporter, writer = self.reporter, self.reporter._tw
        reporter.ensure_newline()
        if writer.width_of_current_line:
            writer.line()
        writer.write(f"execute: {text}", **({COLOUR[word]: True} if word in COLOUR else {}))
        if reporter.showfspath or reporter.showlongtestinfo:
            reporter.currentfspath = -2  # pytest itself ends the line, before it names the next test
        else:
            writer.line()

    def _tick(self) -> None:
        while not self.stop.wait(OFTEN):
            self._draw()

    def _draw(self) -> None:
        now = monotonic()
        if self.screen is None or self.board is None or now - self.drawn < OFTEN / 2:
            return
        self.drawn = now
        width, height = self.screen.size()
        with self.lock:
            if now - self.reckoned >= FORECAST:
                self.ends, self.reckoned = self.board.to_go(now), now
            lines = block(self.board, self.ends, width - 1, height - 2)
        if not self.stop.is_set():
            self.show(lines)

    def show(self, lines: Sequence[Line]) -> None:
        """These lines below what pytest writes, or none."""
        if self.screen is not None:
            self.screen.show([self._styled(*line) for line in lines])

    def _styled(self, text: str, word: VerdictWord | None) -> str:
        encoding = getattr(self.screen, "encoding", None) or "utf-8"
        text = text.encode(encoding, "replace").decode(encoding)
        return str(self.reporter._tw.markup(text, **{COLOUR[word]: True})) if word in COLOUR else text

    @contextlib.contextmanager
    def counting(self, what: str) -> Iterator[Callable[[int, int], None]]:
        """What shows how many of how many are done of something else, where lines can be redrawn; any thread may call it."""
        going = True

        def count(done: int, total: int) -> None:
            with self.lock:
                if going and self.screen is not None and monotonic() - self.drawn >= OFTEN:
                    self.drawn = monotonic()
                    self.show([(cut(f"{done} of {total} {what}", self.screen.size()[0] - 1), None)])

        try:
            yield count
        finally:
            with self.lock:  # a thread that is not waited for may still count
                going = False
                self.show(())


def end_of(report: pytest.TestReport) -> End | None:
    """What this report alone says of the test: something that keeps it from passing, or nothing of the kind."""
    if getattr(report, "blocked_by", None) is not None:
        return "blocked"
    if report.failed:
        return "failed"
    return None if report.outcome == "passed" and not hasattr(report, "wasxfail") else "skipped"
