"""Tests that ran lines which a gate lacks, and so do not count for them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pytest_execute.core.evidence import Measure
from pytest_execute.coverage.data import Recording


def tests_that_ran(measure: Measure, root: Path, recording: Recording, names: Mapping[str, str]) -> tuple[str, ...]:
    """Return the tests, or files of tests, that ran something of what is missing; `names` has them by their marks."""
    found: set[str] = set()
    for path in {*measure.missing, *measure.missing_arcs}:
        file = str((root / path).resolve())
        missing = {(line, line) for line in measure.missing.get(path, ())}.union(measure.missing_arcs.get(path, ()))
        for context in recording.contexts(file):
            arcs = recording.arcs(file, context.__eq__)
            lines = {(line, line) for arc in arcs for line in arc}
            if not missing.isdisjoint(arcs | lines):
                found.update(names[part] for part in context.split("|") if part in names)
    return tuple(sorted(found))
