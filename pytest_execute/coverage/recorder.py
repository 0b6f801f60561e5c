"""Runs coverage.py in a process that runs tests, and in those that the tests start, with a context per set of gates.

Every process writes a file of its own into one directory, so that a worker that dies leaves what it had seen up to its last test.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pytest_execute.coverage.subprocesses import SubprocessCoverage

if TYPE_CHECKING:
    from coverage import Coverage
    from coverage.config import CoverageConfig

REST = "rest"
"""The context of tests that count for no gate; what runs outside of any test has the empty context."""
SILENT = ["no-data-collected", "module-not-imported", "no-ctracer", "no-sysmon-context"]


class CoverageRecorder(Protocol):
    """What measures in a process that runs tests, and has begun."""

    def switch(self, gates: Sequence[str]) -> None:
        """What runs from here on counts for `gates`, in this process and in those that are started from here on."""

    def stop(self) -> None:
        """End; what was measured is in the directory."""


class NoCoverage:
    """Stands in where nobody asks for coverage."""

    def switch(self, gates: Sequence[str]) -> None:
        """Nothing is counted."""

    def stop(self) -> None:
        """Nothing has begun."""


class Recorder:
    """Measures from its making to `stop`. `source` holds the directories and files of the implementation."""

    def __init__(self, source: Sequence[Path], branch: bool, directory: Path) -> None:
        self.coverage = own(source, branch, directory)
        self.again: Callable[[], None] = restart if core(branch) == "sysmon" else _nothing
        self.context = ""
        self.children = SubprocessCoverage(for_children(self.coverage))
        self.coverage.start()
        self.children.begin()

    def switch(self, gates: Sequence[str]) -> None:
        context = context_of(gates)
        if context != self.context:
            self.coverage.switch_context(context)
            self.again()
            self.children.tell(context)
            self.context = context

    def stop(self) -> None:
        self.children.end()
        self.coverage.stop()
        self.coverage.save()
        self.coverage.get_data().close(force=True)


def own(source: Sequence[Path], branch: bool, directory: Path) -> Coverage:
    """A measuring of our own, not begun yet, that looks at no settings of the user."""
    import coverage

    directory.mkdir(parents=True, exist_ok=True)
    include = [str(path) if path.suffix == ".py" else f"{path}/*" for path in source]
    made = coverage.Coverage(
        data_file=str(directory / "data"),
        data_suffix=True,
        config_file=False,
        branch=branch,
        include=include,
        messages=False,
    )
    made.set_option("run:disable_warnings", SILENT)
    made.set_option("run:core", core(branch))
    return made


def for_children(parent: Coverage) -> CoverageConfig:
    """The settings for processes that the tests start."""
    config = copy.deepcopy(parent.config)
    config.parallel, config.sigterm, config.patch = True, True, ["_exit", "fork"]
    return config


def context_of(gates: Sequence[str]) -> str:
    return "|".join(gates) or REST


def core(branch: bool) -> str:
    """The fastest core that can tell what is asked for: `sys.monitoring` is, where there is one, but not of branches."""
    return "sysmon" if hasattr(sys, "monitoring") and not branch else "ctrace"


def restart() -> None:
    """Have each line told once more: sys.monitoring tells of it once, and so for the first context only."""
    sys.monitoring.restart_events()  # type: ignore[attr-defined, unused-ignore]


def _nothing() -> None:
    pass
