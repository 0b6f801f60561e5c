"""Files that the user requests: reports, and coverage in the formats of other tools."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from pytest_execute import workflow
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.reports import evidence_json, json_report, markdown
from pytest_execute.session.options import COVERAGE_FILES
from pytest_execute.session.state import MainProcess
from pytest_execute.tools import output_files

FILES = {"execute_report": json_report.render, "execute_summary": markdown.render}
"""Options that request a file, and the functions that render it."""
FOR_PEOPLE = ("execute_summary",)
"""Options whose file no program reads: the run has its verdict without it, and says that it is lost."""


def remove_earlier_reports(config: pytest.Config) -> None:
    output_files.remove_earlier(_paths(config).values())


def check_outputs(config: pytest.Config) -> None:
    """Raise ExecuteError with each requested file that must not or cannot be written, before the tests run."""
    options, paths = config.known_args_namespace, _paths(config)
    if paths:
        notes = options.execute_notes or config.getini("execute_notes") or None
        workflow.check_outputs(Path(options.execute_repository or config.rootpath), notes, paths)


def _paths(config: pytest.Config) -> dict[str, Path]:
    """Return the paths of the requested files by their options, as given."""
    requested = requested_files(config.known_args_namespace)
    return {f"{option}={name}": config.invocation_params.dir / name for option, name in requested.items()}


def requested_files(options: argparse.Namespace) -> dict[str, str]:
    """Return `{option: path as given}` of the files that the user requests."""
    names = (*FILES, "execute_evidence", *COVERAGE_FILES.values())
    return {f"--{name.replace('_', '-')}": value for name in names if (value := getattr(options, name))}


def write_files(config: pytest.Config, main: MainProcess, coverage: Path | str) -> None:
    """Write all requested files; `coverage` is the directory of the data files, or the reason why there is none."""
    assert main.judgement is not None
    verdict, evidence = main.judgement
    context = main.context
    plan = context.plan
    texts = {option: render(verdict, plan, evidence) for option, render in FILES.items() if config.getoption(option)}
    if config.getoption("execute_evidence"):
        texts["execute_evidence"] = evidence_json.render(plan, context.policy, context.scope, evidence)
    problems: list[Problem] = []
    for option, text in texts.items():
        try:
            content = text.encode(errors="backslashreplace")
            output_files.write(config.invocation_params.dir / config.getoption(option), content)
        except ExecuteError as error:
            if option in FOR_PEOPLE:
                main.notices += error.usage
            else:
                problems += error.problems
    if problems:
        raise ExecuteError(*problems)
    _write_coverage(config, main, coverage)


def _write_coverage(config: pytest.Config, main: MainProcess, coverage: Path | str) -> None:
    requested = {kind: config.getoption(option) for kind, option in COVERAGE_FILES.items()}
    paths = {kind: config.invocation_params.dir / name for kind, name in requested.items() if name}
    if isinstance(coverage, Path):
        workflow.write_coverage(main.context, coverage, paths)
    else:
        main.notices += [f"{path.name} is not written: {coverage}" for path in paths.values()]
