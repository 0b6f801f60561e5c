"""The worker's side, in another checkout than the controller's: what it brings back when it ends."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from typing import Any

import pytest

from pytest_execute.distributed.bootstrap import WorkerInput

KEY = "execute_brought"
"""Where `workeroutput` has (coverage, {path in the checkout: the file that was loaded instead})."""


class WorkerSide:
    """To register in such a worker. `coverage` gives what was measured, once the measuring has ended."""

    def __init__(self, config: pytest.Config, handed: WorkerInput, coverage: Callable[[], list[bytes]]) -> None:
        self.config, self.handed, self.coverage = config, handed, coverage

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        found = strangers(loaded(), self.handed.root, frozenset(self.handed.files or ()))
        output: dict[str, Any] = self.config.workeroutput  # type: ignore[attr-defined]
        output[KEY] = (self.coverage(), found)


def loaded() -> dict[str, str]:
    """`{module: its file}` of all that was imported."""
    files = {name: vars(module).get("__file__") for name, module in list(sys.modules.items()) if module is not None}
    return {name: file for name, file in files.items() if isinstance(file, str)}


def strangers(modules: Mapping[str, str], root: str, files: Collection[str]) -> dict[str, str]:
    """`{path: file}` of modules that stand in the checkout at `root` as one of `files` but came from another one."""
    found = {}
    for name, file in modules.items():
        if not file.startswith(f"{root}/"):
            path = _tail(file, name.count(".") + 1 + file.endswith("/__init__.py"), files)
            if path is not None:
                found[path] = file
    return found


def _tail(file: str, shortest: int, files: Collection[str]) -> str | None:
    """The longest end of `file` that is one of `files`, of at least `shortest` parts."""
    parts = file.split("/")
    tails = ("/".join(parts[at:]) for at in range(1, len(parts) - shortest + 1))
    return next((tail for tail in tails if tail in files), None)
