from msgspec.structs import replace

from pytest_execute.core.evidence import CollectedTest, Manifest, Proof, TestResult
from pytest_execute.core.plan import Plan, Task
from pytest_execute.workflow.out_of_scope import passing_tests, startable_tests
from pytest_execute.workflow.request import RunResult

DEPENDS: dict[str, tuple[str, ...]] = {"1": (), "2": ("1",), "3": ("2",), "4": (), "5": ()}
TASKS = tuple(Task(id=task, title="", line=1, depends=depends) for task, depends in DEPENDS.items())
PLAN = Plan(topic="t", path="b.md", tasks=TASKS)
NAMES = ("one", "two", "three", "four", "five")
GATES: dict[str, tuple[str, ...]] = {f"t.py::{name}": (f"task:{task}",) for task, name in enumerate(NAMES, 1)}
GATES |= {"t.py::suite": (), "t.py::system": ("system",)}
RUN = RunResult(
    manifest=Manifest(tests={test: CollectedTest(test, "t.py", 1) for test in GATES}, gates=GATES),
    results={"t.py::five": TestResult("t.py::five", "passed", 2.0)},
    coverage="",
    out_of_scope={test: 1.0 for test in GATES if test != "t.py::five"},
)
FAILS = {"t.py::one": Proof(test="t.py::one", found="not-reproduced")}


def names(tests: dict[str, float]) -> str:
    return " ".join(test.removeprefix("t.py::") for test in tests)


def test_tests_left_out_may_pass_in_the_order_of_the_files() -> None:
    assert names(passing_tests(PLAN, RUN, {})) == "one two three four five suite system"
    assert passing_tests(PLAN, RUN, {})["t.py::five"] == 2.0


def test_what_waits_for_a_test_that_fails_in_the_replay_would_not_start() -> None:
    assert names(startable_tests(PLAN, RUN, FAILS)) == "one four suite"
    assert names(passing_tests(PLAN, RUN, FAILS)) == "four five suite"
    keep_going = replace(RUN, keep_going=True)
    assert names(startable_tests(PLAN, keep_going, FAILS)) == "one two three four suite system"
    assert names(passing_tests(PLAN, keep_going, FAILS)) == "two three four five suite system"


def test_what_waits_for_a_test_that_failed_in_the_run_would_not_start() -> None:
    failed = replace(RUN, results={"t.py::five": TestResult("t.py::five", "failed")})
    assert names(passing_tests(PLAN, failed, {})) == "one two three four suite"


def test_a_test_of_the_run_that_fails_in_the_replay_stays() -> None:
    """A function that it should have noticed is unproven then."""
    fails = {"t.py::five": Proof(test="t.py::five", found="not-reproduced")}
    assert "five" in names(passing_tests(PLAN, RUN, fails))
    whole = replace(RUN, out_of_scope={})
    assert names(passing_tests(PLAN, whole, fails)) == "five"
