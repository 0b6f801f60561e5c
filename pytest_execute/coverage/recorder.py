"""Records coverage in a process that runs tests, and in the processes that tests start.

The context of the data is the set of gates that the running test counts for.
Each process writes a file of its own into one directory, so that a worker that dies leaves what it recorded up to its
last test.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pytest_execute.core.coverage_patterns import source_pattern
from pytest_execute.coverage.subprocesses import SubprocessCoverage

if TYPE_CHECKING:
    from coverage import Coverage
    from coverage.config import CoverageConfig

NO_GATE_CONTEXT = "rest"
"""Context of tests that count for no gate. Code outside of any test has the empty context."""
DISABLED_WARNINGS = ["no-data-collected", "module-not-imported", "no-ctracer", "no-sysmon-context"]


class CoverageRecorder(Protocol):
    """Recorder that has started in a process that runs tests."""

    def switch(self, gates: Sequence[str]) -> None:
        """Count code that runs from now on for `gates`, in this process and in processes that start from now on."""

    def stop(self) -> None:
        """Stop, with all data written."""


class NoCoverage:
    """Recorder for a run that does not measure coverage."""

    def switch(self, gates: Sequence[str]) -> None:
        """Do nothing."""

    def stop(self) -> None:
        """Do nothing."""


class Recorder:
    """Recorder with a coverage.py of its own, which starts at once.

    `source` holds directories and files of the implementation.
    """

    def __init__(self, source: Sequence[Path], branch: bool, directory: Path) -> None:
        self._coverage = make_coverage(source, branch, directory)
        self._after_switch: Callable[[], None] = restart_line_events if choose_core(branch) == "sysmon" else _do_nothing
        self._context = ""
        self._subprocesses = SubprocessCoverage(subprocess_config(self._coverage))
        self._coverage.start()
        self._subprocesses.start()

    def switch(self, gates: Sequence[str]) -> None:
        context = context_name(gates)
        if context != self._context:
            self._coverage.switch_context(context)
            self._after_switch()
            self._subprocesses.set_context(context)
            self._context = context

    def stop(self) -> None:
        self._subprocesses.stop()
        self._coverage.stop()
        self._coverage.save()
        self._coverage.get_data().close(force=True)


def make_coverage(source: Sequence[Path], branch: bool, directory: Path) -> Coverage:
    """Return a Coverage that writes to `directory` and reads no settings of the user; it has not started."""
    import coverage

    directory.mkdir(parents=True, exist_ok=True)
    include = [source_pattern(path) for path in source]
    cov = coverage.Coverage(
        data_file=str(directory / "data"),
        data_suffix=True,
        config_file=False,
        branch=branch,
        include=include,
        messages=False,
    )
    cov.set_option("run:disable_warnings", DISABLED_WARNINGS)
    cov.set_option("run:core", choose_core(branch))
    return cov


def subprocess_config(parent: Coverage) -> CoverageConfig:
    """Return the settings for processes that tests start."""
    config = copy.deepcopy(parent.config)
    # sigterm: a process that a test terminates saves its data, too.
    # The patches save data before `os._exit`, and start a Coverage of its own in a fork.
    config.parallel, config.sigterm, config.patch = True, True, ["_exit", "fork"]
    return config


def context_name(gates: Sequence[str]) -> str:
    return "|".join(gates) or NO_GATE_CONTEXT


def choose_core(branch: bool) -> str:
    """Return the fastest core of coverage.py for lines or branches.

    "sysmon" needs `sys.monitoring` (CPython 3.12 and later) and measures branches from CPython 3.14 on only.
    """
    return "sysmon" if hasattr(sys, "monitoring") and not branch else "ctrace"


def restart_line_events() -> None:
    """Have every line reported once more.

    coverage.py's sysmon core returns `sys.monitoring.DISABLE` for a line that it has seen, so that only the first
    context gets it.
    """
    sys.monitoring.restart_events()  # type: ignore[attr-defined, unused-ignore]  # CPython 3.12 and later


def _do_nothing() -> None:
    pass
