"""Proofs from outcomes that are given: nothing is run."""

from __future__ import annotations

import pytest

from pytest_execute.core.evidence import Proof
from pytest_execute.engine.outcome import TreeOutcome
from pytest_execute.replay.proofs import dropped_proof, needed_runs, proofs
from pytest_execute.replay.red_causes import Red
from pytest_execute.replay.steps import TestForm
from tests.replay.test_conclusions import EARLIER, FAILED, PASSED, TEST, TODAY, concluded, line, outcome

MOVED = TestForm("tests/test_older.py::test_x", TODAY.fingerprint)
"""Form of the test in another file, which today's tests do not have."""


def test_a_proof_has_the_cause_and_the_trace_of_its_red() -> None:
    conclusions = concluded(line(None, TODAY, TODAY), 2, FAILED, FAILED, PASSED)
    assert proofs(conclusions, [TEST])[TEST] == Proof(
        test=TEST,
        found="turned",
        order="before",
        before="1",
        after="2",
        cause="assertion",
        detail="AssertionError",
        trace=("AssertionError",),
    )


@pytest.mark.parametrize(("passing_seconds", "found"), [(1.0, "turned"), (4.0, "red-not-counted")])
def test_a_hang_is_a_red_where_it_takes_much_longer_than_the_test_that_passes(
    passing_seconds: float, found: str
) -> None:
    hang = outcome("timeout", seconds=10.0)
    conclusions = concluded(line(TODAY, TODAY), 1, hang, outcome("passed", seconds=passing_seconds))
    assert proofs(conclusions, [TEST])[TEST].found == found
    assert [*conclusions.agreed_hangs()] == [TEST]


def test_a_test_that_passes_at_base_was_never_red() -> None:
    proof = proofs(concluded(line(TODAY, TODAY), 0, PASSED, PASSED), [TEST])[TEST]
    assert (proof.found, proof.after, proof.before) == ("never-red", "0", None)


@pytest.mark.parametrize(("form", "at_base"), [(TODAY, "same"), (EARLIER, "other"), (None, None)])
def test_it_is_noted_whether_base_had_a_test_as_it_is_today(form: TestForm | None, at_base: str | None) -> None:
    proof = proofs(concluded(line(form, TODAY), 0, PASSED, PASSED), [TEST])[TEST]
    assert (proof.found, proof.at_base) == ("never-red", at_base)


@pytest.mark.parametrize("form", [TODAY, MOVED], ids=["uses something else", "moved"])
@pytest.mark.parametrize(("on_todays_code", "at_base"), [(PASSED, "same"), (FAILED, "other")])
def test_a_test_that_was_moved_or_uses_something_else_has_to_pass_as_it_was_at_base(
    form: TestForm, on_todays_code: TreeOutcome, at_base: str
) -> None:
    """Its definition is the same, and a helper or its parameters are not."""
    conclusions = concluded(line(form, TODAY), 0, PASSED, PASSED, tests={"own 0": "a", "own 1": "b"})
    of_base = ("own 1 with tests of own 0", form.test)
    assert [*needed_runs(conclusions, [TEST])] == [of_base]
    conclusions.observations.first[of_base] = on_todays_code
    assert [*needed_runs(conclusions, [TEST])] == []
    assert proofs(conclusions, [TEST])[TEST].at_base == at_base


def test_a_test_that_base_had_and_that_was_red_there_is_proven() -> None:
    proof = proofs(concluded(line(TODAY, TODAY), 1, FAILED, PASSED), [TEST])[TEST]
    assert (proof.found, proof.at_base) == ("turned", None)


def test_a_foreign_module_in_any_tree_decides() -> None:
    conclusions = concluded(line(TODAY, TODAY), 1, outcome("foreign"), PASSED)
    assert proofs(conclusions, [TEST])[TEST].found == "foreign-module"


def test_two_runs_that_disagree_make_no_proof() -> None:
    conclusions = concluded(line(TODAY, TODAY), 1, FAILED, PASSED)
    conclusions.observations.second[("tree 0", TEST)] = outcome("failed", exception="KeyError")
    proof = proofs(conclusions, [TEST])[TEST]
    assert (proof.found, proof.detail) == ("unstable", "two runs at 0 ended differently")


def test_a_tree_that_could_not_be_prepared_makes_no_proof() -> None:
    conclusions = concluded(line(TODAY, TODAY), 1, outcome("unprepared", exception="`make` ended with 2"), PASSED)
    proof = proofs(conclusions, [TEST])[TEST]
    assert (proof.found, proof.detail) == ("not-prepared", "at 0 `make` ended with 2")


def test_a_test_that_never_passes_is_not_reproduced() -> None:
    conclusions = concluded(line(TODAY, TODAY), 1, FAILED, FAILED)
    conclusions.observations.passing_tree.clear()
    proof = proofs(conclusions, [TEST])[TEST]
    assert (proof.found, proof.detail) == ("not-reproduced", "AssertionError")


@pytest.mark.parametrize("has_passed", [True, False])
def test_a_removed_test_has_the_commit_where_it_passed(has_passed: bool) -> None:
    (step,) = line(TODAY)
    proof = dropped_proof(TEST, step, Red("assertion", "it fails"), has_passed)
    assert (proof.found, proof.before, proof.after) == ("dropped", "0", "0" if has_passed else None)
    assert (proof.cause, proof.detail) == ("assertion", "it fails")
