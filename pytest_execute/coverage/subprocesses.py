"""Has the processes that the tests start measured too, each for the gates of the test that started it."""

from __future__ import annotations

import contextlib
import copy
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coverage.config import CoverageConfig

PROCESS_CONFIG = "COVERAGE_PROCESS_CONFIG"
"""Where coverage.py's own `.pth` file looks, when a Python process starts, for what to measure."""


def afresh() -> None:
    """In a child that was forked: leave the parent's data alone, and begin anew in a file of its own."""
    import coverage

    SubprocessCoverage.active = None  # a fork of the child is the business of coverage.py's own patch
    while (current := coverage.Coverage.current()) is not None:
        current._auto_save = False
        current.stop()
    coverage.process_startup(force=True)


class SubprocessCoverage:
    """Leaves in the environment what `config` says, with the context of the test that runs, as `mark` writes it.

    In a child that is forked, `forked` is called.
    """

    active: SubprocessCoverage | None = None

    def __init__(
        self, config: CoverageConfig, mark: Callable[[str], str] = str, forked: Callable[[], None] = afresh
    ) -> None:
        self.config = copy.deepcopy(config)
        self.mark, self.forked = mark, forked
        self.before = os.environ.get(PROCESS_CONFIG)
        self.texts: dict[str, str] = {}

    def begin(self) -> None:
        SubprocessCoverage.active = self
        _watch_forks()
        self.tell("")

    def tell(self, context: str) -> None:
        """Leave in the environment what a process needs that is started from here on."""
        if context not in self.texts:
            self.config.context = self.mark(context) or None
            self.texts[context] = self.config.serialize()
        os.environ[PROCESS_CONFIG] = self.texts[context]

    def end(self) -> None:
        SubprocessCoverage.active = None
        os.environ.pop(PROCESS_CONFIG, None)
        if self.before is not None:
            os.environ[PROCESS_CONFIG] = self.before


def _watch_forks() -> None:
    """As often as somebody begins: what coverage.py has registered by then comes first. It cannot be taken back."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_in_fork)


def _in_fork() -> None:
    if SubprocessCoverage.active is not None:
        with contextlib.suppress(Exception):
            SubprocessCoverage.active.forked()
