"""The evidence file: its shipped schema is current, a real file obeys it, and the same verdict comes of it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from pytest_execute.core.errors import ExecuteError
from pytest_execute.core.evidence import Evidence, History, LineSets, Manifest, Missing, TestResult
from pytest_execute.core.plan import Plan, Task
from pytest_execute.core.policy import Policy, Scope
from pytest_execute.gates.judge import judge
from pytest_execute.reports import evidence_json, json_report
from tests import hello

FILE = Path(evidence_json.__file__).with_name("evidence.schema.json")
SCHEMA: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, dict[str, Any]]:
    """The evidence of one run, and its report."""
    place = tmp_path_factory.mktemp("schema")
    options = ["--execute-evidence=../evidence.json", "--execute-report=../report.json"]
    done = hello.run(
        [sys.executable, "-m", "pytest", "--execute-topic=hello", *options], hello.flawed(place / "work").path
    )
    assert done.returncode == 1, done.stdout
    return (place / "evidence.json").read_bytes(), json.loads((place / "report.json").read_text())


def test_it_is_current() -> None:
    """Where it is not, `FILE.write_text(evidence_json.schema())` writes it anew."""
    assert FILE.read_text(encoding="utf-8") == evidence_json.schema()


def test_a_real_file_obeys_it(files: tuple[bytes, dict[str, Any]]) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    evidence = json.loads(files[0])
    jsonschema.validate(evidence, SCHEMA)
    assert evidence["schema"] == evidence_json.SCHEMA == "pytest-execute/evidence/1"
    assert evidence["policy"]["coverage"]["task"] == "90"


def test_the_same_report_comes_of_the_file_alone(files: tuple[bytes, dict[str, Any]]) -> None:
    text, report = files
    file = evidence_json.read(text, "evidence.json")
    evidence = file.evidence()
    verdict = judge(file.plan, file.policy, evidence, file.scope)
    assert json.loads(json_report.render(verdict, file.plan, evidence)) == report


PLAN = Plan(topic="t", path="notes/t/breakdown.md", tasks=(Task(id="1", title="a", line=1),))
LINES = {"task:1": LineSets(lines={"a.py": frozenset({2, 1})}, covered={"a.py": frozenset({1})})}
EVIDENCE = Evidence(
    history=History(base="a" * 40, head="b" * 40),
    manifest=Manifest(),
    results={"test_a.py::test_x": TestResult("test_a.py::test_x", "passed")},
    proofs=Missing("the clone is shallow"),
    coverage={gate: sets.measure() for gate, sets in LINES.items()},
    line_sets=LINES,
    mutants=(),
)


def test_evidence_is_read_as_it_was_written() -> None:
    text = evidence_json.render(PLAN, Policy(), Scope(claimed=True), EVIDENCE)
    file = evidence_json.read(text.encode(), "e.json")
    assert (file.plan, file.policy, file.scope, file.evidence()) == (PLAN, Policy(), Scope(claimed=True), EVIDENCE)
    written = json.loads(text)
    assert (written["proofs"], written["missing"]) == (None, {"proofs": "the clone is shallow"})
    assert written["coverage"]["task:1"]["lines"] == {"a.py": [1, 2]}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b"{", "e.json: error: cannot be read as evidence: Input data was truncated (bad-evidence)"),
        (
            b'{"schema": "pytest-execute/evidence/2"}',
            (
                "e.json: error: has the form pytest-execute/evidence/2, "
                "but this version reads pytest-execute/evidence/1: run the tests again (bad-evidence)"
            ),
        ),
    ],
)
def test_what_is_no_evidence_of_this_version_is_refused(text: bytes, problem: str) -> None:
    with pytest.raises(ExecuteError) as error:
        evidence_json.read(text, "e.json")
    assert str(error.value) == problem
