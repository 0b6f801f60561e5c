"""Output on the terminal: the verdict at the end, and lines for a person who waits."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_execute.core.coloured_lines import markup
from pytest_execute.reports import terminal
from pytest_execute.session.state import MainProcess


class TerminalSummary:
    """Plugin that writes notices and the verdict, or the error that prevented one."""

    def __init__(self, main: MainProcess) -> None:
        self.main = main

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if self.main.error:
            terminalreporter.write_line(f"ERROR: {self.main.error}", red=True)
        if self.main.judgement is None:
            return
        verdict, evidence = self.main.judgement
        plan = self.main.context.plan
        for notice in self.main.notices:
            terminalreporter.write_line(f"execute: {notice}", yellow=True)
        terminalreporter.section(f"execute: {plan.title or plan.topic}")
        for text, word in terminal.render(verdict, plan, evidence):
            terminalreporter.write_line(text, **markup(word))


def write_line(config: pytest.Config, text: str) -> None:
    """Write a line on the terminal, unless it is to be quiet."""
    reporter: Any = config.pluginmanager.getplugin("terminalreporter")
    if reporter is not None and reporter.verbosity >= 0:
        reporter.ensure_newline()
        # pytest's reporter (8.4 to 9.2) does not count the letters of tests as a line that it began
        if reporter._tw.width_of_current_line:
            reporter._tw.line()
        reporter.write_line(text)
