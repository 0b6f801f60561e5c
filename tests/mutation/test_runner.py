"""Order in which stubs are tried, with trials that start nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pytest_execute.mutation.functions import Function
from pytest_execute.mutation.outcomes import Probe, Stub, StubOutcome
from pytest_execute.mutation.probed_file import ProbedFile
from pytest_execute.mutation.replies import MutationReplies
from pytest_execute.mutation.runner import MutationRunner
from pytest_execute.mutation.stub_trials import StubTrials
from pytest_execute.mutation.targets import NumberedTargets, Target

MADE = Target("app:make", "app.py", Function(name="make", line=1, column=0, end=2, fingerprint="x"), ("1",))
TESTS = ["a.py::other", "b.py::own", "b.py::other"]


class Trials(StubTrials):
    """Trials of a function that runs while each file is imported, and during no test but those in `entering`.

    The tests in `noticing` fail with its stub.
    """

    def __init__(self, entering: set[str], noticing: set[str]) -> None:
        self.targets, self.workers = NumberedTargets([MADE]), 1
        self.entering, self.noticing = entering, noticing
        self.tried: list[tuple[str, ...]] = []

    def try_stubs(self, file: ProbedFile, tests_by_stub: Mapping[Stub, tuple[str, ...]]) -> dict[Stub, StubOutcome]:
        file.imported = frozenset({MADE.key})
        file.probes = dict.fromkeys(file.tests, Probe("passed"))
        return {stub: self._outcome([t for t in tests if t in self.entering]) for stub, tests in tests_by_stub.items()}

    def try_on_import(self, file: ProbedFile, stub: Stub, tests: tuple[str, ...]) -> StubOutcome:
        self.tried.append(tests)
        return self._outcome(tests)

    def _outcome(self, tests: Any) -> StubOutcome:
        noticed_by = next((test for test in tests if test in self.noticing), None)
        return StubOutcome(noticed_by=noticed_by, tests=tuple(tests), attempts=len(tests))


def run(trials: Trials) -> str | None:
    runner = MutationRunner(trials, TESTS, {"1": ("b.py::own",)})
    return runner.run([(0, "raise")], lambda done, total: None)[(0, "raise")].noticed_by


def test_own_tests_are_tried_first_also_where_the_function_runs_on_import() -> None:
    assert run(Trials(set(), {*TESTS})) == "b.py::own"
    assert run(Trials({"a.py::other"}, {*TESTS})) == "b.py::own"


def test_every_file_that_runs_it_on_import_is_tried_until_a_test_notices() -> None:
    trials = Trials(set(), {"b.py::other"})
    assert run(trials) == "b.py::other"
    assert trials.tried == [("b.py::own",), ("a.py::other",), ("b.py::other",)]


def test_tests_of_base_are_tried_before_other_ones() -> None:
    """It is they that show that a function of base does as before, whatever file they are in."""
    trials = Trials({*TESTS}, {"a.py::other", "b.py::other"})
    runner = MutationRunner(trials, TESTS, {"1": ("b.py::own",)}, of_base={"b.py::other"})
    assert runner.run([(0, "raise")], lambda done, total: None)[(0, "raise")].noticed_by == "b.py::other"


def test_a_file_that_cannot_be_imported_has_noticed_by_the_first_test_that_was_to_be_tried() -> None:
    failed: list[Any] = [{"test": test, "state": "failed", "message": "no"} for test in ("b.py::other", "b.py::own")]
    outcome, _ = MutationReplies(failed, None, [MADE.key], False).import_outcome(("b.py::own", "b.py::other"))
    assert outcome.noticed_by == "b.py::own"
    outcome, _ = MutationReplies(failed, None, [MADE.key], False).import_outcome(("b.py::own",))
    assert outcome.noticed_by == "b.py::own"


def test_a_guard_notices_nothing_for_a_task() -> None:
    """Neither where it enters the function, nor where the function runs on import."""
    noticing = {"b.py::other"}
    for entering in (set[str](), {"b.py::other"}):
        runner = MutationRunner(Trials(entering, noticing), TESTS, {"1": ("b.py::own",)}, noticing)
        assert runner.run([(0, "raise")], lambda done, total: None)[(0, "raise")].noticed_by is None


def test_a_function_without_own_tests_is_unreliable_for_a_test_that_should_pass_only() -> None:
    class Failing(Trials):
        def try_stubs(self, file: ProbedFile, tests_by_stub: Mapping[Stub, tuple[str, ...]]) -> dict[Stub, StubOutcome]:
            found = super().try_stubs(file, tests_by_stub)
            file.probes = dict.fromkeys(file.tests, Probe("failed"))
            return found

    def unreliable(*may_fail: str) -> str:
        runner = MutationRunner(Failing(set(), set()), TESTS, {}, (), may_fail)
        return runner.run([(0, "raise")], lambda done, total: None)[(0, "raise")].unreliable

    assert unreliable("a.py::other") == "b.py::own does not pass in a process of its own on the same tree"
    assert unreliable("a.py::other", "b.py::other", "b.py::own") == ""


def test_the_progress_counts_functions_to_the_last() -> None:
    counts: list[tuple[int, int]] = []
    runner = MutationRunner(Trials(set(), {"b.py::other"}), TESTS, {"1": ("b.py::own",)})
    runner.run([(0, "raise")], lambda done, total: counts.append((done, total)))
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == ((0, 1), (1, 1))
