"""The reference has the options, commands, policy keys, markers and reason codes of the code, and no others."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import get_args

import pytest
from _pytest.config.argparsing import Parser

from pytest_execute import plugin
from pytest_execute.commands import table
from pytest_execute.core import policy, verdict
from pytest_execute.demo.flaws import FLAWS
from pytest_execute.gates import judge, reasons
from pytest_execute.gates.reasons import TABLE
from pytest_execute.gates.reasons.row import CheckName
from pytest_execute.reports.evidence_json import EvidenceFile
from pytest_execute.reports.json_report import Report
from tests.docs.shown import TOP, first_cells

REFERENCE = "docs/reference"


def names(cells: list[str]) -> set[str]:
    """The options without their values."""
    return {re.split(r"[= ]", cell, maxsplit=1)[0] for cell in cells if cell.startswith("--")}


def commands() -> dict[str, argparse.ArgumentParser]:
    (action,) = (
        each for each in table.build_parser(table.COMMANDS)._actions if isinstance(each, argparse._SubParsersAction)
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
    assert set(first_cells(f"{REFERENCE}/policy.md")) == set(policy.TOP_KEYS) | below


def test_markers() -> None:
    text = (TOP / REFERENCE / "markers.md").read_text(encoding="utf-8")
    for marker in plugin.MARKERS:
        signature, _, meaning = marker.partition(": ")
        assert f"| `{signature}` | {meaning} |" in text.replace('`"', '"').replace('"`', '"')


def test_fields_of_the_report_and_of_the_evidence() -> None:
    files = [*Report.__struct_encode_fields__, *EvidenceFile.__struct_encode_fields__]
    assert first_cells(f"{REFERENCE}/report.md") == files


def test_exit_statuses() -> None:
    """Those of the command, then those of pytest that a run of ours can end with."""
    ours = [str(status) for status in (verdict.PASSED, verdict.NOT_PASSED, verdict.CANNOT_JUDGE)]
    code = pytest.ExitCode
    pytests = (code.OK, code.TESTS_FAILED, code.INTERRUPTED, code.INTERNAL_ERROR, code.USAGE_ERROR)
    assert first_cells(f"{REFERENCE}/exit-statuses.md") == [*ours, *(str(int(status)) for status in pytests)]


# -- reason codes: one table in the package, the same in the documents


def documented_codes() -> dict[str, list[tuple[str, ...]]]:
    """The rows below each heading of the page."""
    text = (TOP / REFERENCE / "reason-codes.md").read_text(encoding="utf-8")
    _, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    row = re.compile(r"^\| (`.+?`) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)
    return {section.partition("\n")[0]: row.findall(section) for section in sections}


def test_reason_codes() -> None:
    checks: dict[str, list[tuple[str, ...]]] = {}
    for row in TABLE:
        cells = (f"`{row.code}`", ", ".join(row.verdicts), row.meaning, row.remedy)
        checks.setdefault(row.check, []).append(cells)
    assert documented_codes() == checks
    assert len(TABLE) == len({row.code for row in TABLE}) > 25


def test_every_code_of_the_table_is_given() -> None:
    """By its name in a check, or as the outcome of a test or of a proof, whose names are codes."""
    table = Path(reasons.__file__).parent
    files = [path for path in Path(judge.__file__).parent.rglob("*.py") if path.parent != table]
    source = "".join(path.read_text(encoding="utf-8") for path in files)
    assert [row.code for row in TABLE if f'"{row.code}"' not in source] == []


def test_checks() -> None:
    """The names of the checks are those of the table, and the headings of its page."""
    names = re.findall(r"build_check\(\s*\"([a-z-]+)\"", Path(judge.__file__).read_text(encoding="utf-8"))
    assert set(names) == set(get_args(CheckName)) == set(documented_codes())


def test_the_codes_of_the_flawed_demo() -> None:
    text = (TOP / "docs/tutorial/demo.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| (\d+) \|.*\(`([a-z-]+)`\) \|$", text, re.MULTILINE))
    assert rows == {task: code for task, (_, code) in FLAWS.items()}
