"""Measures the processes that tests start, each for the gates of the test that started it.

Two ways into a new process are used, as of coverage.py 7.17:

| process | how it is measured |
| --- | --- |
| a new Python | its `.pth` file starts coverage.py with the configuration in the variable `COVERAGE_PROCESS_CONFIG` |
| a fork | a hook of `os.register_at_fork` starts coverage.py in the child with the same configuration |
"""

from __future__ import annotations

import contextlib
import copy
import os
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coverage.config import CoverageConfig

PROCESS_CONFIG = "COVERAGE_PROCESS_CONFIG"


def restart_in_fork() -> None:
    """Replace the parent's coverage.py in a forked child by one with its own data file.

    The parent's data is not saved here.

    `coverage.control._after_fork_in_child` does nearly the same; it restarts with the parent's configuration, which has
    no gates.
    """
    import coverage

    SubprocessCoverage.active = None  # forks of the child are left to coverage.py's own `patch = fork`
    while (current := coverage.Coverage.current()) is not None:
        current._auto_save = False
        current.stop()
    coverage.process_startup(force=True)


class SubprocessCoverage:
    """Puts `config` into the environment, with the context of the test that runs, as `mark_context` writes it.

    `after_fork` is called in each forked child.
    """

    active: SubprocessCoverage | None = None

    def __init__(
        self,
        config: CoverageConfig,
        mark_context: Callable[[str], str] = str,
        after_fork: Callable[[], None] = restart_in_fork,
    ) -> None:
        self.config = copy.deepcopy(config)
        self.after_fork = after_fork
        self._mark_context = mark_context
        self._previous = os.environ.get(PROCESS_CONFIG)
        self._serialized: dict[str, str] = {}

    def start(self) -> None:
        SubprocessCoverage.active = self
        _register_fork_hook()
        self.set_context("")

    def set_context(self, context: str) -> None:
        """Have processes that start from now on recorded in this context."""
        if context not in self._serialized:
            self.config.context = self._mark_context(context) or None
            self._serialized[context] = self.config.serialize()
        os.environ[PROCESS_CONFIG] = self._serialized[context]

    def stop(self) -> None:
        SubprocessCoverage.active = None
        os.environ.pop(PROCESS_CONFIG, None)
        if self._previous is not None:
            os.environ[PROCESS_CONFIG] = self._previous


def _register_fork_hook() -> None:
    """Register the hook with each start, so that it runs after those that coverage.py has registered by then.

    CPython calls `after_in_child` hooks in the order of their registration, and has no way to remove one.
    """
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_run_after_fork)


def _run_after_fork() -> None:
    if SubprocessCoverage.active is not None:
        with contextlib.suppress(Exception):  # a fault of ours must not end the child, which is the user's
            SubprocessCoverage.active.after_fork()
