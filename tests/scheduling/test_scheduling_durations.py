"""Durations: learnt from reports, smoothed, kept; how long is too long."""

from __future__ import annotations

import pytest
from _pytest.reports import TestReport

from pytest_execute.scheduling.blocked_reports import call_passed
from pytest_execute.scheduling.durations import KIND, Durations, recall
from pytest_execute.scheduling.hang_watch import HangWatch, Limits
from pytest_execute.scheduling.xdist import Station
from pytest_execute.tools.cache import ResultCache


def report(
    when: str, outcome: str = "passed", seconds: float = 1.0, test: str = "t.py::x", **extra: object
) -> TestReport:
    return TestReport(test, ("t.py", 1, "x"), {}, outcome, None, when, duration=seconds, **extra)


def learnt(tmp_path, *runs: list[TestReport]) -> dict[str, float]:
    """What is known after these runs."""
    for reports in runs:
        ledger = ResultCache(tmp_path, pytest.fail)
        listener = Durations(ledger)
        for each in reports:
            listener.pytest_runtest_logreport(each)
        listener.pytest_sessionfinish()
        ledger.close()
    return recall(ResultCache(tmp_path, pytest.fail), ["t.py::x", "t.py::y"])


def test_a_test_takes_its_set_up_its_call_and_its_tear_down(tmp_path):
    assert learnt(tmp_path, [report("setup"), report("call", seconds=0.5), report("teardown", seconds=0.25)]) == {
        "t.py::x": 1.75
    }


def test_a_failure_teaches_too_and_runs_are_smoothed(tmp_path):
    first = [report("setup", seconds=0), report("call", "failed", 4.0), report("teardown", seconds=0)]
    second = [report("setup", seconds=0), report("call", "passed", 2.0), report("teardown", seconds=0)]

    assert learnt(tmp_path, first, second) == {"t.py::x": 3.0}


def test_what_is_known_of_a_file_is_kept_together_and_grows_with_each_run(tmp_path):
    runs = [
        [report(when, test=test) for when in ("setup", "call", "teardown")]
        for test in ("t.py::x", "t.py::y", "u.py::x")
    ]

    assert learnt(tmp_path, *runs) == {"t.py::x": 3.0, "t.py::y": 3.0}
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
def test_what_neither_passed_nor_failed_teaches_nothing(tmp_path, reports):
    assert learnt(tmp_path, reports) == {}


def test_a_second_try_counts_alone(tmp_path):
    tries = [report("setup"), report("call", "rerun", 9.0), report("teardown"), report("setup"), report("call")]

    assert learnt(tmp_path, [*tries, report("teardown")]) == {"t.py::x": 3.0}


@pytest.mark.parametrize(
    ("told", "over"),
    [
        pytest.param(report("call"), True, id="passed"),
        pytest.param(report("call", context=("first part", {})), False, id="a subtest, with others to come"),
        pytest.param(report("setup"), False, id="only set up"),
        pytest.param(report("call", "failed"), False, id="failed"),
        pytest.param(report("call", "rerun"), False, id="to be run again"),
    ],
)
def test_when_a_worker_is_nearly_through_with_a_test(told, over):
    assert call_passed(told) is over


def watched(seconds: dict[int, float], given: float | None, now: float) -> tuple[list[str], dict[int, float]]:
    """Whom a watch ends, and for which tests, where a worker is in test 0 since 100.0."""
    station, ended = Station(), []
    station.add(0, 0.1)
    station.since = 100.0
    watch = HangWatch(Limits(given), {"gw0": station}, seconds)
    for _ in range(2):
        watch.look("gw0", station, now, ended.append)
    return ended, watch.killed


def test_a_test_that_takes_much_longer_than_ever_hangs():
    assert watched({0: 1.0}, None, 699.0) == ([], {})
    assert watched({0: 1.0}, None, 701.0) == (["gw0"], {0: 600.0})
    assert watched({0: 100.0}, None, 3099.0) == ([], {})
    assert watched({0: 100.0}, None, 3101.0) == (["gw0"], {0: 3000.0})


def test_a_test_of_which_nothing_is_known_may_take_for_ever():
    assert watched({}, None, 1e9) == ([], {})
    assert watched({}, 5.0, 106.0) == (["gw0"], {0: 5.0})
    assert watched({0: 1.0}, 0.0, 1e9) == ([], {})


def test_a_worker_that_waits_does_not_hang():
    station, ended = Station(), []
    watch = HangWatch(Limits(1.0), {"gw0": station}, {})
    watch.look("gw0", station, 1e9, ended.append)
    station.sent.append(100)
    watch.look("gw0", station, 1e9, ended.append)

    assert ended == []
