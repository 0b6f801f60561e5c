"""Order of the tests in whole runs: blocked tests, --execute-keep-going, reruns, durations, interruptions."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_execute.scheduling.durations import known_durations
from pytest_execute.tools.cache import ResultCache
from tests.polling import wait_until
from tests.repository import Repository
from tests.topic import PROJECT, QUICK, Ran, environment, honest, run

UNDO = "tests/test_undo.py::test_undo"
WHOLE = """
import pytest

@pytest.mark.gate("system")
def test_all(): pass

@pytest.mark.stream("A")
def test_stream(): pass
"""


@pytest.fixture
def repo(tmp_path: Path) -> Repository:
    return honest(tmp_path / "repo", PROJECT + QUICK)


@pytest.fixture
def broken(repo: Repository) -> Repository:
    """Task 1 fails, and task 3 waits for it."""
    repo.commit("break task 1", {"src/app/add.py": "def add(a, b):\n    return 0\n"})
    return repo


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_a_failed_task_blocks_tests_of_other_tasks_of_its_stream_and_of_the_system(
    broken: Repository, workers: str
) -> None:
    """Each is reported in the terminal, in JUnit's XML and in JSON."""
    broken.commit("whole", {"tests/test_a_whole.py": WHOLE})
    ran = run(broken.path, workers, "-rA", "--junitxml=../junit.xml")
    assert ran.status == 1
    assert {test["id"].rpartition("::")[2]: test["outcome"] for test in ran.report["tests"]} == {
        "test_add": "failed",
        "test_take": "passed",
        "test_other": "passed",
        "test_undo": "blocked",
        "test_stream": "blocked",
        "test_all": "blocked",
    }
    assert "3 blocked" in ran.text
    why = f"{UNDO} was not run: what it depends on did not pass: task 1 did not pass"
    assert f"tests: {why}" in ran.text
    gate = next(each for each in ran.report["gates"] if each["id"] == "task:3")
    assert next(reason["message"] for check in gate["checks"] for reason in check["reasons"]) == why
    assert "blocked: task 1 did not pass" in (broken.path.parent / "junit.xml").read_text()


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_with_keep_going_dependents_run_and_their_tasks_stay_blocked(broken: Repository, workers: str) -> None:
    ran = run(broken.path, workers, "--execute-keep-going")
    assert {test["id"]: test["outcome"] for test in ran.report["tests"]}[UNDO] == "passed"
    assert (ran.status, ran.verdicts()["task:3"], ran.verdicts()["stream:C"]) == (1, "blocked", "blocked")
    assert ran.codes("task:3")[0] == ("dependencies", "dependency-failed")


def test_a_run_with_blocked_tests_and_no_failure_does_not_pass(repo: Repository) -> None:
    repo.commit("skip", {"tests/test_add.py": "import pytest\n\n\ndef test_add():\n    pytest.skip('later')\n"})
    ran = run(repo.path, "-n0", "-k", "add or undo")
    assert "1 skipped, 2 deselected, 1 blocked" in ran.text
    assert (ran.status, ran.verdicts()["task:3"]) == (1, "blocked")


RECORD_ORDER = """
import pytest

@pytest.fixture(autouse=True)
def ordered(request):
    yield
    with open("../order", "a") as file:
        file.write(request.node.name + "\\n")
"""


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_tests_of_a_stream_wait_for_its_tasks_and_those_of_the_system_for_all_streams(
    repo: Repository, workers: str
) -> None:
    repo.commit("whole", {"tests/conftest.py": RECORD_ORDER, "tests/test_a_whole.py": WHOLE})
    ran = run(repo.path, workers)
    order = (repo.path.parent / "order").read_text().split()
    assert sorted(order) == ["test_add", "test_all", "test_other", "test_stream", "test_take", "test_undo"], ran.text
    assert order.index("test_add") < order.index("test_stream")
    assert max(map(order.index, ("test_add", "test_take", "test_undo", "test_stream"))) < order.index("test_all")


FLAKY = """
import os

from app.add import add


def test_add():
    assert add(1, 2) == 3
    tried = os.path.exists("tried")
    open("tried", "w").close()
    assert tried
"""


def test_a_test_that_passes_only_when_it_is_run_again_does_not_pass_its_task(repo: Repository) -> None:
    pytest.importorskip("pytest_rerunfailures")
    repo.commit("flaky", {"tests/test_add.py": FLAKY})
    ran = run(repo.path, "-n2", "-p", "rerunfailures", "--reruns=1")
    assert (ran.status, ran.codes("task:1")[0]) == (1, ("tests", "rerun"))
    assert ran.verdicts()["task:3"] == "blocked"
    assert "passed only when it was run again: a flaky test proves nothing: assert False" in ran.text


def test_durations_are_saved_unless_the_cache_is_switched_off(broken: Repository) -> None:
    cache = broken.path / ".pytest_cache"
    run(broken.path, "-n0", "--execute-no-cache")
    tests = ["tests/test_add.py::test_add", "tests/test_take.py::test_take", UNDO]
    assert known_durations(ResultCache(cache, pytest.fail), tests) == {}
    run(broken.path, "-n0")
    durations = known_durations(ResultCache(cache, pytest.fail), tests)
    assert list(durations) == tests[:2]
    assert all(seconds > 0 for seconds in durations.values())


SLOW = """
import time

import pytest


@pytest.mark.task('3')
def test_slow():
    open('begun', 'w').close()
    time.sleep(600)
""".lstrip()


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_an_interrupted_run_reports_the_known_outcomes(tmp_path: Path, workers: str) -> None:
    repo = honest(tmp_path / "repo")
    repo.commit("slow", {"tests/test_slow.py": SLOW})
    report = repo.path.parent / "report.json"
    command = [sys.executable, "-m", "pytest", "--execute-topic=sums", f"--execute-report={report}", workers]
    child = subprocess.Popen(
        command,
        cwd=repo.path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        wait_until(lambda: (repo.path / "begun").exists() or child.poll() is not None)
        os.killpg(child.pid, signal.SIGINT)
        text, _ = child.communicate()
    finally:
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
    assert child.returncode == 2, text
    assert "test_slow.py::test_slow did not run" in text, text
    assert '"verdict": "passed"' not in report.read_text().split('"gates"')[0]
    assert "Traceback" not in text
    ran = Ran(2, text, json.loads(report.read_text()))
    unmeasured = ("coverage", "not-measured")
    assert unmeasured in ran.codes("task:3")
    assert ("coverage", "coverage-too-low") not in ran.codes("task:1"), (
        "coverage that a worker did not send is not known to be missing"
    )


@pytest.mark.parametrize("workers", ["-n0", "-n2"])
def test_checks_that_the_policy_switches_off_are_neither_run_nor_announced(repo: Repository, workers: str) -> None:
    ran = run(repo.path, workers, "--execute-lcov=../x.lcov")
    assert (ran.status, (repo.path.parent / "x.lcov").exists()) == (0, True), ran.text
    ran = run(repo.path, workers, "--execute-evidence=../evidence.json")
    assert (ran.status, "replaying" in ran.text, ran.report["coverage"]) == (0, False, {})
    evidence = json.loads((repo.path.parent / "evidence.json").read_text())
    assert evidence["missing"]["coverage"] == "the policy requires no coverage"
