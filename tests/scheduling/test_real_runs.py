"""Real runs, in one process and on xdist's workers: same order, same blocking, same outcomes."""

from __future__ import annotations

import re

import pytest

from tests.scheduling.conftest import function
from tests.scheduling.model import random_case

CHAIN = {"task:1": [], "task:2": ["task:1"], "task:3": ["task:2"]}


def chain(first: str = "passes") -> dict[str, str]:
    """Return three files in the wrong order: the first depends on the second, which depends on the last."""
    return {
        "a": function("test_x", ["task:3"]) + function("test_y", []),
        "b": function("test_x", ["task:2"]),
        "c": function("test_x", ["task:1"], first) + function("test_y", ["task:1"]),
    }


@pytest.mark.parametrize("mode", ["-n0", "-n2"])
def test_dependents_wait(project, mode):
    project.write(CHAIN, **chain())
    run = project.run(mode)

    run.result.assert_outcomes(passed=5)
    ends = [test for event, test in run.events if event == "end"]
    assert [test for test in ends if test != "test_a.py::test_y"] == [
        *sorted(["test_c.py::test_x", "test_c.py::test_y"], key=ends.index),
        "test_b.py::test_x",
        "test_a.py::test_x",
    ]
    assert run.work_created == [5]


@pytest.mark.parametrize("mode", ["-n0", "-n2"])
def test_a_test_that_did_not_pass_blocks_its_dependents(project, mode):
    kinds = ["passes", "fails", "raises in its setup", "raises in its teardown", "skips", "xfails", "xpasses"]
    first = [function(f"test_{i}", [f"task:{i}"], how) for i, how in enumerate(kinds)]
    then = [function(f"test_{i}", [f"task:{i}b"]) for i in range(len(kinds))]
    project.write({f"task:{i}b": [f"task:{i}"] for i in range(len(kinds))}, a="".join(then), b="".join(first))
    run = project.run(mode)

    assert run.blocked == {f"test_a.py::test_{i}": f"task:{i}" for i in range(1, len(kinds))}
    assert sorted(run.started) == ["test_a.py::test_0", *(f"test_b.py::test_{i}" for i in range(len(kinds)))]


def test_a_worker_that_dies_fails_its_test_and_no_other_is_lost(project):
    project.write(CHAIN, **chain("dies"))
    run = project.run("-n2")

    run.result.stdout.fnmatch_lines(["*worker 'gw*' crashed while running 'test_c.py::test_x'*"])
    assert run.blocked == {"test_b.py::test_x": "task:1", "test_a.py::test_x": "task:1"}
    assert sorted(run.started) == ["test_a.py::test_y", "test_c.py::test_x", "test_c.py::test_y"]
    run.result.stdout.fnmatch_lines(["*1 failed, 2 passed, 2 blocked in*"])


@pytest.mark.parametrize("mode", ["-n0", "-n2"])
def test_a_blocked_test_is_reported_with_its_cause(project, mode):
    project.write(CHAIN, **chain("fails"))
    run = project.run(mode, "-v", "--junitxml=out.xml")

    assert run.result.ret == 1
    run.result.stdout.re_match_lines_random(
        [r".*test_b.py::test_x BLOCKED|.*BLOCKED.* test_b.py::test_x", r".*\b2 blocked\b.*"]
    )
    junit = project.path("out.xml").read_text()
    assert 'failures="1" skipped="2" tests="5"' in junit
    assert junit.count("blocked: task 1 did not pass") == 4  # twice for each: message and text
    assert re.search(r"test_b\.py:\d+: blocked", junit)
    assert [report for report in run.reports if report[0] == "test_b.py::test_x"] == [
        ("test_b.py::test_x", "setup", "skipped", "task:1"),
        ("test_b.py::test_x", "teardown", "passed", "task:1"),
    ]


def test_outcomes_are_the_same_whatever_the_number_of_workers(project):
    case = random_case(11)
    project.write_case(case, dict.fromkeys(case.bad, "fails"))
    first, *others = [project.run(mode).outcomes for mode in ("-n0", "-n1", "-n3")]

    assert others == [first, first]
