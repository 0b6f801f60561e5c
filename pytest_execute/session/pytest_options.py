"""Options and configuration of pytest for tests that are run again in other trees."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pytest_execute.engine.settings import PytestOptions
from pytest_execute.session.options import has_pytest_cov

OWN_OPTIONS = "--execute-"


def pytest_options(config: pytest.Config) -> PytestOptions:
    """Return today's configuration of pytest, without options of this plugin."""
    file = config.inipath
    options = [str(option) for option in config.getini("addopts")]
    options += ["--cov-reset"] if has_pytest_cov(config.option) else []  # pytest-cov's: ignore each --cov before it
    import_mode = config.getoption("importmode")
    options += [f"--import-mode={import_mode}"] if import_mode != "prepend" else []
    return PytestOptions(
        config=(_path_from(config.rootpath, file), file.read_bytes())
        if file is not None
        else ("pytest.ini", b"[pytest]\n"),
        arguments=tuple(_without_own_options(options)),
        workers=_workers(config.getoption("numprocesses", None)),
    )


def _workers(processes: int | None) -> int:
    """Return how many trees run side by side: one with `-n0`, as the tests may not be safe in parallel."""
    return max(1, processes) if processes is not None else os.cpu_count() or 1


def _path_from(root: Path, file: Path) -> str:
    return Path(os.path.relpath(file, root)).as_posix() if file.anchor == root.anchor else file.name


def _without_own_options(options: Sequence[str]) -> Iterator[str]:
    """Yield options without `--execute-…`, whether the value follows after `=` or as the next argument."""
    arguments = iter(options)
    for argument in arguments:
        if not argument.startswith(OWN_OPTIONS):
            yield argument
        elif "=" not in argument:
            next(arguments, None)
