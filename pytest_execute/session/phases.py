"""Phases after the run, for a person who waits: what runs now, how much of it is done, and how long it took."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from time import monotonic

import pytest

from pytest_execute.progress.plugin import ProgressPlugin
from pytest_execute.session.summary import write_line
from pytest_execute.workflow.request import ProgressCallback


class Phases:
    """Function that begins a phase; its time is written where no line can be redrawn, as on a pipe."""

    def __init__(self, config: pytest.Config, progress: ProgressPlugin) -> None:
        self.config, self.progress = config, progress

    @contextlib.contextmanager
    def __call__(self, title: str, noun: str) -> Iterator[ProgressCallback]:
        """Write the title and give a function that shows `3 of 36 {noun}`."""
        write_line(self.config, f"execute: {title} …")
        begin, counted = monotonic(), "all results were known"
        with self.progress.counting(noun) as show:

            def count(done: int, total: int) -> None:
                nonlocal counted
                counted = f"{done} of {total} {noun}"
                show(done, total)

            yield count
        if self.progress.status_area is None:
            write_line(self.config, f"execute: {counted} ({monotonic() - begin:.1f} s)")
