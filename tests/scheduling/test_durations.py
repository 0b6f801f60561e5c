"""Durations: recorded from reports, averaged and kept; effort as a number."""

from __future__ import annotations

from pathlib import Path

import pytest
from _pytest.reports import TestReport

from pytest_execute.scheduling.durations import KIND, DurationRecorder, known_durations, save_durations
from pytest_execute.tools.cache import ResultCache


def report(
    when: str, outcome: str = "passed", seconds: float = 1.0, test: str = "t.py::x", **extra: object
) -> TestReport:
    """Return a report, perhaps with the outcome "rerun" of rerunfailures or the phase "???" of xdist."""
    made = TestReport(test, ("t.py", 1, "x"), {}, "passed", None, "call", duration=seconds)
    vars(made).update(extra, outcome=outcome, when=when)
    return made


def learn(tmp_path: Path, *runs: list[TestReport]) -> dict[str, float]:
    """Return the durations that are known after these runs."""
    for reports in runs:
        cache = ResultCache(tmp_path, pytest.fail)
        recorder = DurationRecorder(cache)
        for each in reports:
            recorder.pytest_runtest_logreport(each)
        recorder.pytest_sessionfinish()
        cache.close()
    return known_durations(ResultCache(tmp_path, pytest.fail), ["t.py::x", "t.py::y"])


def test_a_duration_is_that_of_set_up_call_and_tear_down(tmp_path):
    assert learn(tmp_path, [report("setup"), report("call", seconds=0.5), report("teardown", seconds=0.25)]) == {
        "t.py::x": 1.75
    }


def test_failures_count_too_and_runs_are_averaged(tmp_path):
    first = [report("setup", seconds=0), report("call", "failed", 4.0), report("teardown", seconds=0)]
    second = [report("setup", seconds=0), report("call", "passed", 2.0), report("teardown", seconds=0)]

    assert learn(tmp_path, first, second) == {"t.py::x": 3.0}


def test_durations_of_a_file_are_one_fact_that_grows_with_each_run(tmp_path):
    runs = [
        [report(when, test=test) for when in ("setup", "call", "teardown")]
        for test in ("t.py::x", "t.py::y", "u.py::x")
    ]

    assert learn(tmp_path, *runs) == {"t.py::x": 3.0, "t.py::y": 3.0}
    assert set(ResultCache(tmp_path, pytest.fail).get(KIND, ["t.py", "u.py", "t.py::x"])) == {"t.py", "u.py"}


@pytest.mark.parametrize(
    "reports",
    [
        pytest.param([report("setup", "skipped"), report("teardown")], id="skipped"),
        pytest.param([report("setup", "failed"), report("teardown")], id="error"),
        pytest.param([report("setup", "skipped", blocked_by="a"), report("teardown", blocked_by="a")], id="blocked"),
        pytest.param([report("setup"), report("call", "skipped", wasxfail="why"), report("teardown")], id="xfailed"),
        pytest.param([report("setup"), report("call"), report("???", "failed")], id="crashed"),
        pytest.param([report("setup"), report("call", "rerun"), report("teardown")], id="to be run again"),
    ],
)
def test_tests_that_neither_passed_nor_failed_do_not_count(tmp_path, reports):
    assert learn(tmp_path, reports) == {}


def test_only_the_last_try_of_a_rerun_counts(tmp_path):
    tries = [report("setup"), report("call", "rerun", 9.0), report("teardown"), report("setup"), report("call")]

    assert learn(tmp_path, [*tries, report("teardown")]) == {"t.py::x": 3.0}


def test_a_file_whose_name_is_not_utf_8(tmp_path: Path) -> None:
    cache, test = ResultCache(tmp_path, pytest.fail), "caf\udce9.py::test_x"
    save_durations(cache, {test: 2.0})
    assert known_durations(cache, [test]) == {test: 2.0}
