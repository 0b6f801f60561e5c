"""Tests that fail beside other tests and pass by themselves."""

from __future__ import annotations

import pytest

from tests.repository import Repository
from tests.topic import Ran, honest, run

BESIDE_OTHERS = """\
import os

from app.add import add


def test_add():
    assert "PYTEST_XDIST_WORKER" not in os.environ, "beside others"
    assert add(1, 2) == 3


def test_fails_anywhere():
    assert add(1, 2) == 4
"""
CODE = "tests", "passed-alone"


@pytest.fixture(scope="module")
def repo(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    repo = honest(tmp_path_factory.mktemp("parallel") / "repo")
    repo.commit("share", {"tests/test_add.py": BESIDE_OTHERS})
    return repo


def messages(ran: Ran) -> list[str]:
    gate = next(gate for gate in ran.report["gates"] if gate["id"] == "task:1")
    return [reason["message"] for check in gate["checks"] if check["name"] == "tests" for reason in check["reasons"]]


def test_a_test_that_fails_beside_others_and_passes_alone_has_not_failed(repo: Repository) -> None:
    alone, failed = messages(run(repo.path, "-n2"))
    assert alone == (
        "tests/test_add.py::test_add failed beside other tests, and passes by itself: "
        "if it is not safe in parallel, run with -n0: AssertionError: beside others"
    )
    assert failed.startswith("tests/test_add.py::test_fails_anywhere failed: ")


@pytest.mark.parametrize("workers", ["-n0", "-n1"])
def test_there_is_no_second_chance_where_no_other_test_runs(repo: Repository, workers: str) -> None:
    assert CODE not in run(repo.path, workers, "-k", "add").codes("task:1")
