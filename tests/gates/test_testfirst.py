"""Check `test-first`: each reason why a test is not proven."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pytest_execute.core.evidence import (
    Missing,
    Proof,
    Turn,
)
from pytest_execute.core.policy import Policy
from pytest_execute.gates.judge import judge
from tests.gates.samples import (
    GOOD,
    PLAN,
    find_check,
    find_gate,
    reasons,
    with_proof,
)


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"order": "after"}, "failed/test-after: tests/test_1.py::test_it came after the code, which came in bbbbbbb"),
        (
            {"order": "same-commit"},
            "failed/same-commit: tests/test_1.py::test_it came together with the code, in bbbbbbb",
        ),
        (
            {"found": "never-red", "detail": "it passes at base"},
            "failed/never-red: tests/test_1.py::test_it never failed: it passes at base",
        ),
        (
            {"found": "red-not-counted", "detail": "a missing fixture 'x'"},
            (
                "failed/red-not-counted: tests/test_1.py::test_it failed before bbbbbbb only because of "
                "a missing fixture 'x'"
            ),
        ),
        (
            {"found": "not-reproduced", "detail": "OSError"},
            (
                "unproven/not-reproduced: tests/test_1.py::test_it passes in this run, "
                "but not in the replay of the same tree: OSError"
            ),
        ),
        ({"found": "unstable", "detail": "two"}, "unproven/unstable: tests/test_1.py::test_it is unstable: two"),
        (
            {"found": "foreign-module", "detail": "m from x"},
            (
                "unproven/foreign-module: tests/test_1.py::test_it imported a module "
                "from outside the replayed tree: m from x"
            ),
        ),
    ],
)
def test_test_first(changes: dict[str, Any], line: str) -> None:
    verdict = judge(PLAN, Policy(), with_proof("1", **changes))
    assert reasons(verdict, "task:1") == [f"test-first/{line}"]
    assert find_gate(verdict, "task:1").verdict == line.partition("/")[0]


TURNS = (Turn("b" * 40, True), Turn("d" * 40, False), Turn("worktree", True))


AGAIN = "passes with bbbbbbb, fails with ddddddd, passes with the worktree"


def test_a_test_that_turned_more_than_once_is_listed_with_all_its_turns() -> None:
    """It passes all the same; where it does not, all turns are part of the reason."""
    verdict = judge(PLAN, Policy(), with_proof("1", turns=TURNS))
    assert reasons(verdict, "task:1") == [
        f"test-first/passed/turned-again: tests/test_1.py::test_it turned more than once: {AGAIN}"
    ]
    assert verdict.passed
    verdict = judge(PLAN, Policy(), with_proof("1", found="never-red", detail="it passes at base", turns=TURNS))
    assert reasons(verdict, "task:1") == [
        f"test-first/failed/never-red: tests/test_1.py::test_it never failed: it passes at base; all its turns: {AGAIN}"
    ]
    verdict = judge(PLAN, Policy(), with_proof("1", turns=TURNS[:1]))
    assert reasons(verdict, "task:1") == []


@pytest.mark.parametrize(("mode", "word"), [("before", "failed"), ("same-commit", "passed"), ("proven", "passed")])
def test_a_dropped_red_test_fails_the_tasks_that_test_in_its_file(mode: Any, word: str) -> None:
    gone = "tests/test_1.py::test_more"
    dropped = Proof(
        test=gone, found="dropped", before="d" * 40, cause="missing-symbol", detail="app.m.more is not there"
    )
    verdict = judge(PLAN, Policy(test_first=mode), replace(GOOD, proofs={**(GOOD.proofs or {}), gone: dropped}))
    why = "was removed, and would fail on today's code: app.m.more is not there; write a test of that name again"
    assert reasons(verdict, "task:1") == [f"test-first/{word}/dropped: {gone} existed at ddddddd, {why}"]
    assert find_check(verdict, "task:2", "test-first").reasons == ()
    assert find_gate(verdict, "task:1").verdict == word
    dropped = replace(dropped, after="d" * 40)
    verdict = judge(PLAN, Policy(test_first=mode), replace(GOOD, proofs={**(GOOD.proofs or {}), gone: dropped}))
    why = "was removed, and would fail on today's code: app.m.more is not there; make sure that this is on purpose"
    assert reasons(verdict, "task:1") == [f"test-first/passed/dropped: {gone} passed at ddddddd, {why}"]
    assert find_gate(verdict, "task:1").verdict == "passed"


@pytest.mark.parametrize(
    ("mode", "order", "passed"),
    [
        ("before", "before", True),
        ("same-commit", "same-commit", True),
        ("same-commit", "after", False),
        ("proven", "after", True),
        ("off", "after", True),
    ],
)
def test_the_policy_says_which_orders_are_allowed(mode: Any, order: Any, passed: bool) -> None:
    assert judge(PLAN, Policy(test_first=mode), with_proof("1", order=order)).passed is passed


def test_without_history_nothing_is_proven_and_nothing_passes() -> None:
    evidence = replace(GOOD, proofs=Missing("the clone is shallow"))
    verdict = judge(PLAN, Policy(), evidence)
    assert reasons(verdict, "task:1") == ["test-first/unproven/no-history: the clone is shallow"]
    assert not verdict.passed
    assert judge(PLAN, Policy(test_first="off"), evidence).passed


def test_a_test_that_was_not_replayed_is_unproven() -> None:
    verdict = judge(PLAN, Policy(), replace(GOOD, proofs={}))
    assert reasons(verdict, "task:1") == ["test-first/unproven/not-replayed: tests/test_1.py::test_it was not replayed"]
