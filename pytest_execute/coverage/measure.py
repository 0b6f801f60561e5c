"""From what ran in all processes to one measure per gate.

A task must reach its own lines with its own tests. What runs on import says nothing of tests: it is left out of a task's measure, unless
nothing ran it at all. Exclusions such as `# pragma: no cover` are honoured in the system's total alone, and there only where they
were before: in what the topic changed, they would hide the very lines that are judged.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, cast

import coverage
from coverage.exceptions import NoSource, NotPython
from coverage.python import PythonFileReporter
from coverage.results import analysis_from_file_reporter
from msgspec import Struct

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import LineSets, unite
from pytest_execute.core.plan import Plan
from pytest_execute.coverage import source
from pytest_execute.coverage.data import Points, Recording
from pytest_execute.coverage.owners import Owners

NEVER = "(?!)"


class MeasureRequest(Struct, frozen=True, kw_only=True):
    """What to measure. Paths are relative to `root`.

    `sources` are all files of the implementation, `changed` the lines that the topic added to them, `owners` the tasks of these
    lines, `named` the tasks that name files, `exclude` what the policy at base allows to leave out.
    """

    root: Path
    branch: bool
    sources: tuple[str, ...]
    changed: dict[str, frozenset[int]]
    owners: Owners = {}
    named: frozenset[str] = frozenset()
    exclude: tuple[str, ...] = ()


def line_sets(plan: Plan, request: MeasureRequest, recording: Recording) -> dict[str, LineSets]:
    """Return lines and branches for each `task:<id>` and `stream:<id>`, for "changed" and for "system"."""
    return dict(_measures(plan, _Reader(request, recording)))


def _measures(plan: Plan, reader: _Reader) -> Iterator[tuple[str, LineSets]]:
    request = reader.request
    owned = {task for lines in request.owners.values() for tasks in lines.values() for task in tasks}
    for task in plan.tasks:
        if task.id in request.named or task.id in owned:
            yield gate_ids.task(task.id), unite(reader.of_tasks({task.id}, set()))
    for stream in plan.streams:
        tasks = {task.id for task in plan.tasks_of(stream.id)}
        gates = {gate_ids.stream(stream.id), *(gate_ids.task(task) for task in tasks)}
        yield gate_ids.stream(stream.id), unite(reader.of_tasks(tasks, gates))
    yield gate_ids.CHANGED, unite(reader.changed(path) for path in request.sources)
    yield gate_ids.SYSTEM, unite(reader.whole(path) for path in request.sources)


class _Look(Struct, frozen=True):
    """What coverage.py says of a file: statements, those not reached, branches, those not taken, both as `{line: ends}`."""

    statements: frozenset[int]
    missing: frozenset[int]
    branches: dict[int, frozenset[int]] = {}
    missing_branches: dict[int, list[int]] = {}
    excluded: frozenset[int] = frozenset()


class _Points:
    """A set of points, as coverage.py's analysis wants to ask it."""

    def __init__(self, points: Points, branch: bool) -> None:
        self.points, self.branch = points, branch

    def has_arcs(self) -> bool:
        return self.branch

    def lines(self, filename: str) -> set[int]:
        return {line for point in self.points for line in point if line > 0}

    def arcs(self, filename: str) -> Points:
        return self.points


class _Reader:
    """Asks coverage.py for one file after the other; each is parsed once, or twice where exclusions are honoured."""

    def __init__(self, request: MeasureRequest, recording: Recording) -> None:
        self.request, self.recording = request, recording
        self.lenient = coverage.Coverage(data_file=None, config_file=False, messages=False)
        self.strict = coverage.Coverage(data_file=None, config_file=False, messages=False)
        self.strict.set_option("report:exclude_lines", list(request.exclude) or [NEVER])
        self.strict.set_option("report:partial_branches", [NEVER])
        self.strict.set_option("report:partial_branches_always", [NEVER])
        for each in (self.lenient, self.strict):
            each.get_data().close(force=True)

    def of_tasks(self, tasks: set[str], gates: set[str]) -> Iterator[LineSets]:
        """The lines of `tasks`, as far as tests of the tasks that each line belongs to, or of `gates`, reach them."""
        for path, lines in self.request.owners.items():
            groups: dict[frozenset[str], set[int]] = {}
            for line, owners in lines.items():
                if owners & tasks:
                    groups.setdefault(owners, set()).add(line)
            done: set[int] = set()
            for owners, own in groups.items():
                wanted = self._statements(path, own) - done
                done |= wanted
                yield self._part(path, wanted, self._of({*gates, *(gate_ids.task(task) for task in owners)}))

    def changed(self, path: str) -> LineSets:
        """The changed lines of a file, as far as any test reaches those inside of functions, and anything the others."""
        lines = self.request.changed.get(path)
        if not lines:
            return LineSets()
        return self._part(path, self._statements(path, lines), bool, imports=True)

    def whole(self, path: str) -> LineSets:
        """All lines of a file, whoever reaches them; an exclusion that the topic brought is none."""
        text = _text(self.request.root / path).splitlines()
        new = [text[line - 1] for line in self.request.changed.get(path, ()) if line <= len(text)]
        hidden = any(re.search(pattern, line) for pattern in self._exclusions for line in new)
        look = self._look(path, None, strict=hidden)
        return LineSets(**_sets(path, look.statements, lambda line: look))

    @functools.cached_property
    def _exclusions(self) -> list[str]:
        """What coverage.py leaves out by a comment: `...` and what is for type checkers alone hide nothing that counts here."""
        return [r"#\s*(?i:pragma)[:\s]?\s*(?i:no)\s*(?i:cover|branch)"]

    def _statements(self, path: str, lines: Iterable[int]) -> set[int]:
        """The lines, and the first lines of the statements that they stand in."""
        starts = self._lines(path).starts
        return {starts.get(line, line) for line in lines} | set(lines)

    @functools.cache  # noqa: B019 - lives as long as one measuring
    def _lines(self, path: str) -> source.Lines:
        return source.read(_text(self.request.root / path))

    def _part(self, path: str, wanted: set[int], called: Callable[[str], bool], *, imports: bool = False) -> LineSets:
        """`wanted` lines of a file: in functions, those that run in contexts that are `called`; others, where they count."""
        lines, loaded = self._lines(path), self._look(path, None)
        run = self._look(path, called)
        executable = (wanted & loaded.statements) - lines.idle
        imported = set() if imports else executable - lines.bodies - loaded.missing
        return LineSets(
            **_sets(path, executable, lambda line: run if line in lines.bodies else loaded),
            imported=_at(path, imported),
            excluded=_at(path, wanted & loaded.excluded),
            ignored=_at(path, wanted & self._commented(path) - loaded.excluded),
            opaque=_at(path, wanted & lines.opaque),
        )

    @functools.cache  # noqa: B019
    def _commented(self, path: str) -> set[int]:
        """The lines with a comment that would have coverage.py leave something out."""
        text = _text(self.request.root / path).splitlines()
        patterns = [re.compile(pattern) for pattern in self._exclusions]
        return {number for number, line in enumerate(text, 1) if any(pattern.search(line) for pattern in patterns)}

    @staticmethod
    def _of(gates: set[str]) -> Callable[[str], bool]:
        return lambda context: not gates.isdisjoint(context.split("|"))

    def _look(self, path: str, wanted: Callable[[str], bool] | None, strict: bool = True) -> _Look:
        file = str((self.request.root / path).resolve())
        reporter = self._reporter(file, strict)
        if reporter is None:
            return _Look(frozenset({1}), frozenset({1}))  # what cannot be read was not reached
        data = cast(coverage.CoverageData, _Points(self.recording.points(file, wanted), self.request.branch))
        found = analysis_from_file_reporter(data, 0, reporter, file)
        missing = found.missing_branch_arcs() if self.request.branch else {}
        several = {line for line, exits in found.exit_counts.items() if exits > 1} if self.request.branch else set()
        ends: dict[int, set[int]] = {line: set() for line in several}
        for line, end in found.arc_possibilities:
            if line in several and end not in found.excluded:  # as exit_counts of coverage.py 7.13 to 7.17 count them
                ends[line].add(end)
        return _Look(
            frozenset(found.statements),
            frozenset(found.missing),
            {line: frozenset(found) for line, found in ends.items()},
            missing,
            frozenset(found.excluded),
        )

    @functools.cache  # noqa: B019
    def _reporter(self, file: str, strict: bool) -> PythonFileReporter | None:
        reporter = PythonFileReporter(file, self.strict if strict else self.lenient)
        try:
            reporter.lines()
        except (NotPython, NoSource):
            return None
        return reporter


def _sets(path: str, lines: Iterable[int], look: Callable[[int], _Look]) -> dict[str, dict[str, frozenset[Any]]]:
    """Return lines and branches of a file, each line as its `look` saw it."""
    lines = frozenset(lines)
    branches = {(line, end) for line in lines for end in look(line).branches.get(line, ())}
    missing = {(line, end) for line in lines for end in look(line).missing_branches.get(line, ())}
    return {
        "lines": _at(path, lines),
        "covered": _at(path, {line for line in lines if line not in look(line).missing}),
        "branches": _at(path, branches),
        "covered_branches": _at(path, branches - missing),
    }


def _at(path: str, values: Iterable[Any]) -> dict[str, frozenset[Any]]:
    found = frozenset(values)
    return {path: found} if found else {}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
