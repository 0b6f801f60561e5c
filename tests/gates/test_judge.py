"""The judge: each way in which a gate can fail to pass, with its word, its code and its line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from pytest_execute.core.evidence import (
    CollectedTest,
    CommandResult,
    Evidence,
    History,
    Manifest,
    Measure,
    Mutant,
    Proof,
    TestResult,
    Turn,
    Unmatched,
)
from pytest_execute.core.plan import FileRef, NamedGate, Plan, Stream, Task
from pytest_execute.core.policy import CoveragePolicy, DeploymentPolicy, MutationPolicy, Policy, Reviewer, Scope
from pytest_execute.core.verdict import Check, Gate, Verdict
from pytest_execute.gates.coverage_gaps import gaps
from pytest_execute.gates.judge import judge

PLAN = Plan(
    topic="chat",
    path="notes/chat/breakdown.md",
    streams=(Stream(id="A", title="Storage", line=3), Stream(id="B", title="API", line=20, after=("A",))),
    tasks=(
        Task(id="1", title="Model", line=5, done=True, stream="A", files=(FileRef("src/app/m.py", 8),), agent="coder"),
        Task(id="2", title="Expiry", line=12, done=True, stream="A", depends=("1",)),
        Task(id="3", title="Route", line=22, done=True, stream="B"),
    ),
    gates=(NamedGate(name="Gate 1", text="models pass (after Stream A)", line=40, after=("A",)),),
)
FULL = Measure(lines=10, covered=10, branches=4, covered_branches=4)


def a_test(number: str) -> str:
    return f"tests/test_{number}.py::test_it"


def proof(number: str, **changes: Any) -> Proof:
    found = Proof(
        test=a_test(number), found="turned", order="before", before="a" * 40, after="b" * 40, cause="assertion"
    )
    return replace(found, **changes)


GOOD = Evidence(
    history=History(base="a" * 40, head="c" * 40),
    manifest=Manifest(
        tests={a_test(n): CollectedTest(a_test(n), f"tests/test_{n}.py", 7) for n in "123"},
        gates={a_test(n): (f"task:{n}",) for n in "123"},
    ),
    results={a_test(n): TestResult(a_test(n), "passed") for n in "123"},
    proofs={a_test(n): proof(n) for n in "123"},
    coverage=dict.fromkeys(("task:1", "task:2", "task:3", "stream:A", "stream:B", "system", "changed"), FULL),
    mutants=(),
    documents={"notes/chat/research.md": True, "notes/chat/plan.md": True},
    files={"src/app/m.py": True},
)


def gate(verdict: Verdict, name: str) -> Gate:
    return next(gate for gate in verdict.gates if gate.id == name)


def named(verdict: Verdict, gate_id: str, check: str) -> Check:
    return next(each for each in gate(verdict, gate_id).checks if each.name == check)


def reasons(verdict: Verdict, name: str) -> list[str]:
    """`check/word/code: message` of all that keeps a gate from passing."""
    return [
        f"{check.name}/{check.verdict}/{reason.code}: {reason.message}"
        for check in gate(verdict, name).checks
        for reason in check.reasons
    ]


def words(verdict: Verdict) -> dict[str, str]:
    return {gate.id: gate.verdict for gate in verdict.gates}


def with_result(number: str, outcome: Any, message: str = "") -> Evidence:
    results = {**GOOD.results, a_test(number): TestResult(a_test(number), outcome, 0.0, message)}
    return replace(GOOD, results=results)


def with_proof(number: str, **changes: Any) -> Evidence:
    assert GOOD.proofs is not None
    return replace(GOOD, proofs={**GOOD.proofs, a_test(number): proof(number, **changes)})


def with_measure(key: str, measure: Measure) -> Evidence:
    assert GOOD.coverage is not None
    return replace(GOOD, coverage={**GOOD.coverage, key: measure})


def unticked(plan: Plan, *ids: str) -> Plan:
    return replace(plan, tasks=tuple(replace(task, done=task.done and task.id not in ids) for task in plan.tasks))


def test_all_that_is_asked_passes() -> None:
    verdict = judge(PLAN, Policy(), GOOD)
    assert verdict.passed
    assert words(verdict) == dict.fromkeys(
        ["prerequisites", "task:1", "task:2", "stream:A", "task:3", "stream:B", "gate:Gate 1", "system", "deployment"],
        "passed",
    )
    assert gate(verdict, "task:1").agent == "coder"
    assert [check.name for check in gate(verdict, "task:1").checks] == [
        "plan", "tests", "dependencies", "test-first", "coverage", "mutation",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        ("failed", "tests/failed/failed: tests/test_2.py::test_it failed: AssertionError: no"),
        (
            "error",
            "tests/failed/error: tests/test_2.py::test_it ended in an error of its set-up or tear-down: AssertionError: no",
        ),
        ("skipped", "tests/failed/skipped: tests/test_2.py::test_it was skipped: a skipped test proves nothing"),
        (
            "xfailed",
            "tests/failed/xfailed: tests/test_2.py::test_it failed as expected: an expected failure proves nothing",
        ),
        (
            "xpassed",
            "tests/failed/xpassed: tests/test_2.py::test_it passed although it was expected to fail: remove its xfail",
        ),
        (
            "rerun",
            (
                "tests/failed/rerun: tests/test_2.py::test_it passed only when it was run again: "
                "a test that fails now and then proves nothing: AssertionError: no"
            ),
        ),
        (
            "blocked",
            "tests/blocked/blocked: tests/test_2.py::test_it was not run: what it depends on did not pass: AssertionError: no",
        ),
        ("not-run", "tests/unproven/not-run: tests/test_2.py::test_it did not run: AssertionError: no"),
    ],
)
def test_a_test_of_a_task_must_pass(outcome: str, line: str) -> None:
    verdict = judge(PLAN, Policy(), with_result("2", outcome, "AssertionError: no"))
    assert reasons(verdict, "task:2")[0] == line
    assert gate(verdict, "task:2").verdict == line.split("/")[1]
    assert not verdict.passed
    assert gate(verdict, "task:1").verdict == "passed"


def test_a_failed_dependency_blocks_and_other_streams_go_on() -> None:
    plan = replace(PLAN, streams=(PLAN.streams[0], replace(PLAN.streams[1], after=())))
    verdict = judge(plan, Policy(), with_result("1", "failed"))
    assert words(verdict)["task:2"] == "blocked"
    assert reasons(verdict, "task:2") == [
        "dependencies/blocked/dependency-failed: task 1, which it depends on, is failed"
    ]
    assert words(verdict)["task:3"] == words(verdict)["stream:B"] == "passed"
    assert reasons(verdict, "stream:A") == [
        "dependencies/failed/task-failed: task 1 is failed",
        "dependencies/failed/task-blocked: task 2 is blocked",
    ]
    assert words(verdict)["system"] == words(verdict)["deployment"] == "failed"


def test_a_stream_that_comes_after_a_failed_one_is_blocked() -> None:
    verdict = judge(PLAN, Policy(), with_result("2", "failed"))
    assert reasons(verdict, "task:3") == [
        "dependencies/blocked/dependency-failed: task 2, which it depends on, is failed"
    ]


def test_a_ticked_task_before_its_dependency_is_an_unmet_dependency() -> None:
    verdict = judge(unticked(PLAN, "1"), Policy(), GOOD)
    assert words(verdict)["task:1"] == "open"
    assert reasons(verdict, "task:1") == ["plan/open/not-ticked: not ticked"]
    assert reasons(verdict, "task:2") == [
        "dependencies/failed/unmet-dependency: it is ticked, and task 1, which it depends on, is not"
    ]


def test_a_task_without_tests() -> None:
    manifest = replace(
        GOOD.manifest, gates={test: gates for test, gates in GOOD.manifest.gates.items() if "1" not in test}
    )
    verdict = judge(PLAN, Policy(), replace(GOOD, manifest=manifest))
    assert reasons(verdict, "task:1") == [
        'tests/failed/no-tests: no test counts for this task: name one in its Tests field, or mark one with task("1")',
        "test-first/unproven/no-tests: no test that passed, so nothing can be proven",
    ]


def test_a_named_test_that_is_not_there_and_a_marker_of_no_task() -> None:
    manifest = replace(
        GOOD.manifest,
        missing_tests=(Unmatched("tests/test_9.py::test_no", PLAN.path, 9, gate="task:1"),),
        unknown_markers=(Unmatched('task("9")', "tests/test_1.py", 7, a_test("1")),),
    )
    verdict = judge(PLAN, Policy(), replace(GOOD, manifest=manifest))
    assert reasons(verdict, "task:1") == [
        "tests/failed/missing-test: tests/test_9.py::test_no is named and was not collected"
    ]
    assert gate(verdict, "task:1").checks[1].reasons[0].line == 9
    assert (
        'tests/failed/unknown-marker: tests/test_1.py::test_it is marked task("9"), which the breakdown does not have'
        in reasons(verdict, "system")
    )


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"order": "after"}, "failed/test-after: tests/test_1.py::test_it came after the code, bbbbbbb"),
        (
            {"order": "same-commit"},
            "failed/same-commit: tests/test_1.py::test_it came in one commit with the code, bbbbbbb",
        ),
        (
            {"found": "never-red", "detail": "it passes at base"},
            "failed/never-red: tests/test_1.py::test_it never failed: it passes at base",
        ),
        (
            {"found": "red-not-counted", "detail": "a missing fixture 'x'"},
            "failed/red-not-counted: tests/test_1.py::test_it was red before bbbbbbb only because of a missing fixture 'x'",
        ),
        (
            {"found": "not-reproduced", "detail": "OSError"},
            "unproven/not-reproduced: tests/test_1.py::test_it passes here and not in the replay of the same tree: OSError",
        ),
        ({"found": "unstable", "detail": "two"}, "unproven/unstable: tests/test_1.py::test_it is unstable: two"),
        (
            {"found": "foreign-module", "detail": "m from x"},
            "unproven/foreign-module: tests/test_1.py::test_it was replayed with a module from outside the tree: m from x",
        ),
    ],
)
def test_test_first(changes: dict[str, Any], line: str) -> None:
    verdict = judge(PLAN, Policy(), with_proof("1", **changes))
    assert reasons(verdict, "task:1") == [f"test-first/{line}"]
    assert gate(verdict, "task:1").verdict == line.partition("/")[0]


TURNS = (Turn("b" * 40, True), Turn("d" * 40, False), Turn("worktree", True))
AGAIN = "passes with bbbbbbb, fails with ddddddd, passes with the worktree"


def test_a_test_that_turned_more_than_once_is_told_with_all_its_turns() -> None:
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
def test_a_red_test_that_is_gone_stands_against_those_that_test_in_its_file(mode: Any, word: str) -> None:
    gone = "tests/test_1.py::test_more"
    dropped = Proof(
        test=gone, found="dropped", before="d" * 40, cause="missing-symbol", detail="app.m.more is not there"
    )
    verdict = judge(PLAN, Policy(test_first=mode), replace(GOOD, proofs={**(GOOD.proofs or {}), gone: dropped}))
    why = "is gone, and today's code does not pass it: app.m.more is not there; bring it back by its name, in whatever form"
    assert reasons(verdict, "task:1") == [f"test-first/{word}/dropped: {gone} stood at ddddddd, {why}"]
    assert named(verdict, "task:2", "test-first").reasons == ()
    assert gate(verdict, "task:1").verdict == word
    dropped = replace(dropped, after="d" * 40)
    verdict = judge(PLAN, Policy(test_first=mode), replace(GOOD, proofs={**(GOOD.proofs or {}), gone: dropped}))
    why = "is gone, and today's code does not pass it: app.m.more is not there; see whether that is on purpose"
    assert reasons(verdict, "task:1") == [f"test-first/passed/dropped: {gone} passed with ddddddd, {why}"]
    assert gate(verdict, "task:1").verdict == "passed"


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
def test_the_policy_says_how_strict(mode: Any, order: Any, passed: bool) -> None:
    assert judge(PLAN, Policy(test_first=mode), with_proof("1", order=order)).passed is passed


def test_without_history_nothing_is_proven_and_nothing_passes() -> None:
    evidence = replace(GOOD, proofs=None, proofs_missing="the clone is shallow")
    verdict = judge(PLAN, Policy(), evidence)
    assert reasons(verdict, "task:1") == ["test-first/unproven/no-history: the clone is shallow"]
    assert not verdict.passed
    assert judge(PLAN, Policy(test_first="off"), evidence).passed


def test_a_test_that_was_not_replayed_is_unproven() -> None:
    verdict = judge(PLAN, Policy(), replace(GOOD, proofs={}))
    assert reasons(verdict, "task:1") == ["test-first/unproven/not-replayed: tests/test_1.py::test_it was not replayed"]


@pytest.mark.parametrize(
    ("covered", "asked", "passed"),
    [(89996, "90", False), (90000, "90", True), (89996, "89.996", True), (89996, "89.9961", False), (0, "0", True)],
)
def test_coverage_is_compared_exactly(covered: int, asked: str, passed: bool) -> None:
    measure = Measure(lines=100_000, covered=covered, missing={"src/app/m.py": (3, 4, 9)})
    policy = Policy(coverage=CoveragePolicy(task=Decimal(asked)))
    assert judge(PLAN, policy, with_measure("task:1", measure)).passed is passed


def test_what_is_not_covered_is_named() -> None:
    measure = Measure(
        lines=10,
        covered=8,
        branches=6,
        covered_branches=3,
        missing={"src/app/m.py": (3, 4), "src/app/n.py": (9,)},
        missing_branches={"src/app/m.py": (2,), "src/app/n.py": (5, 7)},
        missing_arcs={"src/app/m.py": ((2, 3),), "src/app/n.py": ((5, -1), (7, 11))},
    )
    verdict = judge(PLAN, Policy(), with_measure("task:1", measure))
    gaps = "src/app/m.py:3-4; src/app/n.py:5->exit, 7->11, 9"
    assert reasons(verdict, "task:1") == [
        f"coverage/failed/short: 68.75 % of lines and branches reached, 90 % asked; not reached: {gaps}"
    ]
    reason = named(verdict, "task:1", "coverage").reasons[0]
    assert (reason.path, reason.line) == ("src/app/m.py", 3)


def test_a_way_that_leads_to_what_was_not_reached_is_no_gap_of_its_own() -> None:
    """Else a file with one line behind an `if` would come after one with two lines."""
    measure = Measure(
        missing={"a.py": (3, 9), "b.py": (3,)}, missing_branches={"b.py": (2,)}, missing_arcs={"b.py": ((2, 3),)}
    )
    assert list(gaps(measure).items()) == [("b.py", ((3,), ())), ("a.py", ((3, 9), ()))]


def test_what_has_no_say_in_it_is_listed_once() -> None:
    own = Measure(excluded={"a.py": (2, 3)}, ignored={"a.py": (5,)}, opaque={"b.py": (1,)})
    changed = replace(own, opaque={"b.py": (1, 4)})
    measured = {**(GOOD.coverage or {}), "task:1": own, "stream:A": own, "changed": changed}
    verdict = judge(PLAN, Policy(), replace(GOOD, coverage=measured))
    assert reasons(verdict, "task:1") == [
        "coverage/passed/left-out: a.py:2-3: left out, as the policy at base allows",
        "coverage/passed/comment-ignored: a.py:5: its comment leaves nothing out, as the policy at base does not allow it",
        "coverage/passed/no-lines: b.py:1: runs code that stands in a text, which has no lines to measure",
    ]
    assert reasons(verdict, "stream:A") == []
    assert reasons(verdict, "system") == [
        "coverage/passed/no-lines: b.py:4: runs code that stands in a text, which has no lines to measure"
    ]


@pytest.mark.parametrize(("key", "gate_id"), [("stream:A", "stream:A"), ("system", "system"), ("changed", "system")])
def test_each_level_has_its_own_threshold(key: str, gate_id: str) -> None:
    verdict = judge(PLAN, Policy(), with_measure(key, Measure(lines=10, covered=1)))
    assert named(verdict, gate_id, "coverage").reasons[0].code == "short"
    assert not verdict.passed


def test_where_no_coverage_is_asked_none_need_be_measured() -> None:
    nothing = CoveragePolicy(task=Decimal(0), stream=Decimal(0), system=Decimal(0), changed=Decimal(0))
    evidence = replace(GOOD, coverage=None, coverage_missing="the policy requires no coverage")
    assert judge(PLAN, Policy(coverage=nothing), evidence).passed
    assert not judge(PLAN, Policy(coverage=replace(nothing, changed=Decimal(1))), evidence).passed
    assert (nothing.asked, replace(nothing, changed=Decimal(1)).asked) == (False, True)


def test_what_was_not_measured_is_unproven() -> None:
    verdict = judge(PLAN, Policy(), replace(GOOD, coverage=None, coverage_missing="--cov measures this run"))
    assert reasons(verdict, "task:1") == ["coverage/unproven/not-measured: --cov measures this run"]
    verdict = judge(
        PLAN, Policy(), replace(GOOD, coverage={k: m for k, m in (GOOD.coverage or {}).items() if k != "task:2"})
    )
    assert reasons(verdict, "task:2") == [
        "coverage/unproven/no-files: no implementation is known: name its files in its Files field"
    ]


def test_what_a_test_reached_that_took_its_worker_along_is_not_known() -> None:
    died = replace(GOOD.results[a_test("1")], outcome="failed", message="worker 'gw0' crashed", crashed=True)
    evidence = replace(GOOD, results={**GOOD.results, a_test("1"): died}, coverage={"task:1": Measure(lines=9)})
    message = f"not known: {a_test('1')} took the process along that ran it, and what it had seen"
    verdict = judge(PLAN, Policy(), evidence)
    assert [reason for reason in reasons(verdict, "task:1") if "not-measured" in reason] == [
        f"coverage/unproven/not-measured: {message}",
        f"mutation/unproven/not-measured: {message}",
    ]
    assert gate(verdict, "task:1").verdict == "failed"


def test_what_the_policy_asks_and_nobody_looked_at_is_unproven() -> None:
    policy = Policy(reviewers=(Reviewer(name="lint", command=("ruff",)),))
    verdict = judge(PLAN, policy, replace(GOOD, mutants=None, mutants_missing="there is no fork"))
    assert reasons(verdict, "task:1") == ["mutation/unproven/not-measured: there is no fork"]
    assert gate(verdict, "system").checks[-1].reasons[0].code == "not-reviewed"
    assert not verdict.passed


def mutant(function: str, stub: str = "none", **changes: Any) -> Mutant:
    found = Mutant(
        function=f"app.m:{function}",
        path="src/app/m.py",
        line=4,
        tasks=("1",),
        stub=stub,
        state="killed",
        killed_by=a_test("1"),
        tests=(a_test("1"),),
    )
    return replace(found, **changes)


def mutated(*mutants: Mutant, **policy: Any) -> list[str]:
    """The reasons of task 1, whose tests ran over these mutants."""
    verdict = judge(PLAN, Policy(mutation=MutationPolicy(**policy)), replace(GOOD, mutants=mutants))
    return [reason for reason in reasons(verdict, "task:1") if reason.startswith("mutation")]


def test_a_function_that_nobody_misses_is_pseudo_tested() -> None:
    survivor = mutant("f", state="survived", killed_by=None, tests=(a_test("1"), a_test("2"), "c", "d"))
    assert mutated(mutant("f", "raise"), survivor) == [
        (
            "mutation/failed/pseudo-tested: app.m:f can be `return None` and no test notices, of those that run it: "
            "tests/test_1.py::test_it, tests/test_2.py::test_it, c and 1 more"
        )
    ]
    assert mutated(mutant("f", "True", state="survived", ignored=True)) == [
        (
            "mutation/failed/pseudo-tested: app.m:f can be `return True` and no test notices, of those that run it: "
            "tests/test_1.py::test_it; it is exempt only since base, which does not count"
        )
    ]


def test_a_function_that_is_not_run_is_not_tested() -> None:
    assert mutated(mutant("f", "raise", state="not-reached"), mutant("f", state="not-reached")) == [
        "mutation/failed/not-reached: app.m:f is run by no test that passed"
    ]


def test_a_stub_that_was_not_in_effect_proves_nothing() -> None:
    assert mutated(mutant("f", "raise", state="unproven", detail="it was never run")) == [
        "mutation/unproven/not-tried: app.m:f was not tried with a raise: it was never run"
    ]


def test_what_is_exempt_or_has_no_body_does_not_count() -> None:
    others = mutant("f", "", state="exempt", detail="slow"), mutant("g", "", state="not-applicable")
    assert mutated(*others) == []


def test_the_share_of_functions_is_compared_exactly() -> None:
    two_of_three = mutant("f"), mutant("g"), mutant("h", state="survived")
    assert len(mutated(*two_of_three, task=Decimal("66.67"))) == 1
    assert mutated(*two_of_three, task=Decimal("66.66")) == []
    assert mutated(mutant("h", state="survived"), task=Decimal(0)) == []


def test_a_task_whose_own_tests_notice_nothing_leans_on_those_of_others() -> None:
    assert mutated(mutant("f", killed_by=a_test("2")), mutant("g", killed_by=a_test("2"))) == [
        "mutation/failed/own-tests-miss: its own tests notice nothing, whatever is taken from 2 functions: others' tests do"
    ]
    assert mutated(mutant("f"), mutant("g", killed_by=a_test("2"))) == []
    assert mutated(mutant("f", tasks=("1", "2"), killed_by=a_test("2"))) == []


def test_functions_of_no_task_count_for_the_system() -> None:
    verdict = judge(PLAN, Policy(), replace(GOOD, mutants=(mutant("f", tasks=(), state="not-reached"),)))
    assert "mutation/failed/not-reached: app.m:f is run by no test that passed" in reasons(verdict, "system")
    assert mutated(mutant("f", tasks=(), state="not-reached")) == []


def test_prerequisites_and_files() -> None:
    evidence = replace(GOOD, documents={"notes/chat/plan.md": False}, files={"src/app/m.py": False})
    verdict = judge(PLAN, Policy(), evidence)
    assert reasons(verdict, "prerequisites") == [
        "plan/failed/missing-document: notes/chat/plan.md is missing or says nothing: write it"
    ]
    assert reasons(verdict, "task:1") == ["plan/failed/missing-file: src/app/m.py is named and was never there"]


def test_named_gates() -> None:
    plan = replace(
        PLAN,
        gates=(
            NamedGate(name="Gate 1", text="whole suite", line=40, suite=True),
            NamedGate(name="Gate 2", text="it feels good", line=41),
        ),
    )
    verdict = judge(plan, Policy(), with_result("3", "failed"))
    assert words(verdict)["gate:Gate 1"] == "failed"
    assert reasons(verdict, "gate:Gate 2") == [
        'tests/unproven/nothing-to-check: nothing in it can be checked: name tests in backticks, or mark some with gate("Gate 2")'
    ]


def rest(outcome: Any, gates: tuple[str, ...] = ()) -> Evidence:
    """With one more test, which belongs to no task."""
    manifest = replace(
        GOOD.manifest,
        tests={**GOOD.manifest.tests, a_test("rest"): CollectedTest(a_test("rest"), "tests/test_rest.py", 1)},
        gates={**GOOD.manifest.gates, a_test("rest"): gates},
    )
    return replace(
        GOOD, manifest=manifest, results={**GOOD.results, a_test("rest"): TestResult(a_test("rest"), outcome)}
    )


def test_the_rest_of_the_suite_counts_for_the_system() -> None:
    assert judge(PLAN, Policy(), rest("passed")).passed
    assert judge(PLAN, Policy(), rest("skipped")).passed
    assert words(judge(PLAN, Policy(), rest("failed")))["system"] == "failed"
    assert words(judge(PLAN, Policy(), rest("not-run")))["system"] == "unproven"
    assert words(judge(PLAN, Policy(), rest("skipped", ("system",))))["system"] == "failed"
    assert words(judge(PLAN, Policy(), rest("failed", ("stream:A",))))["stream:A"] == "failed"
    assert words(judge(PLAN, Policy(), rest("failed", ("deployment",))))["deployment"] == "failed"


def test_deployment() -> None:
    policy = Policy(deployment=DeploymentPolicy(("docs/index.md",), (("make", "dist"),)))
    evidence = replace(
        GOOD, files={**GOOD.files, "docs/index.md": False}, commands=(CommandResult(("make", "dist"), 2, "no rule"),)
    )
    verdict = judge(PLAN, policy, evidence)
    assert reasons(verdict, "deployment") == [
        "artifacts/failed/missing-artifact: docs/index.md is missing or empty",
        "artifacts/failed/command-failed: `make dist` ended with 2: no rule",
    ]
    history = replace(GOOD.history, snapshot="worktree", uncommitted=("a.py", "b.py"))
    verdict = judge(PLAN, Policy(), replace(GOOD, history=history))
    assert words(verdict)["deployment"] == verdict.verdict == "open"
    assert reasons(verdict, "deployment") == ["artifacts/open/uncommitted: 2 files are not committed: a.py, b.py"]


def test_the_claimed_scope_lets_open_work_be() -> None:
    """Task 3 is not ticked and its test is red: nothing of it counts, and nothing else is let off."""
    claimed = Scope(claimed=True)
    evidence = with_result("3", "failed")
    verdict = judge(unticked(PLAN, "3"), Policy(), evidence, claimed)
    assert verdict.passed
    assert words(verdict)["task:3"] == words(verdict)["stream:B"] == words(verdict)["system"] == "open"
    assert not judge(unticked(PLAN, "3"), Policy(), evidence).passed
    assert not judge(PLAN, Policy(), evidence, claimed).passed
    assert not judge(unticked(PLAN, "3"), Policy(), with_result("2", "failed"), claimed).passed
    assert not judge(unticked(PLAN, "3"), Policy(), rest("failed"), claimed).passed


def test_a_part_of_the_plan() -> None:
    verdict = judge(PLAN, Policy(), with_result("3", "failed"), Scope(streams=("A",)))
    assert list(words(verdict)) == ["prerequisites", "task:1", "task:2", "stream:A"]
    assert verdict.passed
    assert list(words(judge(PLAN, Policy(), GOOD, Scope(tasks=("2",))))) == ["prerequisites", "task:2"]


def test_the_judge_is_pure() -> None:
    evidence = with_result("1", "failed")
    assert judge(PLAN, Policy(), evidence) == judge(PLAN, Policy(), evidence)


def test_the_file_with_the_fewest_gaps_comes_first() -> None:
    measure = Measure(missing={"a.py": (1, 2, 3), "c.py": (4, 5)}, missing_arcs={"b.py": ((7, 9),), "c.py": ((3, 4),)})
    assert list(gaps(measure).items()) == [
        ("b.py", ((), ((7, 9),))),
        ("c.py", ((4, 5), ())),
        ("a.py", ((1, 2, 3), ())),
    ]
