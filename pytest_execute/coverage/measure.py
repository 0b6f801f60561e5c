"""From the raw data of all workers to one measure per gate.

A line inside a function counts as reached only by the tests of the gate; a line that runs on import counts as reached by whoever
imported it first, as it runs once in a process. Exclusions such as `# pragma: no cover` are honoured for the system's total
alone: in what the topic changed, they would hide the very lines that are judged.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import coverage
from coverage.exceptions import NoSource, NotPython
from msgspec import Struct

from pytest_execute.core.evidence import Measure
from pytest_execute.core.plan import FileRef, Plan
from pytest_execute.coverage import source

NEVER = "(?!)"
NO_CODE = [r"^\s*\.\.\.\s*(#.*)?$", r"\bdef\b.*:\s*\.\.\.\s*(#.*)?$", r"^\s*if (typing\.)?TYPE_CHECKING:"]
"""Lines without behaviour: bodies that are `...`, imports for the type checker."""


class Request(Struct, frozen=True, kw_only=True):
    """What to measure. Paths are relative to `root`.

    `sources` are all files of the implementation, `changed` the lines that the topic added to them, `files` the files of each
    task by its id, without the tasks of which none is known.
    """

    root: Path
    branch: bool
    sources: tuple[str, ...]
    changed: dict[str, frozenset[int]]
    files: dict[str, tuple[FileRef, ...]]


def measure(plan: Plan, request: Request, data: Sequence[bytes]) -> dict[str, Measure]:
    """A measure for each `task:<id>` and `stream:<id>`, for "changed" and for "system"."""
    with (
        closing(_Reader(request, data, strict=True)) as strict,
        closing(_Reader(request, data, strict=False)) as lenient,
    ):
        return dict(_measures(plan, request, strict, lenient))


def _measures(plan: Plan, request: Request, strict: _Reader, lenient: _Reader) -> Iterator[tuple[str, Measure]]:
    owners = _owners(request.files)
    for task in plan.tasks:
        refs = request.files.get(task.id)
        if refs is None:
            continue
        yield f"task:{task.id}", _total(strict.part(ref, [f"task:{t}" for t in owners[ref.path]]) for ref in refs)
    for stream in plan.streams:
        tasks = [task.id for task in plan.tasks_of(stream.id)]
        gates = [f"stream:{stream.id}", *(f"task:{task}" for task in tasks)]
        files = _merged(ref for task in tasks for ref in request.files.get(task, ()))
        shared = [f"task:{task}" for ref in files for task in owners[ref.path]]
        yield f"stream:{stream.id}", _total(strict.part(ref, [*gates, *shared]) for ref in files)
    yield "changed", _total(strict.part(FileRef(path, 0), None) for path in request.sources)
    yield "system", _total(lenient.whole(path) for path in request.sources)


def _owners(files: Mapping[str, Iterable[FileRef]]) -> dict[str, list[str]]:
    owners: dict[str, list[str]] = {}
    for task, refs in files.items():
        for ref in refs:
            owners.setdefault(ref.path, []).append(task)
    return owners


def _merged(refs: Iterable[FileRef]) -> list[FileRef]:
    """Each file once: whole, where it is named more than once."""
    merged: dict[str, FileRef] = {}
    for ref in refs:
        merged[ref.path] = FileRef(ref.path, ref.line) if ref.path in merged else ref
    return list(merged.values())


def _total(measures: Iterable[Measure]) -> Measure:
    """The sum of measures of different files."""
    parts = list(measures)
    return Measure(
        lines=sum(part.lines for part in parts),
        covered=sum(part.covered for part in parts),
        branches=sum(part.branches for part in parts),
        covered_branches=sum(part.covered_branches for part in parts),
        missing={path: lines for part in parts for path, lines in part.missing.items()},
        missing_branches={path: lines for part in parts for path, lines in part.missing_branches.items()},
    )


class _Reader:
    """Asks coverage.py for one file after the other."""

    def __init__(self, request: Request, data: Sequence[bytes], strict: bool) -> None:
        self.request = request
        self.coverage = coverage.Coverage(data_file=None, config_file=False, branch=request.branch, messages=False)
        if strict:
            self.coverage.set_option("report:exclude_lines", NO_CODE)
            self.coverage.set_option("report:partial_branches", [NEVER])
        for part in data:
            loaded = coverage.CoverageData(no_disk=True)
            loaded.loads(part)
            self.coverage.get_data().update(loaded)
            loaded.close(force=True)

    def close(self) -> None:
        """Let go of the database in memory that coverage.py keeps."""
        self.coverage.get_data().close(force=True)

    def part(self, ref: FileRef, gates: Sequence[str] | None) -> Measure:
        """The lines of a file that the topic changed, as far as tests of `gates` (None: any test) reach them."""
        changed = self.request.changed.get(ref.path)
        if not changed:
            return Measure()
        lines = source.read(_text(self.request.root / ref.path))
        wanted = {lines.starts.get(line, line) for line in changed if _within(line, ref)} | {
            line for line in changed if _within(line, ref)
        }
        called = r"(^|\|)(" + "|".join(map(re.escape, dict.fromkeys(gates))) + r")($|\|)" if gates is not None else "."
        imported, run = self._look(ref.path, None), self._look(ref.path, called)
        return _measure(ref.path, imported, run, wanted, lines.bodies)

    def whole(self, path: str) -> Measure:
        """All lines of a file, whoever reaches them."""
        seen = self._look(path, None)
        return _measure(path, seen, seen, None, frozenset())

    @functools.cache  # noqa: B019 - lives as long as one measuring
    def _look(self, path: str, context: str | None) -> _Look:
        self.coverage.get_data().set_query_contexts(None if context is None else [context])
        file = str(self.request.root / path)
        try:
            _, statements, _, missing, _ = self.coverage.analysis2(file)
        except (NotPython, NoSource):
            return _Look(frozenset({1}), frozenset({1}), {})  # what cannot be read was not reached
        branches = self.coverage.branch_stats(file) if self.request.branch else {}
        return _Look(frozenset(statements), frozenset(missing), branches)


class _Look(Struct, frozen=True):
    """What coverage.py says of a file: statements, those not reached, and {line: (branches, branches taken)}."""

    statements: frozenset[int]
    missing: frozenset[int]
    branches: dict[int, tuple[int, int]]


def _measure(path: str, imported: _Look, run: _Look, wanted: set[int] | None, bodies: frozenset[int]) -> Measure:
    """Lines in function bodies as `run` saw them, all others as `imported` did; only `wanted` ones unless it is None."""
    lines = sorted(line for line in imported.statements if wanted is None or line in wanted)
    missing = [line for line in lines if line in (run if line in bodies else imported).missing]
    forks = {line: (run if line in bodies else imported).branches.get(line) for line in lines}
    exits = {line: fork for line, fork in forks.items() if fork is not None}
    return Measure(
        lines=len(lines),
        covered=len(lines) - len(missing),
        branches=sum(total for total, _ in exits.values()),
        covered_branches=sum(taken for _, taken in exits.values()),
        missing={path: tuple(missing)} if missing else {},
        missing_branches=_short(path, exits),
    )


def _short(path: str, exits: Mapping[int, tuple[int, int]]) -> dict[str, tuple[int, ...]]:
    lines = tuple(line for line, (total, taken) in exits.items() if taken < total)
    return {path: lines} if lines else {}


def _within(line: int, ref: FileRef) -> bool:
    return ref.first is None or ref.first <= line <= (ref.last or ref.first)


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
