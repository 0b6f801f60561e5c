"""From what ran in all processes to one measure per gate.

A task must reach its own lines with its own tests. What runs on import says nothing of tests: it is left out of a task's measure, unless
nothing ran it at all. Exclusions such as `# pragma: no cover` are honoured in the system's total alone, and there only where they
were before: in what the topic changed, they would hide the very lines that are judged.
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

from pytest_execute.core.evidence import Measure
from pytest_execute.core.ownership import LineOwners
from pytest_execute.core.plan import Plan
from pytest_execute.coverage import source
from pytest_execute.coverage.data import Points, Recording

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
    owners: LineOwners = {}
    named: frozenset[str] = frozenset()
    exclude: tuple[str, ...] = ()


def measure(plan: Plan, request: MeasureRequest, recording: Recording) -> dict[str, Measure]:
    """A measure for each `task:<id>` and `stream:<id>`, for "changed" and for "system"."""
    return dict(_measures(plan, _Reader(request, recording)))


def _measures(plan: Plan, reader: _Reader) -> Iterator[tuple[str, Measure]]:
    request = reader.request
    owned = {task for lines in request.owners.values() for tasks in lines.values() for task in tasks}
    for task in plan.tasks:
        if task.id in request.named or task.id in owned:
            yield f"task:{task.id}", _total(reader.of_tasks({task.id}, set()))
    for stream in plan.streams:
        tasks = {task.id for task in plan.tasks_of(stream.id)}
        gates = {f"stream:{stream.id}", *(f"task:{task}" for task in tasks)}
        yield f"stream:{stream.id}", _total(reader.of_tasks(tasks, gates))
    yield "changed", _total(reader.changed(path) for path in request.sources)
    yield "system", _total(reader.whole(path) for path in request.sources)


def _total(measures: Iterable[Measure]) -> Measure:
    """The sum of measures; a file may be in several of them."""
    parts = list(measures)
    numbers = {
        name: sum(getattr(p, name) for p in parts) for name in ("lines", "covered", "branches", "covered_branches")
    }
    return Measure(
        **numbers,
        missing=_joined(part.missing for part in parts),
        missing_branches=_joined(part.missing_branches for part in parts),
        missing_arcs=_joined(part.missing_arcs for part in parts),
        excluded=_joined(part.excluded for part in parts),
        ignored=_joined(part.ignored for part in parts),
        opaque=_joined(part.opaque for part in parts),
    )


def _joined(parts: Iterable[dict[str, tuple[Any, ...]]]) -> dict[str, tuple[Any, ...]]:
    found: dict[str, set[Any]] = {}
    for part in parts:
        for path, values in part.items():
            found.setdefault(path, set()).update(values)
    return {path: tuple(sorted(values)) for path, values in sorted(found.items())}


class _Look(Struct, frozen=True):
    """What coverage.py says of a file: statements, those not reached, `{line: (branches, taken)}`, `{line: not taken}`."""

    statements: frozenset[int]
    missing: frozenset[int]
    branches: dict[int, tuple[int, int]] = {}
    arcs: dict[int, list[int]] = {}
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

    def of_tasks(self, tasks: set[str], gates: set[str]) -> Iterator[Measure]:
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
                yield self._part(path, wanted, self._of({*gates, *(f"task:{task}" for task in owners)}))

    def changed(self, path: str) -> Measure:
        """The changed lines of a file, as far as any test reaches those inside of functions, and anything the others."""
        lines = self.request.changed.get(path)
        if not lines:
            return Measure()
        return self._part(path, self._statements(path, lines), bool, imports=True)

    def whole(self, path: str) -> Measure:
        """All lines of a file, whoever reaches them; an exclusion that the topic brought is none."""
        text = _text(self.request.root / path).splitlines()
        new = [text[line - 1] for line in self.request.changed.get(path, ()) if line <= len(text)]
        hidden = any(re.search(pattern, line) for pattern in self._exclusions for line in new)
        look = self._look(path, None, strict=hidden)
        return _measure(path, look.statements, lambda line: look)

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

    def _part(self, path: str, wanted: set[int], called: Callable[[str], bool], *, imports: bool = False) -> Measure:
        """`wanted` lines of a file: in functions, those that run in contexts that are `called`; others, where they count."""
        lines, loaded = self._lines(path), self._look(path, None)
        run = self._look(path, called)
        asked = (wanted & loaded.statements) - lines.idle
        if not imports:
            asked = {line for line in asked if line in lines.bodies or line in loaded.missing}
        part = _measure(path, asked, lambda line: run if line in lines.bodies else loaded)
        ignored = wanted & self._commented(path) - loaded.excluded
        listed = {"excluded": wanted & loaded.excluded, "ignored": ignored, "opaque": wanted & lines.opaque}
        return Measure(**{**_fields(part), **{name: _at(path, sorted(found)) for name, found in listed.items()}})

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
        return _Look(
            frozenset(found.statements),
            frozenset(found.missing),
            found.branch_stats() if self.request.branch else {},
            found.missing_branch_arcs() if self.request.branch else {},
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


def _fields(part: Measure) -> dict[str, Any]:
    return {name: getattr(part, name) for name in part.__struct_fields__}


def _measure(path: str, asked: Iterable[int], look: Callable[[int], _Look]) -> Measure:
    """The lines that are `asked` for, each as its `look` saw it."""
    lines = sorted(asked)
    missing = [line for line in lines if line in look(line).missing]
    exits = {line: fork for line in lines if (fork := look(line).branches.get(line)) is not None}
    arcs = tuple((line, to) for line in exits for to in sorted(look(line).arcs.get(line, ())))
    return Measure(
        lines=len(lines),
        covered=len(lines) - len(missing),
        branches=sum(total for total, _ in exits.values()),
        covered_branches=sum(taken for _, taken in exits.values()),
        missing=_at(path, missing),
        missing_branches=_at(path, [line for line, (total, taken) in exits.items() if taken < total]),
        missing_arcs={path: arcs} if arcs else {},
    )


def _at(path: str, lines: Sequence[int]) -> dict[str, tuple[int, ...]]:
    return {path: tuple(lines)} if lines else {}


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
