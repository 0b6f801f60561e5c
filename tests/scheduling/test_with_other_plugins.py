"""Runs with pytest's own options, shared fixtures, other plugins and schedulers, and crashing or hanging workers."""

from __future__ import annotations

import pytest

from pytest_execute.scheduling.controller import SchedulingController
from pytest_execute.scheduling.hang_watch import HangLimits
from pytest_execute.scheduling.select_plugin import SchedulingCallbacks, scheduling_plugin
from pytest_execute.scheduling.work import ScheduledWork
from tests.scheduling.conftest import function

CHAIN = {"task:1": [], "task:2": ["task:1"]}

SHARED = """
@pytest.fixture(scope="session", autouse=True)
def whole():
    write("fixtures.log", "session", __name__)
    yield
    write("fixtures.log", "end of session", __name__)

@pytest.fixture(scope="module", autouse=True)
def file(whole, request):
    write("fixtures.log", "module", request.node.name)
    yield
    write("fixtures.log", "end of module", request.node.name)

@pytest.fixture(scope="class")
def one(request):
    write("fixtures.log", "class", request.node.nodeid)
    yield
    write("fixtures.log", "end of class", request.node.nodeid)

@pytest.mark.usefixtures("one")
class TestOne:
    @pytest.mark.parametrize("n", range(5))
    def test_in_class(self, n): pass

@pytest.mark.parametrize("n", range(5))
def test_alone(n): pass
"""


@pytest.fixture
def fixtures_of(project, monkeypatch):
    def run(*args: str, plain: bool) -> list[tuple[str, ...]]:
        project.path("fixtures.log").unlink(missing_ok=True)
        monkeypatch.setenv("PLAIN", "1" if plain else "")
        project.run(*args).result.assert_outcomes(passed=30)
        log: list[tuple[str, ...]] = project.log("fixtures.log")
        return log

    project.write({}, a=SHARED, b=SHARED, c=SHARED)
    return run


@pytest.mark.parametrize("mode", ["-n0", "-n1"])
def test_shared_fixtures_are_set_up_exactly_as_without_the_plugin(fixtures_of, mode):
    assert fixtures_of(mode, plain=False) == fixtures_of(mode, plain=True)


def test_no_worker_sets_up_a_shared_fixture_twice(fixtures_of):
    log = fixtures_of("-n2", plain=False)

    assert max(log.count(entry) for entry in log) <= 2
    assert all(
        log.count((f"end of {what}", *where)) == log.count((what, *where)) for what, *where in log if "end" not in what
    )


HOOKS = """
def pytest_runtest_setup(item):
    assert item.function
    write("hooks.log", "setup")

def pytest_runtest_teardown(item):
    assert item.function
    write("hooks.log", "teardown")

def pytest_runtest_makereport(item):
    assert item.function
"""


@pytest.mark.parametrize("mode", ["-n0", "-n2"])
def test_hooks_of_the_project_are_called_for_its_tests_only(project, mode):
    project.write(CHAIN, a=function("test_x", ["task:1"], "fails"), b=function("test_x", ["task:2"]))
    conftest = project.path("conftest.py")
    conftest.write_text(conftest.read_text() + HOOKS)
    run = project.run(mode)

    run.result.stdout.fnmatch_lines(["*1 failed, 1 blocked in*"])
    assert project.log("hooks.log") == [("setup",), ("teardown",)]


BROKEN = """
@pytest.fixture(scope="module", autouse=True)
def shared():
    yield
    print("said at the end")
    raise ValueError("cannot tear down")
"""


@pytest.mark.parametrize("mode", ["-n0", "-n1", "-n2"])
def test_an_error_in_a_shared_tear_down_counts_for_the_last_test(project, mode):
    project.write({}, a=BROKEN + function("test_x", []))
    run = project.run(mode, "--junitxml=out.xml")

    run.result.assert_outcomes(passed=1, errors=1)
    assert run.result.ret == 1
    run.result.stdout.fnmatch_lines(
        ["*ERROR at teardown of test_x*", "*ValueError: cannot tear down", "said at the end"]
    )
    assert [r for r in run.reports if r[2] == "failed"] == [("test_a.py::test_x", "teardown", "failed", None)]
    assert "end of batch" not in project.path("out.xml").read_text()


DEADLY = """
@pytest.fixture(scope="module", autouse=True)
def shared():
    yield
    os._exit(3)
"""


def test_a_death_in_a_shared_tear_down_counts_for_the_last_test(project):
    project.write({}, a=DEADLY + function("test_x", []), b=function("test_x", []))
    run = project.run("-n1")

    assert run.result.ret == 1
    run.result.stdout.fnmatch_lines(["*crashed while running 'test_a.py::test_x'*"])
    assert sorted(run.started) == ["test_a.py::test_x", "test_b.py::test_x"]


def test_blocked_tests_between_modules_leave_the_fixtures_in_order(project):
    project.write(
        {"task:1": [], "task:2": ["task:1"]},
        a=SHARED + function("test_bad", ["task:1"], "fails"),
        b=SHARED + "pytestmark = pytest.mark.unit('task:2')\n",
        c=SHARED,
    )
    run = project.run("-n0")

    run.result.stdout.fnmatch_lines(["*1 failed, 20 passed, 10 blocked in*"])
    assert [entry for entry in project.log("fixtures.log") if "test_b.py" in entry] == []


@pytest.mark.parametrize(
    ("mode", "how", "limit"), [("-n0", "fails", "-x"), ("-n2", "fails", "--maxfail=1"), ("-n2", "dies", "-x")]
)
def test_a_limit_of_failures_stops_the_run(project, mode, how, limit):
    tests = "".join(function(f"test_{i}", ["task:2"]) for i in range(20))
    project.write(CHAIN, a=tests, b=function("test_x", ["task:1"], how))
    run = project.run(mode, limit)

    assert run.started == ["test_b.py::test_x"]
    assert run.result.ret == (1 if mode == "-n0" else 2)
    run.result.stdout.fnmatch_lines(["*stopping after 1 failures*"])


@pytest.mark.parametrize("mode", ["-n0", "-n2"])
def test_collecting_only_shows_the_tests_and_nothing_else(project, mode):
    project.write(CHAIN, a=function("test_x", ["task:2"]), b=function("test_x", ["task:1"]))
    run = project.run(mode, "--collect-only", "-q")
    result = run.result

    assert run.work_created == [2]
    assert sorted(result.outlines[:3]) == ["", "test_a.py::test_x", "test_b.py::test_x"]
    result.stdout.fnmatch_lines(["2 tests collected in*"])


@pytest.mark.parametrize("chosen", ["-n0 -k test_y", "-n2 -k test_y", "-n2 -m slow", "-n2 test_a.py::test_y"])
def test_only_selected_tests_run_and_wait_for_no_deselected_one(project, chosen):
    project.write(
        CHAIN,
        a=function("test_x", ["task:2"]) + "@pytest.mark.slow\n" + function("test_y", ["task:2"]),
        b=function("test_x", ["task:1"], "fails"),
    )
    run = project.run(*chosen.split())

    assert run.started == ["test_a.py::test_y"]
    assert run.result.ret == 0


@pytest.mark.parametrize("mode", ["-n0", "-n2"])
def test_a_blocked_test_stays_among_the_last_failed(project, mode):
    sources = {"a": function("test_x", ["task:2"], "fails"), "b": function("test_x", ["task:1"])}
    project.write(CHAIN, **sources)
    assert len(project.run(mode).started) == 2
    project.write(CHAIN, **sources | {"b": function("test_x", ["task:1"], "fails")})
    assert project.run(mode).started == ["test_b.py::test_x"]

    run = project.run(mode, "--lf", "--collect-only", "-q")
    assert sorted(run.result.outlines[:2]) == ["test_a.py::test_x", "test_b.py::test_x"]


@pytest.mark.parametrize("mode", ["-n0", "-n2"])
def test_the_last_failed_wait_for_no_deselected_test(project, mode):
    sources = {"a": function("test_x", ["task:2"], "fails"), "b": function("test_x", ["task:1"])}
    project.write(CHAIN, **sources)
    assert project.run(mode).started == ["test_b.py::test_x", "test_a.py::test_x"]

    assert project.run(mode, "--lf").started == ["test_a.py::test_x"]


@pytest.mark.parametrize("mode", ["-n0", "-n1"])
def test_failed_tests_come_first_as_far_as_dependencies_allow(project, mode):
    project.write(
        CHAIN,
        a=function("test_x", []) + function("test_y", ["task:1"]),
        b=function("test_x", ["task:2"], "fails"),
        c=function("test_x", []) + function("test_y", [], "fails"),
    )
    project.run(mode)

    assert project.run(mode, "--ff").started == [f"test_{name}" for name in EXPECTED]


EXPECTED = ["c.py::test_y", "a.py::test_x", "a.py::test_y", "b.py::test_x", "c.py::test_x"]


@pytest.mark.parametrize("mode", ["-n0", "-n2"])
def test_shuffled_tests_still_wait(project, mode):
    pytest.importorskip("pytest_randomly")
    project.write(CHAIN, **{name: function("test_x", [f"task:{i}"]) for i, name in ((2, "a"), (1, "b"), (2, "c"))})
    run = project.run(mode, "-p", "randomly")

    run.result.assert_outcomes(passed=3)
    assert run.started[0] == "test_b.py::test_x"


@pytest.mark.parametrize("dist", ["worksteal", "each"])
def test_another_scheduler_that_the_user_chose_is_kept(project, dist):
    project.write(CHAIN, a=function("test_x", ["task:2"]), b=function("test_x", ["task:1"]))
    run = project.run("-n2", "--dist", dist)

    run.result.assert_outcomes(passed=4 if dist == "each" else 2)
    assert run.work_created == [2]
    run.result.stdout.fnmatch_lines(
        [
            (
                f"execute: --dist {dist} orders the tests: tests do not wait for the tasks that their task depends on, "
                "and are not blocked when one of those fails"
            )
        ]
    )


def test_with_our_own_scheduler_there_is_no_line(project):
    project.write(CHAIN, a=function("test_x", []))

    project.run("-n2", "--dist", "load").result.stdout.no_fnmatch_line("execute: *")


def test_workers_that_collect_different_tests_are_an_error(project):
    project.write({}, a="@pytest.mark.parametrize('x', [os.environ['PYTEST_XDIST_WORKER']])\ndef test_x(x): pass\n")
    run = project.run("-n2")

    assert (run.started, run.result.ret) == ([], 1)
    run.result.stdout.fnmatch_lines(
        ["*Different tests were collected between the first worker and gw*", "*1 error in*"]
    )


def test_a_replacement_that_collects_other_tests_is_an_error(project):
    source = "if os.path.exists('dead'):\n    def test_new(): pass\n"
    dying = "def test_a():\n    open('dead', 'w').close()\n    os._exit(3)\n"
    project.write({}, a=dying + function("test_b", []) + source)
    run = project.run("-n1")

    assert run.result.ret == 1
    run.result.stdout.fnmatch_lines(["*Different tests were collected between the first worker and gw1*"])


def test_a_worker_that_dies_while_collecting_is_replaced(project):
    project.write(CHAIN, a=function("test_x", ["task:2"]), b=function("test_x", ["task:1"]))
    path = project.path("test_a.py")
    path.write_text(path.read_text() + "\nif os.environ.get('PYTEST_XDIST_WORKER') == 'gw0': os._exit(3)\n")
    run = project.run("-n2")

    run.result.assert_outcomes(passed=2)
    assert run.started == ["test_b.py::test_x", "test_a.py::test_x"]
    assert run.work_created == [2]


def test_without_replacement_workers_the_run_ends(project):
    tests = "".join(function(f"test_{i}", [], "dies") for i in range(4))
    project.write({}, a=tests)
    run = project.run("-n2", "--max-worker-restart=0")

    assert run.result.ret == 1
    run.result.stdout.fnmatch_lines(["*worker restarting disabled*"])


@pytest.mark.parametrize("mode", ["-n0", "-n2"])
def test_a_test_that_passes_only_when_it_is_run_again_lets_no_dependent_start(project, mode):
    pytest.importorskip("pytest_rerunfailures")
    project.write(CHAIN, a=function("test_x", ["task:2"]), b=function("test_x", ["task:1"], "passes the second time"))
    run = project.run(mode, "-p", "rerunfailures", "--reruns=2")

    run.result.stdout.fnmatch_lines(["*1 passed, 1 rerun, 1 blocked in*"])
    assert run.blocked == {"test_a.py::test_x": "task:1"}
    assert run.started == ["test_b.py::test_x"] * 2


def test_a_test_that_crashed_is_run_again_and_lets_no_dependent_start(project):
    pytest.importorskip("pytest_rerunfailures")
    project.write(CHAIN, a=function("test_x", ["task:2"]), b=function("test_x", ["task:1"], "dies the first time"))
    run = project.run("-n2", "-p", "rerunfailures", "--reruns=1")

    run.result.stdout.fnmatch_lines(["*1 passed, 1 blocked, 1 rerun in*"])
    assert run.started == ["test_b.py::test_x"] * 2


def test_a_test_that_hangs_fails_and_the_others_run(project, monkeypatch):
    monkeypatch.setenv("HANG", "6")
    project.write(CHAIN, a=function("test_x", ["task:2"]), b=function("test_x", ["task:1"], "hangs") + LONG)
    run = project.run("-n2")

    run.result.stdout.fnmatch_lines(
        [
            "'test_b.py::test_x' hung: it ran for more than 6 s, so its worker was killed",
            "*1 failed, 3 passed, 1 blocked in*",
        ]
    )
    assert run.result.ret == 1


@pytest.mark.parametrize(
    ("options", "ini", "given"),
    [
        pytest.param([], "", None, id="ours"),
        pytest.param(["--timeout=5"], "", 0, id="option"),
        pytest.param([], "timeout = 5", 0, id="ini"),
        pytest.param(["-p", "no:timeout"], "", None, id="switched off"),
    ],
)
def test_a_limit_of_pytest_timeout_switches_ours_off(pytester, options, ini, given):
    pytest.importorskip("pytest_timeout")
    pytester.makeini(f"[pytest]\n{ini}\n")
    callbacks = SchedulingCallbacks(lambda items: b"", lambda data: ScheduledWork({}, {}), str)
    config = pytester.parseconfigure("--dist=load", "--tx=popen", *options)

    ours, theirs = (scheduling_plugin(config, callbacks, limit) for limit in (None, 7.0))
    assert isinstance(ours, SchedulingController)
    assert isinstance(theirs, SchedulingController)
    assert ours.limits == HangLimits(given)
    assert theirs.limits == HangLimits(7.0)


LONG = "".join(function(f"test_{i}", [], seconds=2.5) for i in range(3))


def test_tests_without_a_worker_left_are_reported(project):
    tests = "".join(function(f"test_{i}", [], "dies" if i < 2 else "passes") for i in range(6))
    project.write({}, a=tests)
    run = project.run("-n1", "--max-worker-restart=1", "--junitxml=out.xml", "-rs")

    assert run.result.ret == 1
    run.result.stdout.fnmatch_lines(["*2 failed, 4 not run in*"])
    assert run.started == ["test_a.py::test_0", "test_a.py::test_1"]
    junit = project.path("out.xml").read_text()
    assert 'errors="2" failures="0" skipped="4" tests="6"' in junit
    assert "not run: too many workers have crashed, and --max-worker-restart allows no new one" in junit


def test_an_internal_error_in_a_worker_ends_the_run(project):
    project.write({}, a=function("test_x", []), b=function("test_x", []))
    conftest = project.path("conftest.py")
    conftest.write_text(conftest.read_text() + "\ndef pytest_runtest_logstart(): raise RuntimeError('broken hook')\n")
    run = project.run("-n2")

    assert run.result.ret not in (0, 5)


@pytest.mark.parametrize("mode", ["-n0", "-n2"])
def test_a_run_without_tests_says_so(project, mode):
    project.write(CHAIN, a="")

    assert project.run(mode).result.ret == 5


@pytest.mark.parametrize("mode", ["-n0", "-n2"])
def test_a_file_that_cannot_be_collected_is_an_error(project, mode):
    project.write(CHAIN, a="import nothing_of_this_name\n", b=function("test_x", ["task:1"]))
    run = project.run(mode, "--continue-on-collection-errors")

    run.result.assert_outcomes(passed=1, errors=1)
    assert run.result.ret == 1
