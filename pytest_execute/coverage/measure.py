"""Measures what each gate's tests reach, from the recording of all processes.

| measure | lines | counted as reached |
| --- | --- | --- |
| `task:<id>`, `stream:<id>` | changed lines of its tasks | in functions: when its own tests ran or noticed them |
| "changed" | all changed lines | in functions: when any test ran or noticed them; others: when anything ran them |
| "system" | all lines of the implementation | when anything ran them |

Tests of base reach lines of a task or stream, too, in functions that base has (`core/kept_functions.py`).
Lines that run on import say nothing about tests. In functions they count as reached where tests notice each stub of the
function (`pytest_execute/mutation/`). Others are left out of a task's measure, unless nothing ran them at all.
Exclusion comments such as `# pragma: no cover` count in the system's measure only, and there only in files of which no
changed line has one: in changed code, they would hide the lines that are judged.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any, cast

import coverage
from coverage.exceptions import NoSource, NotPython
from coverage.python import PythonFileReporter
from coverage.results import Analysis, analysis_from_file_reporter
from msgspec import Struct

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import LineSets, unite
from pytest_execute.core.file_names import is_utf_8
from pytest_execute.core.ownership import LineOwners
from pytest_execute.core.plan import Plan
from pytest_execute.core.statements import EXCLUSION_COMMENT
from pytest_execute.coverage import source
from pytest_execute.coverage.data import Arcs, ContextFilter, Recording

NO_MATCH = "(?!)"
"""A regular expression that matches nothing."""


class MeasureRequest(Struct, frozen=True, kw_only=True):
    """Files and lines to measure. Paths are relative to `root`.

    - `sources`: all files of the implementation
    - `changed`: the lines that the topic added to them
    - `owners`: the tasks of these lines
    - `tasks_with_files`: ids of tasks that name files; such a task has a measure even if no line is its own
    - `exclude`: regular expressions of the policy at base for changed lines that need not be reached
    - `marks`: the marks of the tests that count for each gate
    - `noticed`: functions of which tests noticed each stub: `{path: {line of its def: contexts of these tests}}`
    - `kept`: the lines that tests of base count for
    - `marks_of_base`: the marks of these tests
    """

    root: Path
    branch: bool
    sources: tuple[str, ...]
    changed: dict[str, frozenset[int]]
    owners: LineOwners = {}
    tasks_with_files: frozenset[str] = frozenset()
    exclude: tuple[str, ...] = ()
    marks: Mapping[str, AbstractSet[str]] = {}
    noticed: dict[str, dict[int, frozenset[str]]] = {}
    kept: Mapping[str, AbstractSet[int]] = {}
    marks_of_base: frozenset[str] = frozenset()


def line_sets(plan: Plan, request: MeasureRequest, recording: Recording) -> dict[str, LineSets]:
    """Return lines and branches for each `task:<id>` and `stream:<id>`, for "changed" and for "system"."""
    return dict(_line_sets(plan, request, _Analyzer(request, recording)))


def _line_sets(plan: Plan, request: MeasureRequest, analyzer: _Analyzer) -> Iterator[tuple[str, LineSets]]:
    owners = {task for lines in request.owners.values() for tasks in lines.values() for task in tasks}
    for task in plan.tasks:
        if task.id in request.tasks_with_files or task.id in owners:
            yield gate_ids.task(task.id), unite(analyzer.measure_tasks({task.id}, set()))
    for stream in plan.streams:
        tasks = {task.id for task in plan.tasks_of(stream.id)}
        gates = {gate_ids.stream(stream.id), *map(gate_ids.task, tasks)}
        yield gate_ids.stream(stream.id), unite(analyzer.measure_tasks(tasks, gates))
    yield gate_ids.CHANGED, unite(analyzer.measure_changed(path) for path in request.sources)
    yield gate_ids.SYSTEM, unite(analyzer.measure_file(path) for path in request.sources)


class _FileAnalysis(Struct, frozen=True):
    """Analysis of a file by coverage.py. Branches are `{line: lines that it can lead to}`, for both kinds of them."""

    statements: frozenset[int]
    missing: frozenset[int]
    branches: dict[int, frozenset[int]] = {}
    missing_branches: dict[int, list[int]] = {}
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
    `Coverage.analysis2` reads and parses a file again each time, and takes no contexts.
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

    def measure_tasks(self, tasks: set[str], gates: set[str]) -> Iterator[LineSets]:
        """Measure the lines of `tasks`; tests of any task that a line belongs to reach it, and tests of `gates`.

        Lines that are kept are reached by tests of base as well.
        """
        for path, lines in self._request.owners.items():
            lines_by_owners: dict[frozenset[str], set[int]] = {}
            for line, owners in lines.items():
                if owners & tasks:
                    lines_by_owners.setdefault(owners, set()).add(line)
            measured: set[int] = set()
            for owners, own in lines_by_owners.items():
                statements = self._with_statement_starts(path, own) - measured
                measured |= statements
                counted = {*gates, *map(gate_ids.task, owners)}
                marks = counted.union(*(self._request.marks.get(gate, ()) for gate in counted))
                kept = statements & self._request.kept.get(path, frozenset())
                yield self._measure_lines(path, statements - kept, _has_part(marks))
                yield self._measure_lines(path, kept, _has_part(marks | self._request.marks_of_base))

    def measure_changed(self, path: str) -> LineSets:
        """Measure the changed lines of a file: any test reaches those in functions, and anything the others."""
        lines = self._request.changed.get(path)
        if not lines:
            return LineSets()
        return self._measure_lines(path, self._with_statement_starts(path, lines), bool, imports=True)

    def measure_file(self, path: str) -> LineSets:
        """Measure all lines of a file, which anything reaches; exclusions are ignored if a changed line has one."""
        text = _read_lines(self._request.root / path)
        changed = [text[line - 1] for line in self._request.changed.get(path, ()) if line <= len(text)]
        analysis = self._analyze(path, None, with_exclusions=not any(map(_has_exclusion, changed)))
        return LineSets(**_sets(path, analysis.statements, lambda line: analysis))

    def _with_statement_starts(self, path: str, lines: Iterable[int]) -> set[int]:
        """Return the lines, and the first lines of their statements."""
        starts = self._source_lines(path).statement_starts
        return {starts.get(line, line) for line in lines} | set(lines)

    @functools.cache  # noqa: B019 - an analyzer lives as long as one call of `line_sets`
    def _source_lines(self, path: str) -> source.SourceLines:
        return source.classify_file(self._request.root / path)

    def _measure_lines(
        self, path: str, wanted: set[int], is_counted: ContextFilter, *, imports: bool = False
    ) -> LineSets:
        """Measure these lines of a file.

        Lines in functions are reached by the contexts that `is_counted` accepts, and on import where tests of these
        contexts noticed the function's stubs. Other lines are reached by any context; they count only with `imports`,
        or where nothing ran them.
        """
        lines = self._source_lines(path)
        if lines.error or "\n" in path or self._reporter(self._file(path), False) is None:
            return LineSets(unparsed=_by_path(path, {lines.error or 1}))
        anything, counted = self._analyze(path, None), self._analyze(path, is_counted)
        noticed = {line for line, by in self._request.noticed.get(path, {}).items() if all(map(is_counted, by))}
        lacking = wanted & {*counted.missing, *counted.missing_branches}
        doubtful = {line for line in lacking if lines.functions.get(line) in noticed}
        on_import = self._analyze(path, lambda context: not context or is_counted(context)) if doubtful else counted
        executable = (wanted & anything.statements) - lines.inert
        imported = set() if imports else executable - lines.function_bodies - anything.missing

        def analysis_for(line: int) -> _FileAnalysis:
            if line not in lines.function_bodies:
                return anything
            return on_import if line in doubtful else counted

        return LineSets(
            **_sets(path, executable, analysis_for),
            imported=_by_path(path, imported),
            excluded=_by_path(path, wanted & anything.excluded),
            ignored=_by_path(path, wanted & self._lines_with_exclusion(path) - anything.excluded),
            opaque=_by_path(path, wanted & lines.opaque),
        )

    @functools.cache  # noqa: B019 - an analyzer lives as long as one call of `line_sets`
    def _lines_with_exclusion(self, path: str) -> set[int]:
        text = _read_lines(self._request.root / path)
        return {number for number, line in enumerate(text, 1) if _has_exclusion(line)}

    def _analyze(self, path: str, is_counted: ContextFilter | None, with_exclusions: bool = False) -> _FileAnalysis:
        file = self._file(path)
        reporter = self._reporter(file, with_exclusions)
        if reporter is None:
            return _FileAnalysis(frozenset({1}), frozenset({1}))  # a file that cannot be read is one line, not reached
        data = cast(coverage.CoverageData, _ArcData(self._recording.arcs(file, is_counted), self._request.branch))
        analysis = analysis_from_file_reporter(data, 0, reporter, file)
        return _FileAnalysis(
            statements=frozenset(analysis.statements),
            missing=frozenset(analysis.missing),
            branches=_branches(analysis) if self._request.branch else {},
            missing_branches=analysis.missing_branch_arcs() if self._request.branch else {},
            excluded=frozenset(analysis.excluded),
        )

    def _file(self, path: str) -> str:
        return str((self._request.root / path).resolve())

    @functools.cache  # noqa: B019 - an analyzer lives as long as one call of `line_sets`
    def _reporter(self, file: str, with_exclusions: bool) -> PythonFileReporter | None:
        """Return coverage.py's parser of a file, which parses it once; None where it cannot, or takes no such name."""
        if not is_utf_8(file):
            return None
        reporter = PythonFileReporter(file, self._with_exclusions if with_exclusions else self._without_exclusions)
        try:
            reporter.lines()
        except (NotPython, NoSource, SyntaxError, ValueError, RecursionError, MemoryError):
            return None  # the same errors as `parse_python` knows
        return reporter


def _has_part(parts: set[str]) -> ContextFilter:
    return lambda context: not parts.isdisjoint(_parts(context))


@functools.cache
def _parts(context: str) -> frozenset[str]:
    """Return the parts of a context: that of a fixture for the whole session has one for each test."""
    return frozenset(context.split("|"))


def _has_exclusion(line: str) -> bool:
    return EXCLUSION_COMMENT.search(line) is not None


def _branches(analysis: Analysis) -> dict[int, frozenset[int]]:
    """Return the ends of each line with several exits, as coverage.py (7.13 to 7.17) counts them in `exit_counts`."""
    ends: dict[int, set[int]] = {line: set() for line, exits in analysis.exit_counts.items() if exits > 1}
    for line, end in analysis.arc_possibilities:
        if line in ends and end not in analysis.excluded:
            ends[line].add(end)
    return {line: frozenset(found) for line, found in ends.items()}


def _sets(
    path: str, lines: Iterable[int], analysis_for: Callable[[int], _FileAnalysis]
) -> dict[str, dict[str, frozenset[Any]]]:
    """Return the lines and branches of a file, each line by the analysis that `analysis_for` gives for it."""
    lines = frozenset(lines)
    branches = {(line, end) for line in lines for end in analysis_for(line).branches.get(line, ())}
    missing = {(line, end) for line in lines for end in analysis_for(line).missing_branches.get(line, ())}
    return {
        "lines": _by_path(path, lines),
        "covered": _by_path(path, {line for line in lines if line not in analysis_for(line).missing}),
        "branches": _by_path(path, branches),
        "covered_branches": _by_path(path, branches - missing),
    }


def _by_path(path: str, values: Iterable[Any]) -> dict[str, frozenset[Any]]:
    found = frozenset(values)
    return {path: found} if found else {}


def _read_bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _read_lines(path: Path) -> list[str]:
    """Return the lines of a file as Python counts them: `str.splitlines` would end one at a form feed, too."""
    return [line.decode(errors="replace") for line in _read_bytes(path).splitlines()]
