"""Shares one collector of coverage.py between pytest-cov and us.

A process can have one active collector only (`Collector.start` pauses the one before it), so where pytest-cov measures,
we read from its collector. pytest-cov's data stays as it is without us; ours has contexts of our own.

coverage.py has no public way to do that. All that is used of its insides is in this module, by the names in
`COLLECTOR_ATTRIBUTES`; `find_obstacle` reports a version that lacks one. The comments are as of coverage.py 7.17; the
oldest that is allowed is 7.13.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from coverage import Coverage, CoverageData

COLLECTOR_ATTRIBUTES = (
    "covdata", "data", "flush_data", "should_trace", "should_trace_cache", "tracers", "branch", "tracer_name"
)  # fmt: skip
"""Attributes of `coverage.collector.Collector` that this module uses."""

ArcsByPath = Mapping[str, Collection[tuple[int, int]]]
LinesByPath = Mapping[str, Collection[int]]


def find_obstacle(cov: Coverage, branch: bool) -> str:
    """Return the reason why `cov` cannot be shared; "" where it can."""
    collector = getattr(cov, "_collector", None)
    if collector is None or not all(hasattr(collector, name) for name in COLLECTOR_ATTRIBUTES):
        return "--cov uses a version of coverage.py that is not supported: run with --no-cov"
    if branch and not collector.branch and collector.tracer_name() == "SysMonitor":
        return "--cov uses sys.monitoring, which does not report branches: add --cov-branch, or set core = ctrace"
    if "multiprocessing" in cov.config.concurrency:
        return "--cov measures subprocesses by concurrency = multiprocessing: use patch = subprocess, fork, _exit"
    if "COV_CORE_SOURCE" in os.environ:
        return "--cov measures subprocesses by COV_CORE_SOURCE, as pytest-cov before 7 did: update pytest-cov"
    if "COVERAGE_PROCESS_START" in os.environ:
        return "--cov measures subprocesses by COVERAGE_PROCESS_START: use patch = subprocess, fork, _exit"
    return ""


class SharedCollector:
    """Replacement for the data object of a collector: it passes to pytest-cov and to `our_data` what is for each.

    `is_our_source` accepts the files that we measure; `branch` is True if we measure branches. A muted one gives
    pytest-cov nothing.
    """

    def __init__(
        self, cov: Coverage, our_data: CoverageData, is_our_source: Callable[[str], bool], branch: bool, is_muted: bool
    ) -> None:
        self.coverage, self.is_muted = cov, is_muted
        collector: Any = cov._collector
        self.collector = collector
        self._our_data, self._is_our_source, self._branch = our_data, is_our_source, branch
        self._their_data: CoverageData = collector.covdata
        self._they_want_lines = not cov.config.branch
        self._files_for_us_alone: set[str] = set()
        self._held_back: dict[str, set[Any]] = {}
        self._is_flushing = False
        self._root = Path.cwd()
        self._install()

    def _install(self) -> None:
        """Put this object in place of the collector's data, and have tracers look at our files too.

        No code of the project has run since the collector started. A flush at this point would write a data file, which
        a worker of pytest-cov that starts later would erase.
        """
        collector = self.collector
        collector.pause()
        collector.data.clear()
        collector.covdata = self
        collector.should_trace = self._widen(collector.should_trace)
        collector.should_trace_cache.clear()
        collector.branch = collector.branch or self._branch
        # Tracers copy these attributes when they are made (Collector._start_tracer), and read them as they start.
        for tracer in collector.tracers:
            tracer.should_trace, tracer.trace_arcs = collector.should_trace, collector.branch
        collector.resume()

    def _widen(self, their_choice: Callable[..., Any]) -> Callable[..., Any]:
        """Return a `should_trace` for their files and ours; it notes the files that they did not choose."""

        def should_trace(filename: str, frame: Any) -> Any:
            disposition = their_choice(filename, frame)
            path = disposition.canonical_filename
            if not disposition.trace and self._is_our_source(path):
                disposition.trace, disposition.source_filename = True, path
                self._files_for_us_alone.add(self.collector.file_mapper(path))
            return disposition

        return should_trace

    def flush(self) -> None:
        """Take all that the tracers recorded, and hold pytest-cov's part back until it would write without us."""
        self._is_flushing = True
        try:
            self.collector.flush_data()
        finally:
            self._is_flushing = False

    def write_held_back(self) -> None:
        """Give pytest-cov what `flush` held back."""
        held, self._held_back = self._held_back, {}
        if not held:
            return
        if self._they_want_lines:
            self._their_data.add_lines(held)
        else:
            self._their_data.add_arcs(held)

    # -- the methods of CoverageData that a collector calls

    def set_context(self, context: str | None) -> str | None:
        self.write_held_back()
        return self._their_data.set_context(context)

    def add_arcs(self, arcs: ArcsByPath) -> None:
        lines = {path: {end for _, end in pairs if end >= 0} for path, pairs in arcs.items()}
        if self._branch:
            self._our_data.add_arcs(self._select_ours(arcs))
        else:
            self._our_data.add_lines(self._select_ours(lines))
        self._hold_back_theirs(lines if self._they_want_lines else arcs)

    def add_lines(self, lines: LinesByPath) -> None:
        self._our_data.add_lines(self._select_ours(lines))
        self._hold_back_theirs(lines)

    def add_file_tracers(self, tracers: Mapping[str, str]) -> None:
        if not self.is_muted and not self._is_flushing:
            self._their_data.add_file_tracers(tracers)

    def _hold_back_theirs(self, recorded: Mapping[str, Collection[Any]]) -> None:
        if self.is_muted:
            return
        for path, values in recorded.items():
            if path not in self._files_for_us_alone:
                self._held_back.setdefault(path, set()).update(values)
        if not self._is_flushing:
            self.write_held_back()

    def _select_ours(self, recorded: Mapping[str, Any]) -> dict[str, Any]:
        """Return what was recorded in our files, by absolute path; paths are relative with `relative_files = true`."""
        absolute = {str(self._root / path): values for path, values in recorded.items()}
        return {path: values for path, values in absolute.items() if self._is_our_source(path)}
