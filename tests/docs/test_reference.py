"""The reference says what the code has: no option, command, policy, marker or reason code more or less."""

from __future__ import annotations

import argparse
import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.config.argparsing import Parser

from pytest_execute import cli, plugin
from pytest_execute.core import policy, verdict
from pytest_execute.demo.flaws import FLAWS
from pytest_execute.gates import checks, coverage_gaps
from pytest_execute.reports.json_report import Report
from tests.docs.shown import TOP, first_cells

REFERENCE = "docs/reference"


def names(cells: list[str]) -> set[str]:
    """The options without their values."""
    return {re.split(r"[= ]", cell, maxsplit=1)[0] for cell in cells if cell.startswith("--")}


def commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = (
        each for each in cli.build_parser(cli.COMMANDS)._actions if isinstance(each, argparse._SubParsersAction)
    )
    return dict(action.choices)


def options(parser: argparse.ArgumentParser) -> set[str]:
    return {name for each in parser._actions for name in each.option_strings if name.startswith("--")} - {"--help"}


def test_options_of_pytest() -> None:
    parser = Parser(_ispytest=True)
    plugin.pytest_addoption(parser)
    shown = (each for each in parser.getgroup("execute").options if each.attrs()["help"] != argparse.SUPPRESS)
    documented = {name for name in names(first_cells(f"{REFERENCE}/options.md")) if name.startswith("--execute-")}
    assert documented == {name for each in shown for name in each.names()}


def test_commands_and_their_options() -> None:
    cells = first_cells(f"{REFERENCE}/options.md")
    assert {cell.split()[1] for cell in cells if cell.startswith("pytest-execute ")} == set(commands())
    documented = {name for name in names(cells) if not name.startswith("--execute-")}
    assert documented == {name for parser in commands().values() for name in options(parser)}


def test_policy() -> None:
    below = {f"{table}.{key}" for table, (_, keys) in policy.TABLES.items() for key in keys}
    assert set(first_cells(f"{REFERENCE}/policy.md")) == set(policy.TOP) | below


def test_markers() -> None:
    text = (TOP / REFERENCE / "markers.md").read_text(encoding="utf-8")
    for marker in plugin.MARKERS:
        signature, _, meaning = marker.partition(": ")
        assert f"| `{signature}` | {meaning} |" in text.replace('`"', '"').replace('"`', '"')


def test_fields_of_the_report() -> None:
    assert first_cells(f"{REFERENCE}/report.md") == list(Report.__struct_encode_fields__)


def test_exit_statuses() -> None:
    """Those of the command, then those of pytest that a run of ours can end with."""
    ours = [str(status) for status in (verdict.PASSED, verdict.NOT_PASSED, verdict.CANNOT_JUDGE)]
    code = pytest.ExitCode
    pytests = (code.OK, code.TESTS_FAILED, code.INTERRUPTED, code.INTERNAL_ERROR, code.USAGE_ERROR)
    assert first_cells(f"{REFERENCE}/exit-statuses.md") == [*ours, *(str(int(status)) for status in pytests)]


# -- reason codes: read from the source of the checks


def written(node: ast.expr) -> Iterator[str]:
    """The codes that an expression can be: its texts, with … for each part that is only known when it runs."""
    if isinstance(node, ast.Constant):
        yield str(node.value)
    elif isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in node.values)
    elif isinstance(node, ast.IfExp):
        yield from written(node.body)
        yield from written(node.orelse)


def codes() -> set[str]:
    """Every code that a check can give."""
    found = {*checks.PHRASES, *checks.UNPROVEN, *(code for code, _ in coverage_gaps.LISTED.values())}
    for node in ast.walk(ast.parse(inspect.getsource(checks))):
        match node:
            case (
                ast.Call(func=ast.Name("Reason"), args=[code, *_])
                | ast.Call(func=ast.Name("at_test"), args=[_, code, *_])
            ):
                found.update(written(code))
            case ast.Assign(targets=[ast.Name("code")], value=value):
                found.update(written(value))
    return found


def test_reason_codes() -> None:
    documented = first_cells(f"{REFERENCE}/reason-codes.md")
    assert sorted(documented) == sorted(codes() - {"passed"})
    assert len(documented) > 25


def test_checks() -> None:
    """The headings of the reason codes are the names of the checks that have codes of their own."""
    text = (TOP / REFERENCE / "reason-codes.md").read_text(encoding="utf-8")
    names = set(re.findall(r"check\(\s*\"([a-z-]+)\"", Path(inspect.getfile(checks)).with_name("judge.py").read_text()))
    assert set(re.findall(r"^## (.+)$", text, re.MULTILINE)) == names


def test_the_demos_faults_are_told_as_they_are() -> None:
    text = (TOP / "docs/tutorial/demo.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\d+) \|.*\(`([a-z-]+)`\) \|$", text, re.MULTILINE))
    assert rows == {task: code for task, (_, code) in FLAWS.items()}
