"""Files that the user requests: reports, and coverage in the formats of other tools."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest

from pytest_execute import workflow
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.reports import evidence_json, json_report, markdown
from pytest_execute.session.options import COVERAGE_FILES
from pytest_execute.session.state import MainProcess

FILES = {"execute_report": json_report.render, "execute_summary": markdown.render}
"""Options that request a file, and the functions that render it."""


def check_outputs(config: pytest.Config) -> None:
    """Raise ExecuteError with each requested file that cannot be written, before the tests run."""
    problems = [
        Problem("unwritable", f"{option}={name} {reason}: name a file that can be written")
        for option, name in requested_files(config.known_args_namespace).items()
        if (reason := _why_unwritable(config.invocation_params.dir / name))
    ]
    if problems:
        raise ExecuteError(*problems)


def requested_files(options: argparse.Namespace) -> dict[str, str]:
    """Return `{option: path as given}` of the files that the user requests."""
    names = (*FILES, "execute_evidence", *COVERAGE_FILES.values())
    return {f"--{name.replace('_', '-')}": value for name in names if (value := getattr(options, name))}


def _why_unwritable(path: Path) -> str:
    existing = next(each for each in (path, *path.parents) if each.exists())
    if path.is_dir():
        return "is a directory"
    if existing != path and not existing.is_dir():
        return f"is below a file, {existing.name}"
    return "" if os.access(existing, os.W_OK) else "is not writable"


def write_files(config: pytest.Config, main: MainProcess, coverage: Path | str) -> None:
    """Write all requested files; `coverage` is the directory of the data files, or the reason why there is none."""
    assert main.judgement is not None
    verdict, evidence = main.judgement
    for option, render in FILES.items():
        if name := config.getoption(option):
            write_text(config.invocation_params.dir / name, render(verdict, main.context.plan, evidence))
    if name := config.getoption("execute_evidence"):
        context = main.context
        text = evidence_json.render(context.plan, context.policy, context.scope, evidence)
        write_text(config.invocation_params.dir / name, text)
    _write_coverage(config, main, coverage)


def _write_coverage(config: pytest.Config, main: MainProcess, coverage: Path | str) -> None:
    requested = {kind: config.getoption(option) for kind, option in COVERAGE_FILES.items()}
    paths = {kind: config.invocation_params.dir / name for kind, name in requested.items() if name}
    if isinstance(coverage, Path):
        workflow.write_coverage(main.context, coverage, paths)
    else:
        main.notices += [f"{path.name} is not written: {coverage}" for path in paths.values()]


def write_text(path: Path, text: str) -> None:
    """Write a file and make its directory; raise ExecuteError if that fails."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ExecuteError(Problem("unwritable", f"cannot be written: {error.strerror}", str(path))) from None
