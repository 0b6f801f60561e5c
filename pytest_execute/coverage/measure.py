"""Measures what each gate's tests reach, from the recording of all processes.

| measure | lines | counted as reached |
| --- | --- | --- |
| `task:<id>`, `stream:<id>` | changed lines of its tasks | in functions: when its own tests ran them |
| "changed" | all changed lines | in functions: when any test ran them; others: when anything did |
| "system" | all lines of the implementation | when anything ran them |

Lines that run on import say nothing about tests. They are left out of a task's measure, unless nothing ran them at all.
Exclusion comments such as `# pragma: no cover` count in the system's measure only, and there only in files of which no
changed line has one: in changed code, they would hide the lines that are judged.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import coverage
from coverage.exceptions import NoSource, NotPython
from coverage.python import PythonFileReporter
from coverage.results import analysis_from_file_reporter
from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core.evidence import Measure
from pytest_execute.core.ownership import LineOwners
from pytest_execute.core.plan import Plan
from pytest_execute.coverage import source
from pytest_execute.coverage.data import Arcs, ContextFilter, Recording

NO_MATCH = "(?!)"
"""A regular expression that matches nothing."""
EXCLUSION_COMMENT = re.compile(r"#\s*(?i:pragma)[:\s]?\s*(?i:no)\s*(?i:cover|branch)")
"""The default exclusion comments of coverage.py. Its other defaults, `...` and code for type checkers, hide nothing
that counts.
"""


class MeasureRequest(Struct, frozen=True, kw_only=True):
    """Files and lines to measure. Paths are relative to `root`.

    - `sources`: all files of the implementation
    - `changed`: the lines that the topic added to them
    - `owners`: the tasks of these lines
    - `tasks_with_files`: ids of tasks that name files; such a task has a measure even if no line is its own
    - `exclude`: regular expressions of the policy at base for changed lines that need not be reached
    """

    root: Path
    branch: bool
    sources: tuple[str, ...]
    changed: dict[str, frozenset[int]]
    owners: LineOwners = {}
    tasks_with_files: frozenset[str] = frozenset()
    exclude: tuple[str, ...] = ()


def measure(plan: Plan, request: MeasureRequest, recording: Recording) -> dict[str, Measure]:
    """Return a measure for each `task:<id>` and `stream:<id>`, for "changed" and for "system"."""
    return dict(_measures(plan, request, _Analyzer(request, recording)))


def _measures(plan: Plan, request: MeasureRequest, analyzer: _Analyzer) -> Iterator[tuple[str, Measure]]:
    owners = {task for lines in request.owners.values() for tasks in lines.values() for task in tasks}
    for task in plan.tasks:
        if task.id in request.tasks_with_files or task.id in owners:
            yield f"task:{task.id}", _total(analyzer.measure_tasks({task.id}, set()))
    for stream in plan.streams:
        tasks = {task.id for task in plan.tasks_of(stream.id)}
        gates = {f"stream:{stream.id}", *(f"task:{task}" for task in tasks)}
        yield f"stream:{stream.id}", _total(analyzer.measure_tasks(tasks, gates))
    yield "changed", _total(analyzer.measure_changed(path) for path in request.sources)
    yield "system", _total(analyzer.measure_file(path) for path in request.sources)


def _total(measures: Iterable[Measure]) -> Measure:
    """Return the sum of measures; several of them may have lines of one file."""
    parts = list(measures)
    numbers = {
        name: sum(getattr(part, name) for part in parts)
        for name in ("lines", "covered", "branches", "covered_branches")
    }
    return Measure(
        **numbers,
        missing=_merge(part.missing for part in parts),
        missing_branches=_merge(part.missing_branches for part in parts),
        missing_arcs=_merge(part.missing_arcs for part in parts),
        excluded=_merge(part.excluded for part in parts),
        ignored=_merge(part.ignored for part in parts),
        opaque=_merge(part.opaque for part in parts),
    )


def _merge(parts: Iterable[dict[str, tuple[Any, ...]]]) -> dict[str, tuple[Any, ...]]:
    merged: dict[str, set[Any]] = {}
    for part in parts:
        for path, values in part.items():
            merged.setdefault(path, set()).update(values)
    return {path: tuple(sorted(values)) for path, values in sorted(merged.items())}


class _FileAnalysis(Struct, frozen=True):
    """coverage.py's analysis of a file.

    `branches` has `{line: (exits, exits taken)}`, `missing_arcs` has `{line: exits not taken}`.
    """

    statements: frozenset[int]
    missing: frozenset[int]
    branches: dict[int, tuple[int, int]] = {}
    missing_arcs: dict[int, list[int]] = {}
    excluded: frozenset[int] = frozenset()


class _ArcData:
    """Arcs of one file, with the methods of CoverageData that `coverage.results` calls (coverage.py 7.17)."""

    def __init__(self, arcs: Arcs, branch: bool) -> None:
        self._arcs, self._branch = arcs, branch

    def has_arcs(self) -> bool:
        return self._branch

    def lines(self, filename: str) -> set[int]:
        return {line for arc in self._arcs for line in arc if line > 0}

    def arcs(self, filename: str) -> Arcs:
        return self._arcs


class _Analyzer:
    """Measures one file after the other.

    It calls `analysis_from_file_reporter`, which is no public API (as of coverage.py 7.17): the public
    `Coverage.analysis2` reads and parses a file anew each time, and takes no contexts.
    """

    def __init__(self, request: MeasureRequest, recording: Recording) -> None:
        self._request, self._recording = request, recording
        self._with_exclusions = coverage.Coverage(data_file=None, config_file=False, messages=False)
        self._without_exclusions = coverage.Coverage(data_file=None, config_file=False, messages=False)
        self._without_exclusions.set_option("report:exclude_lines", list(request.exclude) or [NO_MATCH])
        self._without_exclusions.set_option("report:partial_branches", [NO_MATCH])
        self._without_exclusions.set_option("report:partial_branches_always", [NO_MATCH])
        for cov in (self._with_exclusions, self._without_exclusions):
            cov.get_data().close(force=True)  # `data_file=None` opens a database in memory

    def measure_tasks(self, tasks: set[str], gates: set[str]) -> Iterator[Measure]:
        """Measure the lines of `tasks`; tests of any task that a line belongs to reach it, and tests of `gates`."""
        for path, lines in self._request.owners.items():
            lines_by_owners: dict[frozenset[str], set[int]] = {}
            for line, owners in lines.items():
                if owners & tasks:
                    lines_by_owners.setdefault(owners, set()).add(line)
            measured: set[int] = set()
            for owners, own in lines_by_owners.items():
                statements = self._with_statement_starts(path, own) - measured
                measured |= statements
                is_counted = _has_gate({*gates, *(f"task:{task}" for task in owners)})
                yield self._measure_lines(path, statements, is_counted)

    def measure_changed(self, path: str) -> Measure:
        """Measure the changed lines of a file: any test reaches those in functions, and anything the others."""
        lines = self._request.changed.get(path)
        if not lines:
            return Measure()
        return self._measure_lines(path, self._with_statement_starts(path, lines), bool, imports=True)

    def measure_file(self, path: str) -> Measure:
        """Measure all lines of a file, which anything reaches; exclusions are ignored if a changed line has one."""
        text = _read_text(self._request.root / path).splitlines()
        changed = [text[line - 1] for line in self._request.changed.get(path, ()) if line <= len(text)]
        analysis = self._analyze(path, None, with_exclusions=not any(map(_has_exclusion, changed)))
        return _count(path, analysis.statements, lambda line: analysis)

    def _with_statement_starts(self, path: str, lines: Iterable[int]) -> set[int]:
        """Return the lines, and the first lines of their statements."""
        starts = self._source_lines(path).statement_starts
        return {starts.get(line, line) for line in lines} | set(lines)

    @functools.cache  # noqa: B019 - an analyzer lives as long as one call of `measure`
    def _source_lines(self, path: str) -> source.SourceLines:
        return source.classify_lines(_read_text(self._request.root / path))

    def _measure_lines(
        self, path: str, wanted: set[int], is_counted: ContextFilter, *, imports: bool = False
    ) -> Measure:
        """Measure these lines of a file: contexts that `is_counted` accepts reach those in functions, and any context
        the others.

        Other lines count only with `imports`, or where nothing ran them.
        """
        lines = self._source_lines(path)
        anything, counted = self._analyze(path, None), self._analyze(path, is_counted)
        measured = (wanted & anything.statements) - lines.inert
        if not imports:
            measured = {line for line in measured if line in lines.function_bodies or line in anything.missing}
        part = _count(path, measured, lambda line: counted if line in lines.function_bodies else anything)
        listed = {
            "excluded": wanted & anything.excluded,
            "ignored": wanted & self._lines_with_exclusion(path) - anything.excluded,
            "opaque": wanted & lines.opaque,
        }
        return replace(part, **{name: _by_path(path, sorted(found)) for name, found in listed.items()})

    @functools.cache  # noqa: B019 - an analyzer lives as long as one call of `measure`
    def _lines_with_exclusion(self, path: str) -> set[int]:
        text = _read_text(self._request.root / path).splitlines()
        return {number for number, line in enumerate(text, 1) if _has_exclusion(line)}

    def _analyze(self, path: str, is_counted: ContextFilter | None, with_exclusions: bool = False) -> _FileAnalysis:
        file = str((self._request.root / path).resolve())
        reporter = self._reporter(file, with_exclusions)
        if reporter is None:
            return _FileAnalysis(frozenset({1}), frozenset({1}))  # a file that cannot be read is one line, not reached
        data = cast(coverage.CoverageData, _ArcData(self._recording.arcs(file, is_counted), self._request.branch))
        analysis = analysis_from_file_reporter(data, 0, reporter, file)
        return _FileAnalysis(
            statements=frozenset(analysis.statements),
            missing=frozenset(analysis.missing),
            branches=analysis.branch_stats() if self._request.branch else {},
            missing_arcs=analysis.missing_branch_arcs() if self._request.branch else {},
            excluded=frozenset(analysis.excluded),
        )

    @functools.cache  # noqa: B019 - an analyzer lives as long as one call of `measure`
    def _reporter(self, file: str, with_exclusions: bool) -> PythonFileReporter | None:
        """Return coverage.py's parser of a file, which parses it once; None where it cannot."""
        reporter = PythonFileReporter(file, self._with_exclusions if with_exclusions else self._without_exclusions)
        try:
            reporter.lines()
        except (NotPython, NoSource):
            return None
        return reporter


def _has_gate(gates: set[str]) -> ContextFilter:
    return lambda context: not gates.isdisjoint(context.split("|"))


def _has_exclusion(line: str) -> bool:
    return EXCLUSION_COMMENT.search(line) is not None


def _count(path: str, lines: Iterable[int], analysis_for: Callable[[int], _FileAnalysis]) -> Measure:
    """Measure these lines, each by the analysis that `analysis_for` gives for it."""
    ordered = sorted(lines)
    missing = [line for line in ordered if line in analysis_for(line).missing]
    branches = {line: exits for line in ordered if (exits := analysis_for(line).branches.get(line)) is not None}
    arcs = tuple((line, end) for line in branches for end in sorted(analysis_for(line).missing_arcs.get(line, ())))
    return Measure(
        lines=len(ordered),
        covered=len(ordered) - len(missing),
        branches=sum(total for total, _ in branches.values()),
        covered_branches=sum(taken for _, taken in branches.values()),
        missing=_by_path(path, missing),
        missing_branches=_by_path(path, [line for line, (total, taken) in branches.items() if taken < total]),
        missing_arcs={path: arcs} if arcs else {},
    )


def _by_path(path: str, lines: Sequence[int]) -> dict[str, tuple[int, ...]]:
    return {path: tuple(lines)} if lines else {}


def _read_text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
