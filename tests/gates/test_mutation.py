"""Check `mutation`: functions without which no test fails."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from pytest_execute.core.evidence import (
    Guard,
    Missing,
    Mutant,
)
from pytest_execute.core.policy import MutationPolicy, Policy, Reviewer, Scope
from pytest_execute.gates.judge import judge
from tests.gates.samples import (
    GOOD,
    PLAN,
    find_check,
    find_gate,
    nodeid,
    proof,
    reasons,
)


def test_mutation_and_reviewers_that_did_not_run_are_unproven() -> None:
    policy = Policy(reviewers=(Reviewer(name="lint", command=("ruff",)),))
    verdict = judge(PLAN, policy, replace(GOOD, mutants=Missing("there is no fork")))
    assert reasons(verdict, "task:1") == ["mutation/unproven/not-measured: there is no fork"]
    assert find_gate(verdict, "system").checks[-1].reasons[0].code == "not-reviewed"
    assert not verdict.passed


def mutant(function: str, stub: str = "none", **changes: Any) -> Mutant:
    found = Mutant(
        function=f"app.m:{function}",
        path="src/app/m.py",
        line=4,
        tasks=("1",),
        stub=stub,
        state="killed",
        killed_by=nodeid("1"),
        tests=(nodeid("1"),),
    )
    return replace(found, **changes)


def mutated(*mutants: Mutant, **policy: Any) -> list[str]:
    """The reasons of task 1, whose tests ran over these mutants."""
    verdict = judge(PLAN, Policy(mutation=MutationPolicy(**policy)), replace(GOOD, mutants=mutants))
    return [reason for reason in reasons(verdict, "task:1") if reason.startswith("mutation")]


def test_a_function_without_which_no_test_fails_is_pseudo_tested() -> None:
    survivor = mutant("f", state="survived", killed_by=None, tests=(nodeid("1"), nodeid("2"), "c", "d"))
    assert mutated(mutant("f", "raise"), survivor) == [
        (
            "mutation/failed/pseudo-tested: "
            "the body of app.m:f can be replaced by `return None`, and no test that runs it fails: "
            "tests/test_1.py::test_it, tests/test_2.py::test_it, c and 1 more"
        )
    ]
    assert mutated(mutant("f", "True", state="survived", ignored=True)) == [
        (
            "mutation/failed/pseudo-tested: "
            "the body of app.m:f can be replaced by `return True`, and no test that runs it fails: "
            "tests/test_1.py::test_it; its exemption is newer than base, and does not count"
        )
    ]


def test_a_function_that_no_test_runs_is_not_reached() -> None:
    assert mutated(mutant("f", "raise", state="not-reached"), mutant("f", state="not-reached")) == [
        "mutation/failed/not-reached: app.m:f is run by no passing test"
    ]


def test_a_stub_that_was_never_run_is_unproven() -> None:
    assert mutated(mutant("f", "raise", state="unproven", detail="it was never run")) == [
        "mutation/unproven/not-tried: app.m:f was not tried with its body replaced by a raise: it was never run"
    ]


def test_functions_that_are_exempt_or_have_no_body_do_not_count() -> None:
    others = mutant("f", "", state="exempt", detail="slow"), mutant("g", "", state="not-applicable")
    assert mutated(*others) == []


def test_the_share_of_functions_is_compared_exactly() -> None:
    two_of_three = mutant("f"), mutant("g"), mutant("h", state="survived")
    assert len(mutated(*two_of_three, task=Decimal("66.67"))) == 1
    assert mutated(*two_of_three, task=Decimal("66.66")) == []
    assert mutated(mutant("h", state="survived"), task=Decimal(0)) == []


def test_a_task_fails_where_only_tests_of_other_tasks_fail_without_its_functions() -> None:
    assert mutated(mutant("f", killed_by=nodeid("2")), mutant("g", killed_by=nodeid("2"))) == [
        (
            "mutation/failed/own-tests-miss: "
            "no proven test of this task fails when the bodies of app.m:f, app.m:g are removed; "
            "only tests/test_2.py::test_it does: assert in the task's own tests what they do"
        )
    ]
    assert mutated(mutant("f"), mutant("g", killed_by=nodeid("2"))) == []
    assert mutated(mutant("f", tasks=("1", "2"), killed_by=nodeid("2"))) == []


def test_a_test_that_owes_no_red_is_none_of_the_tasks_own() -> None:
    at_base = proof("1", found="never-red", at_base="same")
    evidence = replace(GOOD, proofs={**(GOOD.proofs or {}), nodeid("1"): at_base}, mutants=(mutant("f"),))
    assert [line.partition(":")[0] for line in reasons(judge(PLAN, Policy(), evidence), "task:1")] == [
        "test-first/unproven/at-base", "test-first/unproven/no-tests", "mutation/failed/own-tests-miss",
    ]  # fmt: skip


def test_tests_of_base_count_for_functions_that_base_has() -> None:
    at_base = proof("1", found="never-red", at_base="same")
    kept, new = mutant("f"), mutant("g", line=5)
    evidence = replace(
        GOOD,
        proofs={**(GOOD.proofs or {}), nodeid("1"): at_base},
        mutants=(kept,),
        tests_of_base=frozenset({nodeid("1")}),
        kept_lines={kept.path: frozenset({kept.line})},
    )
    assert find_check(judge(PLAN, Policy(), evidence), "task:1", "mutation").verdict == "passed"
    by_other = replace(evidence, mutants=(replace(kept, killed_by=nodeid("2")),))
    assert find_check(judge(PLAN, Policy(), by_other), "task:1", "mutation").verdict == "failed"
    with_new = replace(evidence, mutants=(kept, new))
    (reason,) = find_check(judge(PLAN, Policy(), with_new), "task:1", "mutation").reasons
    assert (reason.code, reason.line) == ("own-tests-miss", 5)
    assert reason.message == (
        "no proven test of this task fails when the body of app.m:g is removed; "
        "only tests/test_1.py::test_it does: assert in the task's own tests what it does. Tests of base count only for "
        "functions that base has, with the same parameters and no new condition inside a line"
    )


def test_a_function_of_base_is_unknown_where_tests_of_base_did_not_run() -> None:
    for found in (mutant("f", state="not-reached", killed_by=None), mutant("f", killed_by=nodeid("2"))):
        evidence = replace(GOOD, mutants=(found,), kept_lines={found.path: frozenset({found.line})})
        assert find_check(judge(PLAN, Policy(), evidence), "task:1", "mutation").verdict == "failed"
        (reason,) = find_check(judge(PLAN, Policy(), evidence, Scope(tasks=("1",))), "task:1", "mutation").reasons
        assert (reason.code, reason.message) == (
            "partial-run",
            (
                "app.m:f is a function that base has, and tests of base that may notice its stubs did not run: "
                "run the whole topic"
            ),
        )


def test_a_function_that_only_a_guard_runs_is_not_reached() -> None:
    guard = proof("1", found="never-red", guard=Guard(function="app.m:g"))
    missed = mutant("f", state="not-reached", killed_by=None)
    evidence = replace(GOOD, proofs={**(GOOD.proofs or {}), nodeid("1"): guard}, mutants=(missed,))
    assert reasons(judge(PLAN, Policy(), evidence), "task:1")[-1] == (
        "mutation/failed/not-reached: app.m:f is run by no passing test; guards do not count: "
        "assert what it does in a test that fails without it"
    )


def test_a_task_fails_where_other_tasks_brought_all_functions_of_its_files() -> None:
    elsewhere = mutant("g", path="src/app/z.py")
    assert mutated(elsewhere, mutant("f", tasks=("2",), killed_by=nodeid("2"))) == [
        (
            "mutation/failed/own-tests-miss: tests of other tasks made all functions in this task's Files pass: "
            "correct its Files, or commit its tests before the code"
        )
    ]
    assert mutated(elsewhere, mutant("f", tasks=("2",), killed_by=nodeid("2")), mutant("h")) == []
    assert mutated(elsewhere, mutant("f", tasks=("1", "2"), killed_by=nodeid("2"))) == []
    assert mutated(elsewhere) == []


def test_functions_of_no_task_count_for_the_system() -> None:
    verdict = judge(PLAN, Policy(), replace(GOOD, mutants=(mutant("f", tasks=(), state="not-reached"),)))
    assert "mutation/failed/not-reached: app.m:f is run by no passing test" in reasons(verdict, "system")
    assert mutated(mutant("f", tasks=(), state="not-reached")) == []


def test_functions_of_a_file_that_cannot_be_parsed_are_unknown() -> None:
    mutant = Mutant(
        function="app.m:<module>",
        path="src/app/m.py",
        line=3,
        tasks=("1",),
        state="unproven",
        detail="it cannot be parsed: x",
    )
    verdict = judge(PLAN, Policy(), replace(GOOD, mutants=(mutant,)))
    assert reasons(verdict, "task:1") == [
        "mutation/unproven/not-tried: app.m:<module> was not tried: it cannot be parsed: x"
    ]
