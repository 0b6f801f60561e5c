"""Writes coverage reports for other tools: by coverage.py itself, with the project's own settings of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

import coverage

from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.tools import output_files


def write(directory: Path, sources: Iterable[Path], paths: Mapping[str, Path]) -> None:
    """Write the reports in `paths`, by kind: "xml" (Cobertura's format) and "lcov", from all data files in `directory`.

    A file of `sources` of which nothing ran is in them, with nothing reached. Raise ExecuteError for a report that
    cannot be written.
    """
    for kind, path in paths.items():
        report = directory / f"report.{kind}"
        try:
            _write(directory, sources, kind, report)
        except coverage.CoverageException as error:
            raise ExecuteError(Problem("unwritable", f"coverage.py cannot write it: {error}", str(path))) from None
        output_files.write(path, report.read_bytes())


def _write(directory: Path, sources: Iterable[Path], kind: str, path: Path) -> None:
    combined = coverage.Coverage(data_file=str(directory / "whole"), messages=False)
    try:
        combined.combine([str(file) for file in sorted(directory.glob("data.*"))], keep=True)
        combined.get_data().touch_files([str(source) for source in sources])
        if kind == "xml":
            combined.xml_report(outfile=str(path), ignore_errors=True)
        else:
            combined.lcov_report(outfile=str(path), ignore_errors=True)
    finally:
        combined.get_data().erase()
