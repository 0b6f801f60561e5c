"""Each test of a job has one result."""

from __future__ import annotations

from typing import Any

from pytest_execute.engine.child.results import JobResults


def test_only_the_first_outcome_of_a_test_is_sent() -> None:
    sent: list[Any] = []
    results = JobResults(["a.py::test_a"], sent.append)
    results.report("a.py::test_a", {"state": "passed"})
    results.report_crash("a.py::test_a")
    results.report_timeout("a.py::test_other", 2.0)
    assert sent == [{"test": "a.py::test_a", "state": "passed"}]


def test_a_failure_is_reported_for_all_open_tests_below_it() -> None:
    tests = ["tests/a.py::test_a", "tests/a.py::A::test_b", "tests/ab.py::test_c", "tests/sub/c.py::test_d"]
    for prefix, below in {
        "tests/a.py": tests[:2],
        "tests/a.py::A": [tests[1]],
        "tests/sub": [tests[3]],
        "": tests,
    }.items():
        sent: list[Any] = []
        JobResults(tests, sent.append).report_below(prefix, {"state": "failed"})
        assert [message["test"] for message in sent] == below
