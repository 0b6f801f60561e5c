"""Fifteen hollow tests and twenty honest ones in one run: tasks with hollow tests fail, and tasks with honest ones do
not.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.mutation.cases import ALL, HOLLOW, HONEST, repository
from tests.topic import Ran, run


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    repo = repository(tmp_path_factory.mktemp("hollow") / "work", ALL)
    repo.put("ran-before.marker", "")
    return run(repo.path, "-n0", topic="cases")


def checks(ran: Ran, name: str) -> dict[str, Any]:
    gate = next(gate for gate in ran.report["gates"] if gate["level"] == "task" and gate["title"] == name)
    return {check["name"]: check for check in gate["checks"]}


@pytest.mark.parametrize("name", HOLLOW)
def test_a_task_with_a_hollow_test_fails(ran: Ran, name: str) -> None:
    found = checks(ran, name)
    assert found["tests"]["verdict"] == "passed", ran.text
    words = {found["test-first"]["verdict"], found["mutation"]["verdict"]}
    assert words & {"failed", "unproven"}, found


@pytest.mark.parametrize("name", HONEST)
def test_a_task_with_an_honest_test_passes(ran: Ran, name: str) -> None:
    found = checks(ran, name)
    assert found["tests"]["verdict"] == "passed", ran.text
    assert (found["test-first"]["reasons"], found["mutation"]["reasons"]) == ([], [])


@pytest.mark.parametrize("name", [*HONEST, "t01"])
def test_a_task_answers_for_the_lines_of_its_own_file_alone(ran: Ran, name: str) -> None:
    """All code came in one commit, with which the tests of thirty tasks turned; those of t01 were never red."""
    reasons = checks(ran, name)["coverage"]["reasons"]
    assert {reason["path"] for reason in reasons} <= {f"src/app/{name}.py"}
    assert name != "t01" or [reason["code"] for reason in reasons] == ["coverage-too-low"]


def test_mutation_alone_finds_all_hollow_tests_except_one_that_passes_only_once(ran: Ran) -> None:
    words = {name: checks(ran, name)["mutation"]["verdict"] for name in HOLLOW}
    assert words == {**dict.fromkeys(HOLLOW, "failed"), "t29": "unproven"}


def test_reasons_name_the_function_the_stub_and_the_tests(ran: Ran) -> None:
    (reason,) = checks(ran, "t09")["mutation"]["reasons"]
    assert reason == {
        "code": "pseudo-tested",
        "message": (
            "the body of app.t09:f can be replaced by `return None`, and no test that runs it fails: "
            "tests/test_t09.py::test_it"
        ),
        "path": "src/app/t09.py",
        "line": 1,
        "test": None,
    }
    (reason,) = checks(ran, "t31")["mutation"]["reasons"]
    assert (reason["code"], reason["message"]) == ("not-reached", "app.t31:f is run by no passing test")
