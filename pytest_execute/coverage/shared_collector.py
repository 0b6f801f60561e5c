"""Takes what pytest-cov's own measuring finds: for pytest-cov as it would be without us, and for us with contexts of ours.

coverage.py has no door for that. What is used of its inside is all here and in `why_not`, which says so where it is missing.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from coverage import Coverage, CoverageData

INSIDE = ("covdata", "data", "flush_data", "should_trace", "should_trace_cache", "tracers", "branch", "tracer_name")
"""What we use of a collector of coverage.py."""

Arcs = Mapping[str, Collection[tuple[int, int]]]
Lines = Mapping[str, Collection[int]]


def why_not(cov: Coverage, branch: bool) -> str:
    """Why we cannot measure along with this one; "" where we can."""
    collector = getattr(cov, "_collector", None)
    if collector is None or not all(hasattr(collector, name) for name in INSIDE):
        return "--cov measures with a version of coverage.py that is not known here: run with --no-cov"
    if branch and not collector.branch and collector.tracer_name() == "SysMonitor":
        return "--cov measures by sys.monitoring, which tells no branches: add --cov-branch, or set core = ctrace"
    if "multiprocessing" in cov.config.concurrency:
        return "--cov measures processes by concurrency = multiprocessing: use patch = subprocess, fork, _exit"
    if "COV_CORE_SOURCE" in os.environ:
        return "--cov measures processes in the way of pytest-cov before 7: update it"
    if "COVERAGE_PROCESS_START" in os.environ:
        return "--cov measures processes by COVERAGE_PROCESS_START: use patch = subprocess, fork, _exit"
    return ""


class SharedCollector:
    """Stands between a collector of coverage.py and its data; `wanted` tells which files are ours.

    `ours` gets branches where `branch` says so. Where `muted`, theirs gets nothing.
    """

    def __init__(
        self, cov: Coverage, ours: CoverageData, wanted: Callable[[str], bool], branch: bool, muted: bool
    ) -> None:
        self.coverage, self.ours, self.wanted, self.branch, self.muted = cov, ours, wanted, branch, muted
        collector: Any = cov._collector
        self.collector = collector
        self.theirs: CoverageData = collector.covdata
        self.lines_only = not cov.config.branch
        self.hidden: set[str] = set()
        self.held: dict[str, set[Any]] = {}
        self.holding = False
        self.root = Path.cwd()
        self._mount()

    def _mount(self) -> None:
        """Nothing of the project has run since it began; to flush now would make a file, which workers that begin later remove."""
        collector = self.collector
        collector.pause()
        collector.data.clear()
        collector.covdata = self
        collector.should_trace = self._widened(collector.should_trace)
        collector.should_trace_cache.clear()
        collector.branch = collector.branch or self.branch
        for tracer in collector.tracers:
            tracer.should_trace, tracer.trace_arcs = collector.should_trace, collector.branch
        collector.resume()

    def _widened(self, theirs: Callable[..., Any]) -> Callable[..., Any]:
        """Their choice of files, and ours; what is ours alone is kept from them."""

        def choose(filename: str, frame: Any) -> Any:
            found = theirs(filename, frame)
            path = found.canonical_filename
            if not found.trace and self.wanted(path):
                found.trace, found.source_filename = True, path
                self.hidden.add(self.collector.file_mapper(path))
            return found

        return choose

    def flush(self) -> None:
        """Have all that was seen up to here. Theirs is held back until pytest-cov itself would have written it."""
        self.holding = True
        try:
            self.collector.flush_data()
        finally:
            self.holding = False

    def release(self) -> None:
        """Write what was held back."""
        held, self.held = self.held, {}
        if held:
            self._write(held)

    # -- what a collector asks of its data

    def set_context(self, context: str | None) -> str | None:
        self.release()
        return self.theirs.set_context(context)

    def add_arcs(self, arcs: Arcs) -> None:
        reached = {path: {line for _, line in ways if line >= 0} for path, ways in arcs.items()}
        if self.branch:
            self.ours.add_arcs(self._ours(arcs))
        else:
            self.ours.add_lines(self._ours(reached))
        self._add_theirs(reached if self.lines_only else arcs)

    def add_lines(self, lines: Lines) -> None:
        self.ours.add_lines(self._ours(lines))
        self._add_theirs(lines)

    def add_file_tracers(self, tracers: Mapping[str, str]) -> None:
        if not self.muted and not self.holding:
            self.theirs.add_file_tracers(tracers)

    def _add_theirs(self, found: Mapping[str, Collection[Any]]) -> None:
        if self.muted:
            return
        for path, values in found.items():
            if path not in self.hidden:
                self.held.setdefault(path, set()).update(values)
        if not self.holding:
            self.release()

    def _write(self, found: Mapping[str, set[Any]]) -> None:
        if self.lines_only:
            self.theirs.add_lines(found)
        else:
            self.theirs.add_arcs(found)

    def _ours(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """Their names of files are relative where their settings say so."""
        absolute = {str(self.root / path): values for path, values in found.items()}
        return {path: values for path, values in absolute.items() if self.wanted(path)}
