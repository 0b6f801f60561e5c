"""The shipped schema of the JSON report: current, and obeyed by a real report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pytest_execute.reports import json_report
from tests import hello

FILE = Path(json_report.__file__).with_name("report.schema.json")
SCHEMA: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    place = tmp_path_factory.mktemp("schema")
    done = hello.run(["pytest-execute", "gate", "hello", "--json"], hello.flawed(place / "work").path)
    assert done.returncode == 1, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_it_is_current() -> None:
    """Where it is not, `FILE.write_text(json_report.schema())` writes it anew."""
    assert FILE.read_text(encoding="utf-8") == json_report.schema()


def test_a_real_report_obeys_it(report: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(report, SCHEMA)
    assert report["schema"] == json_report.SCHEMA == "pytest-execute/report/1"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"verdict": "fine"}, "'fine' is not one of ['blocked', 'failed', 'open', 'passed', 'unproven', 'waived']"),
        ({"gates": None}, "None is not of type 'array'"),
    ],
)
def test_a_wrong_report_does_not(report: dict[str, Any], change: dict[str, object], message: str) -> None:
    with pytest.raises(jsonschema.ValidationError) as error:
        jsonschema.validate(report | change, SCHEMA)
    assert error.value.message == message
