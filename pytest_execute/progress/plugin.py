"""Plugin that shows progress: redrawn in place on a terminal, line by line elsewhere, not at all with `-q`."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from time import monotonic
from typing import Any

import pytest

from pytest_execute.core.coloured_lines import Line, markup
from pytest_execute.core.verdict import VerdictWord
from pytest_execute.progress.board import Board, TestEnd
from pytest_execute.progress.format import VERDICTS, columns, ended_line, render, truncate
from pytest_execute.progress.status_area import StatusArea

REDRAW_INTERVAL = 0.2
"""Seconds between two drawings."""
FORECAST_INTERVAL = 1.0
"""Seconds between two forecasts."""
LAST_PHASES = ("teardown", "???")
"""Phases that end a test; `???` is the phase that xdist 3.8 gives a test whose worker crashed."""


def can_redraw(config: pytest.Config, reporter: Any) -> bool:
    """Return True on a terminal that can redraw lines, while only pytest's own reporter writes to it."""
    return (
        type(reporter) is pytest.TerminalReporter
        and reporter.isatty()
        and os.environ.get("TERM", "") not in ("", "dumb")
        and not os.environ.get("CI")
        and config.getoption("capture", "no") != "no"
        and not config.getoption("usepdb", False)
    )


class ProgressPlugin:
    """Plugin for the process that the user started. Nothing is shown before `begin`."""

    def __init__(self, config: pytest.Config) -> None:
        self.config = config
        self.reporter: Any = None
        self.board: Board | None = None
        self.status_area: StatusArea | None = None
        self.stopped = threading.Event()
        self.thread: threading.Thread | None = None
        self.draw_time = 0.0
        self.remaining: dict[str, float] | None = None
        self.forecast_time = 0.0
        self.lock = threading.Lock()

    def begin(self, board: Board) -> None:
        """Show the progress of the tests, which start now."""
        self.reporter = self.config.pluginmanager.getplugin("terminalreporter")
        if self.reporter is None or self.reporter.verbosity < 0:
            return
        self.board = board
        if not can_redraw(self.config, self.reporter):
            return
        self.status_area = self.reporter._tw._file = StatusArea(self.reporter._tw._file, columns)
        # Where tests run in this process, it gets no thread of ours: forks and thread counts of the tests stay as they
        # are.
        if self.config.pluginmanager.hasplugin("dsession"):
            self.thread = threading.Thread(target=self._draw_repeatedly, name="pytest-execute progress", daemon=True)
            self.thread.start()

    # Events

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logstart(self, nodeid: str) -> None:
        if self.board is not None:
            with self.lock:
                self.board.start(nodeid, monotonic())
            if self.thread is None:
                self._draw()

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if self.board is None:
            return
        with self.lock:
            cause = getattr(report, "blocked_by", None) or ""
            is_last = report.when in LAST_PHASES
            gates = self.board.record(report.nodeid, test_end(report), report.duration, cause, is_last)
        if self.status_area is None:
            for gate in gates:
                if gate.startswith(("task:", "stream:")):
                    progress = self.board.progress[gate]
                    self._write_line(ended_line(gate, progress), VERDICTS.get(progress.state))

    def pytest_enter_pdb(self) -> None:
        self.show(())

    @pytest.hookimpl(tryfirst=True)
    def pytest_sessionfinish(self) -> None:
        """Remove the lines before anything else is written."""
        self.stopped.set()
        if self.thread is not None:
            self.thread.join()
        self.board = None
        self.show(())

    def pytest_unconfigure(self) -> None:
        if self.status_area is not None:
            self.show(())
            self.reporter._tw._file = self.status_area.file
            self.status_area = None

    # Display

    def _write_line(self, text: str, word: VerdictWord | None) -> None:
        """Write a line between those of pytest, which continues as if it had written the line itself."""
        reporter, writer = self.reporter, self.reporter._tw
        reporter.ensure_newline()
        if writer.width_of_current_line:
            writer.line()
        writer.write(f"execute: {text}", **markup(word))
        if reporter.showfspath or reporter.showlongtestinfo:
            reporter.currentfspath = -2  # pytest (8.4 to 9.2) has this value after its own lines, and ends them itself
        else:
            writer.line()

    def _draw_repeatedly(self) -> None:
        while not self.stopped.wait(REDRAW_INTERVAL):
            self._draw()

    def _draw(self) -> None:
        now = monotonic()
        if self.status_area is None or self.board is None or now - self.draw_time < REDRAW_INTERVAL / 2:
            return
        self.draw_time = now
        width, height = self.status_area.size()
        with self.lock:
            if now - self.forecast_time >= FORECAST_INTERVAL:
                self.remaining, self.forecast_time = self.board.remaining_seconds(now), now
            lines = render(self.board, self.remaining, width - 1, height - 2)
        if not self.stopped.is_set():
            self.show(lines)

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines below those of pytest, or none."""
        if self.status_area is not None:
            self.status_area.show([self._styled(*line) for line in lines])

    def _styled(self, text: str, word: VerdictWord | None) -> str:
        encoding = getattr(self.status_area, "encoding", None) or "utf-8"
        text = text.encode(encoding, "replace").decode(encoding)
        colour = markup(word)
        return str(self.reporter._tw.markup(text, **colour)) if colour else text

    @contextlib.contextmanager
    def counting(self, noun: str) -> Iterator[Callable[[int, int], None]]:
        """Give a function that shows `3 of 36 {noun}` where lines can be redrawn; any thread may call it."""
        is_active = True

        def count(done: int, total: int) -> None:
            with self.lock:
                if is_active and self.status_area is not None and monotonic() - self.draw_time >= REDRAW_INTERVAL:
                    self.draw_time = monotonic()
                    self.show([(truncate(f"{done} of {total} {noun}", self.status_area.size()[0] - 1), None)])

        try:
            yield count
        finally:
            with self.lock:  # a thread that nobody waits for may still call it
                is_active = False
                self.show(())


def test_end(report: pytest.TestReport) -> TestEnd | None:
    """Return the end that this report alone gives the test; None if nothing keeps it from passing."""
    if getattr(report, "blocked_by", None) is not None:
        return "blocked"
    if report.failed:
        return "failed"
    return None if report.outcome == "passed" and not hasattr(report, "wasxfail") else "skipped"
