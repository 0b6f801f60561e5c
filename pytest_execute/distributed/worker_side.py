"""Plugins of workers: one in another checkout returns coverage and foreign modules, any other what was imported."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from typing import Any

import pytest

from pytest_execute.distributed.bootstrap import WorkerInput

OUTPUT_KEY = "execute_output"
"""Key in xdist's `workeroutput` of (coverage, {path in the checkout: the file that was imported instead})."""


IMPORTED_KEY = "execute_imported"
"""Key in xdist's `workeroutput` of {module: its file}."""
FAILURE_KEY = "execute_failure"
"""Key in xdist's `workeroutput` of the reason why coverage could not be saved."""
ERROR_KEY = "execute_error"
"""Key in xdist's `workeroutput` of the line that describes an error at the worker's end."""


class ImportReport:
    """Plugin for a worker in this checkout: returns the project's modules that are imported when the worker ends."""

    def __init__(self, config: pytest.Config, imported_files: Callable[[], dict[str, str]]) -> None:
        self.config, self.imported_files = config, imported_files

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        output: dict[str, Any] = self.config.workeroutput  # type: ignore[attr-defined]  # xdist adds it
        output[IMPORTED_KEY] = self.imported_files()


class WorkerSide:
    """Plugin for such a worker. `read_coverage` returns the data files, once measuring has ended."""

    def __init__(
        self, config: pytest.Config, worker_input: WorkerInput, read_coverage: Callable[[], list[bytes]]
    ) -> None:
        self.config, self.input, self.read_coverage = config, worker_input, read_coverage

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        foreign = foreign_modules(imported_files(), self.input.root, frozenset(self.input.files or ()))
        output: dict[str, Any] = self.config.workeroutput  # type: ignore[attr-defined]  # xdist adds it
        output[OUTPUT_KEY] = (self.read_coverage(), foreign)


def imported_files() -> dict[str, str]:
    """Return `{module: its file}` of all imported modules."""
    files = {name: vars(module).get("__file__") for name, module in list(sys.modules.items()) if module is not None}
    return {name: file for name, file in files.items() if isinstance(file, str)}


def foreign_modules(modules: Mapping[str, str], root: str, files: Collection[str]) -> dict[str, str]:
    """Return `{path: file}` of modules that are one of `files` in the checkout at `root`, but came from elsewhere."""
    foreign = {}
    for name, file in modules.items():
        if not file.startswith(f"{root}/"):
            least_parts = name.count(".") + 1 + file.endswith("/__init__.py")
            path = _longest_suffix(file, least_parts, files)
            if path is not None:
                foreign[path] = file
    return foreign


def _longest_suffix(file: str, least_parts: int, files: Collection[str]) -> str | None:
    """Return the longest suffix of `file` that is one of `files` and has at least `least_parts` parts."""
    parts = file.split("/")
    suffixes = ("/".join(parts[start:]) for start in range(1, len(parts) - least_parts + 1))
    return next((suffix for suffix in suffixes if suffix in files), None)
