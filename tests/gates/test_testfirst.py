"""Check `test-first`: each reason why a test is not proven."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from pytest_execute.core.evidence import (
    CollectedTest,
    Evidence,
    Guard,
    Missing,
    Proof,
    TestResult,
    Turn,
)
from pytest_execute.core.policy import Policy
from pytest_execute.gates.judge import judge
from tests.gates.samples import (
    GOOD,
    PLAN,
    find_check,
    find_gate,
    nodeid,
    proof,
    reasons,
    with_proof,
)

LATER = {nodeid("2"): proof("2", after="e" * 40)}


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        (
            {"order": "after", "before": "d" * 40},
            (
                "failed/test-after: tests/test_1.py::test_it came after the code, which came in bbbbbbb: "
                "if that is not pushed yet, move the test before it, `git rebase -i ddddddd`"
            ),
        ),
        (
            {"order": "same-commit", "before": "d" * 40},
            (
                "failed/same-commit: tests/test_1.py::test_it came together with the code, in bbbbbbb: "
                "if that is not pushed yet, split it, the test first, `git rebase -i ddddddd`"
            ),
        ),
        (
            {"order": "same-commit"},
            (
                "failed/same-commit: tests/test_1.py::test_it came together with the code, in bbbbbbb, which brought "
                "everything at once: if it is a squash merge, judge its branch, "
                "`pytest-execute gate chat --at BRANCH`; "
                "if that is not pushed yet, split it, the test first, `git rebase -i aaaaaaa`"
            ),
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
    """The second task's test turned with a later commit."""
    evidence = with_proof("1", **changes)
    verdict = judge(PLAN, Policy(), replace(evidence, proofs={**(evidence.proofs or {}), **LATER}))
    assert reasons(verdict, "task:1") == [f"test-first/{line}"]
    assert find_gate(verdict, "task:1").verdict == line.partition("/")[0]


def with_two_tests(*proofs: Proof) -> Evidence:
    """With a second test of task 1, and these proofs of the two."""
    second = nodeid("1") + "_too"
    manifest = replace(
        GOOD.manifest,
        tests={**GOOD.manifest.tests, second: CollectedTest(second, "tests/test_1.py", 9)},
        gates={**GOOD.manifest.gates, second: ("task:1",)},
    )
    results = {**GOOD.results, second: TestResult(second, "passed")}
    proven = {test: replace(found, test=test) for test, found in zip((nodeid("1"), second), proofs, strict=True)}
    return replace(GOOD, manifest=manifest, results=results, proofs={**(GOOD.proofs or {}), **proven})


AT_BASE = proof("1", found="never-red", order=None, before=None, after="a" * 40, cause=None, at_base="same")


def test_a_test_that_was_at_base_owes_no_red_and_is_counted() -> None:
    verdict = judge(PLAN, Policy(), with_two_tests(proof("1"), AT_BASE))
    assert reasons(verdict, "task:1") == [
        "test-first/passed/at-base: 1 test was there at base, and is the same today: it has to pass, and proves nothing"
    ]
    assert verdict.passed
    failed = replace(AT_BASE, at_base="other")
    assert not judge(PLAN, Policy(), with_two_tests(proof("1"), failed)).passed


@pytest.mark.parametrize("found", ["red-not-counted", "not-reproduced", "not-prepared", "foreign-module", "unstable"])
def test_a_test_that_was_at_base_need_not_be_replayed(found: Any) -> None:
    evidence = with_two_tests(proof("1"), replace(AT_BASE, found=found))
    assert judge(PLAN, Policy(), evidence).passed


def test_tests_that_were_at_base_prove_no_task() -> None:
    verdict = judge(PLAN, Policy(), with_two_tests(AT_BASE, AT_BASE))
    assert reasons(verdict, "task:1") == [
        (
            "test-first/unproven/at-base: 2 tests were there at base, and are the same today: "
            "they have to pass, and prove nothing"
        ),
        (
            "test-first/unproven/no-tests: no test of this task failed before the code: write one for what the task "
            "adds; if it adds nothing, make this refactoring a part of a task that does, or of none: "
            "what belongs to no task counts for the system, by all tests"
        ),
    ]
    assert find_gate(verdict, "task:1").verdict == "unproven"
    assert judge(PLAN, Policy(test_first="off"), with_two_tests(AT_BASE, AT_BASE)).passed


DOCTEST = replace(AT_BASE, at_base=None, found="doctest")


def test_a_doctest_of_the_implementation_has_to_pass_and_proves_no_task() -> None:
    line = (
        f"test-first/{{}}/doctest: {nodeid('1')} is a doctest in the code that it tests, which cannot run without it: "
        "it has to pass, and proves nothing"
    )
    verdict = judge(PLAN, Policy(), with_two_tests(DOCTEST, proof("1")))
    assert reasons(verdict, "task:1") == [line.format("passed")]
    verdict = judge(PLAN, Policy(), with_two_tests(DOCTEST, DOCTEST))
    assert reasons(verdict, "task:1")[0] == line.format("unproven")
    assert find_gate(verdict, "task:1").verdict == "unproven"


GUARD = replace(AT_BASE, at_base=None, detail="it passes at base", guard=Guard(function="app.m:f"))


def test_a_guard_is_allowed_and_listed() -> None:
    verdict = judge(PLAN, Policy(), with_two_tests(proof("1"), GUARD))
    message = (
        f"{nodeid('1')}_too never failed, as it is a guard: it fails when the body of app.m:f, which base has, goes"
    )
    assert reasons(verdict, "task:1") == [f"test-first/passed/guard: {message}"]
    assert verdict.passed
    verdict = judge(PLAN, Policy(), with_two_tests(proof("1"), replace(GUARD, at_base="other")))
    assert reasons(verdict, "task:1") == [f"test-first/passed/guard: {message}; base has this test in another form"]


def test_the_policy_may_refuse_guards() -> None:
    verdict = judge(PLAN, Policy(guards="refused"), with_two_tests(proof("1"), GUARD))
    assert reasons(verdict, "task:1") == [
        f"test-first/failed/never-red: {nodeid('1')}_too never failed: it passes at base; the policy refuses guards"
    ]


def test_guards_prove_no_task() -> None:
    verdict = judge(PLAN, Policy(), with_two_tests(GUARD, AT_BASE))
    assert [line.partition(":")[0] for line in reasons(verdict, "task:1")] == [
        "test-first/unproven/guard", "test-first/unproven/at-base", "test-first/unproven/no-tests",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("guard", "line"),
    [
        (
            Guard(),
            (
                "failed/never-red: {} never failed: it passes at base; nor is it a guard: it runs no function of base "
                "whose result could be replaced"
            ),
        ),
        (
            Guard(tried=1, missed="`return None` in app.m:f"),
            (
                "failed/never-red: {} never failed: it passes at base; nor is it a guard: of 1 function of base that "
                "it runs it notices none, such as `return None` in app.m:f"
            ),
        ),
        (
            Guard(tried=3, missed="`return None` in app.m:f"),
            (
                "failed/never-red: {} never failed: it passes at base; nor is it a guard: of 3 functions of base that "
                "it runs it notices none, such as `return None` in app.m:f"
            ),
        ),
        (
            Guard(error="it hangs"),
            "unproven/never-red: {} never failed: it passes at base; whether it is a guard is unknown: it hangs",
        ),
    ],
)
def test_a_test_that_is_no_guard_was_never_red(guard: Guard, line: str) -> None:
    verdict = judge(PLAN, Policy(), with_two_tests(proof("1"), replace(GUARD, guard=guard)))
    assert reasons(verdict, "task:1") == [f"test-first/{line.format(nodeid('1') + '_too')}"]


def test_a_commit_that_brought_nothing_but_data_is_listed() -> None:
    """Once for each commit; the test is proven all the same."""
    verdict = judge(PLAN, Policy(), with_proof("1", only_data=("docs/a.json", "docs/b.json")))
    assert reasons(verdict, "task:1") == [
        (
            "test-first/passed/only-data: tests/test_1.py::test_it passes with bbbbbbb, which brought nothing but "
            "data: docs/a.json, docs/b.json"
        )
    ]
    assert verdict.passed
    many = tuple(f"{number}.json" for number in range(5))
    verdict = judge(PLAN, Policy(), with_two_tests(proof("1", only_data=many), proof("1", only_data=many)))
    assert reasons(verdict, "task:1") == [
        (
            "test-first/passed/only-data: 2 tests pass with bbbbbbb, which brought nothing but data: "
            "0.json, 1.json, 2.json and 2 more"
        )
    ]


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


SQUASHED = "judge its branch, `pytest-execute gate chat --at BRANCH`"


@pytest.mark.parametrize(
    ("changes", "is_squash"),
    [
        ({"1": {"before": "d" * 40}}, True),
        ({"1": {"before": "d" * 40}, "2": {"after": "e" * 40}}, False),
        ({"1": {"before": "d" * 40, "after": "worktree"}}, False),
    ],
    ids=["all tests came with one commit", "another came later", "nothing is committed"],
)
def test_a_squash_merge_has_a_remedy(changes: dict[str, Any], is_squash: bool) -> None:
    proofs = {nodeid(n): proof(n, order="same-commit", **changes.get(n, changes.get("1", {}))) for n in "123"}
    if "2" in changes:
        proofs[nodeid("2")] = proof("2", order="before", before="d" * 40, **changes["2"])
    verdict = judge(PLAN, Policy(), replace(GOOD, proofs=proofs))
    assert (SQUASHED in " ".join(reasons(verdict, "task:1"))) == is_squash
