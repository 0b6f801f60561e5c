"""Runs coverage.py in a process that runs tests, and in those that the tests start, with a context per set of gates.

Every process writes a file of its own into one directory, so that a worker that dies leaves what it had seen up to its last test.
"""

from __future__ import annotations

import contextlib
import copy
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coverage import Coverage

REST = "rest"
"""The context of tests that count for no gate; what runs outside of any test has the empty context."""
PROCESS_CONFIG = "COVERAGE_PROCESS_CONFIG"
"""Where coverage.py's own `.pth` file looks, when a Python process starts, for what to measure."""
SILENT = ["no-data-collected", "module-not-imported", "no-ctracer", "no-sysmon-context"]


class Recorder:
    """Measures from its making to `stop`. `source` holds the directories and files of the implementation."""

    def __init__(self, source: Sequence[Path], branch: bool, directory: Path) -> None:
        import coverage

        directory.mkdir(parents=True, exist_ok=True)
        include = [str(path) if path.suffix == ".py" else f"{path}/*" for path in source]
        self.coverage: Coverage = coverage.Coverage(
            data_file=str(directory / "data"),
            data_suffix=True,
            config_file=False,
            branch=branch,
            include=include,
            messages=False,
        )
        self.coverage.set_option("run:disable_warnings", SILENT)
        self.coverage.set_option("run:core", core(branch))
        self.again: Callable[[], None] = _restart if core(branch) == "sysmon" else _nothing
        self.context = ""
        self.children = _Children(self.coverage)
        self.coverage.start()
        self.children.begin()

    def switch(self, gates: Sequence[str]) -> None:
        """What runs from here on counts for `gates`, in this process and in those that are started from here on."""
        context = "|".join(gates) or REST
        if context != self.context:
            self.coverage.switch_context(context)
            self.again()
            self.children.tell(context)
            self.context = context

    def stop(self) -> None:
        """End; what was measured is in the directory."""
        self.children.end()
        self.coverage.stop()
        self.coverage.save()
        self.coverage.get_data().close(force=True)


def core(branch: bool) -> str:
    """The fastest core that can tell what is asked for: `sys.monitoring` is, where there is one, but not of branches."""
    return "sysmon" if hasattr(sys, "monitoring") and not branch else "ctrace"


def _restart() -> None:
    """Have each line told once more: sys.monitoring tells of it once, and so for the first context only."""
    sys.monitoring.restart_events()  # type: ignore[attr-defined, unused-ignore]


def _nothing() -> None:
    pass


class _Children:
    """Has the processes that the tests start measured too, each for the gates of the test that started it."""

    active: _Children | None = None

    def __init__(self, parent: Coverage) -> None:
        self.config = copy.deepcopy(parent.config)
        self.config.parallel = True
        self.config.sigterm = True
        self.config.patch = ["_exit", "fork"]
        self.parent, self.before = parent, os.environ.get(PROCESS_CONFIG)
        self.texts: dict[str, str] = {}

    def begin(self) -> None:
        _Children.active = self
        _watch_forks()
        self.tell("")

    def tell(self, context: str) -> None:
        """Leave in the environment what a process needs that is started from here on."""
        if context not in self.texts:
            self.config.context = context or None
            self.texts[context] = self.config.serialize()
        os.environ[PROCESS_CONFIG] = self.texts[context]

    def end(self) -> None:
        _Children.active = None
        os.environ.pop(PROCESS_CONFIG, None)
        if self.before is not None:
            os.environ[PROCESS_CONFIG] = self.before


def _watch_forks(done: list[bool] = []) -> None:  # noqa: B006 - once in a process, as it cannot be taken back
    if not done and hasattr(os, "register_at_fork"):
        done.append(True)
        os.register_at_fork(after_in_child=_in_fork)


def _in_fork() -> None:
    """In a child that was forked: leave the parent's data alone, and begin anew in a file of its own."""
    children = _Children.active
    if children is None:
        return
    import coverage

    _Children.active = None  # a fork of the child is the business of coverage.py's own patch
    with contextlib.suppress(Exception):
        children.parent._auto_save = False
        children.parent.stop()
        coverage.process_startup(force=True)
