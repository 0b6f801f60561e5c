"""Writes the files of coverage.py that other tools read, by coverage.py itself and with the project's own settings of it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import coverage

from pytest_execute.core.errors import ExecuteError, Problem


def write(directory: Path, sources: Iterable[Path], *, xml: Path | None, lcov: Path | None) -> None:
    """From all that was measured into `directory`, a Cobertura and an lcov file; ExecuteError where that fails.

    A file of `sources` of which nothing ran is in them, with nothing reached.
    """
    for path, kind in ((xml, "xml"), (lcov, "lcov")):
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                _write(directory, sources, path, kind)
            except OSError as error:
                raise ExecuteError(Problem("unwritable", f"cannot be written: {error.strerror}", str(path))) from None
            except coverage.CoverageException as error:
                raise ExecuteError(Problem("unwritable", f"coverage.py cannot write it: {error}", str(path))) from None


def _write(directory: Path, sources: Iterable[Path], path: Path, kind: str) -> None:
    whole = coverage.Coverage(data_file=str(directory / "whole"), messages=False)
    whole.combine([str(file) for file in sorted(directory.glob("data.*"))], keep=True)
    data = whole.get_data()
    data.touch_files([str(source) for source in sources])
    if kind == "xml":
        whole.xml_report(outfile=str(path), ignore_errors=True)
    else:
        whole.lcov_report(outfile=str(path), ignore_errors=True)
    data.close(force=True)
    (directory / "whole").unlink()
