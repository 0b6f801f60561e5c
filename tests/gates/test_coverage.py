"""Check `coverage`: exact shares, gaps by file, and what was not measured."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from msgspec.structs import replace

from pytest_execute.core.evidence import (
    Guard,
    LineSets,
    Measure,
    Missing,
    NamedFile,
)
from pytest_execute.core.policy import CoveragePolicy, MutationPolicy, Policy, Scope
from pytest_execute.gates.coverage_gaps import find_gaps
from pytest_execute.gates.judge import judge
from tests.gates.samples import (
    FULL,
    GOOD,
    PLAN,
    find_check,
    find_gate,
    nodeid,
    proof,
    reasons,
    with_measure,
)

GUARD = Guard(function="app.m:f")


@pytest.mark.parametrize(
    ("covered", "asked", "passed"),
    [(89996, "90", False), (90000, "90", True), (89996, "89.996", True), (89996, "89.9961", False), (0, "0", True)],
)
def test_coverage_is_compared_exactly(covered: int, asked: str, passed: bool) -> None:
    measure = Measure(lines=100_000, covered=covered, missing={"src/app/m.py": (3, 4, 9)})
    policy = Policy(coverage=CoveragePolicy(task=Decimal(asked)))
    assert judge(PLAN, policy, with_measure("task:1", measure)).passed is passed


def test_uncovered_lines_and_branches_are_named() -> None:
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
        (
            "coverage/failed/coverage-too-low: 68.75 % of lines and branches reached, "
            f"90 % required by coverage.task; not reached: {gaps}"
        )
    ]
    reason = find_check(verdict, "task:1", "coverage").reasons[0]
    assert (reason.path, reason.line) == ("src/app/m.py", 3)


SHORT = Measure(lines=2, covered=1, missing={"src/app/m.py": (3,)})
COUNT_FOR = (
    "Tests of base count only for functions that base has, with the same parameters and no new condition inside a line"
)


@pytest.mark.parametrize(
    ("proofs", "of_base", "ran", "note"),
    [
        ({"1": "same"}, (), nodeid("1"), f"{nodeid('1')} runs some of it, and was there at base. {COUNT_FOR}"),
        ({}, (nodeid("2"),), "tests/test_2.py", f"tests/test_2.py runs some of it, and was there at base. {COUNT_FOR}"),
        (
            {"1": "guard"},
            (),
            nodeid("1"),
            (
                f"{nodeid('1')} runs some of it, and is a guard, which does not count: "
                "assert this in a test that fails without it"
            ),
        ),
        ({}, ("b.py::x",), "b.py", "b.py runs some of it, and is no test of this task: name it in its Tests"),
    ],
)
def test_tests_that_run_what_is_missing_and_do_not_count_are_named(
    proofs: dict[str, str], of_base: tuple[str, ...], ran: str, note: str
) -> None:
    found = {
        nodeid(n): proof(n, found="never-red", **({"at_base": "same"} if kind == "same" else {"guard": GUARD}))
        for n, kind in proofs.items()
    }
    evidence = replace(
        with_measure("task:1", SHORT),
        proofs={**(GOOD.proofs or {}), **found},
        tests_of_base=frozenset(of_base),
        uncounted={"task:1": (ran,)},
    )
    (reason,) = find_check(judge(PLAN, Policy(), evidence), "task:1", "coverage").reasons
    assert reason.message.partition("not reached: src/app/m.py:3; ")[2] == note


def test_lines_that_only_tests_of_base_may_reach_are_unknown_where_these_did_not_run() -> None:
    evidence = replace(with_measure("task:1", SHORT), kept_lines={"src/app/m.py": frozenset({2, 3})})
    assert find_check(judge(PLAN, Policy(), evidence), "task:1", "coverage").verdict == "failed"
    (reason,) = find_check(judge(PLAN, Policy(), evidence, Scope(tasks=("1",))), "task:1", "coverage").reasons
    assert (reason.code, reason.message) == (
        "partial-run",
        (
            "src/app/m.py:3 is in a function that base has, and tests of base that may reach it did not run: "
            "run the whole topic"
        ),
    )
    other = replace(evidence, kept_lines={"src/app/m.py": frozenset({2})})
    assert find_check(judge(PLAN, Policy(), other, Scope(tasks=("1",))), "task:1", "coverage").verdict == "failed"


def test_a_branch_to_a_line_that_was_not_reached_is_no_gap_of_its_own() -> None:
    """Else a file with one line behind an `if` would come after one with two lines."""
    measure = Measure(
        missing={"a.py": (3, 9), "b.py": (3,)}, missing_branches={"b.py": (2,)}, missing_arcs={"b.py": ((2, 3),)}
    )
    assert list(find_gaps(measure).items()) == [("b.py", ((3,), ())), ("a.py", ((3, 9), ()))]


def test_the_file_with_the_fewest_gaps_comes_first() -> None:
    measure = Measure(missing={"a.py": (1, 2, 3), "c.py": (4, 5)}, missing_arcs={"b.py": ((7, 9),), "c.py": ((3, 4),)})
    assert list(find_gaps(measure).items()) == [
        ("b.py", ((), ((7, 9),))),
        ("c.py", ((4, 5), ())),
        ("a.py", ((1, 2, 3), ())),
    ]


def test_lines_left_out_of_coverage_are_listed_once() -> None:
    own = Measure(excluded={"a.py": (2, 3)}, ignored={"a.py": (5,)}, opaque={"b.py": (1,)})
    changed = replace(own, opaque={"b.py": (1, 4)})
    measured = {**(GOOD.coverage or {}), "task:1": own, "stream:A": own, "changed": changed}
    verdict = judge(PLAN, Policy(), replace(GOOD, coverage=measured))
    assert reasons(verdict, "task:1") == [
        "coverage/passed/left-out: a.py:2-3: left out, as the policy at base allows",
        (
            "coverage/passed/comment-ignored: a.py:5: "
            "its comment excludes nothing, as the policy at base does not allow it"
        ),
        "coverage/passed/no-lines: b.py:1: runs code from a string, which has no lines to measure",
    ]
    assert reasons(verdict, "stream:A") == []
    assert reasons(verdict, "system") == [
        "coverage/passed/no-lines: b.py:4: runs code from a string, which has no lines to measure"
    ]


@pytest.mark.parametrize(("key", "gate_id"), [("stream:A", "stream:A"), ("system", "system"), ("changed", "system")])
def test_each_level_has_its_own_threshold(key: str, gate_id: str) -> None:
    policy = Policy(coverage=CoveragePolicy(system=Decimal(85)))
    verdict = judge(PLAN, policy, with_measure(key, Measure(lines=10, covered=1)))
    reason = find_check(verdict, gate_id, "coverage").reasons[0]
    assert reason.code == "coverage-too-low"
    assert f"required by coverage.{key.partition(':')[0]};" in reason.message
    assert not verdict.passed


def test_the_system_must_not_be_worse_than_at_base() -> None:
    too_few = with_measure("system", Measure(lines=10, covered=1))
    assert judge(PLAN, Policy(), too_few).passed
    lost = {"a.py": (3, 4), "b.py": (1,), "c.py": (5,), "d.py": (9,)}
    verdict = judge(PLAN, Policy(), replace(too_few, lost_lines=lost))
    remedy = 'test these lines again, or remove them (coverage.system = "base")'
    files = "a.py:3-4; b.py:1; c.py:5; and 1 more files"
    (reason,) = reasons(verdict, "system")
    assert reason == f"coverage/failed/coverage-lost: tests reached {files} at base, and none does now: {remedy}"
    unknown = judge(PLAN, Policy(), replace(too_few, lost_lines=Missing("it has no tests")))
    (reason,) = reasons(unknown, "system")
    assert unknown.passed
    assert reason == (
        "coverage/passed/base-not-measured: the system cannot be compared with base, where the tests could not be "
        'measured: it has no tests; only the changed lines count (coverage.system = "base")'
    )


def test_coverage_that_is_not_required_need_not_be_measured() -> None:
    nothing = CoveragePolicy(task=Decimal(0), stream=Decimal(0), system=Decimal(0), changed=Decimal(0))
    evidence = replace(GOOD, coverage=Missing("the policy asks for no coverage"))
    assert judge(PLAN, Policy(coverage=nothing, mutation=MutationPolicy(Decimal(0))), evidence).passed
    assert not judge(PLAN, Policy(coverage=replace(nothing, changed=Decimal(1))), evidence).passed
    assert (nothing.is_required, replace(nothing, changed=Decimal(1)).is_required) == (False, True)


def test_a_gate_without_a_measure_is_unproven() -> None:
    verdict = judge(PLAN, Policy(), replace(GOOD, coverage=Missing("--cov measures this run")))
    assert reasons(verdict, "task:1") == ["coverage/unproven/not-measured: --cov measures this run"]
    verdict = judge(
        PLAN, Policy(), replace(GOOD, coverage={k: m for k, m in (GOOD.coverage or {}).items() if k != "task:2"})
    )
    assert reasons(verdict, "task:2") == [
        "coverage/unproven/no-files: no implementation is known for this task: list its files in its Files field"
    ]


def test_a_test_that_crashed_its_process_leaves_coverage_unproven() -> None:
    died = replace(GOOD.results[nodeid("1")], outcome="failed", message="worker 'gw0' crashed", crashed=True)
    evidence = replace(GOOD, results={**GOOD.results, nodeid("1"): died}, coverage={"task:1": Measure(lines=9)})
    message = f"cannot be measured: {nodeid('1')} crashed the process that ran it, with all that was measured there"
    verdict = judge(PLAN, Policy(), evidence)
    assert [reason for reason in reasons(verdict, "task:1") if "not-measured" in reason] == [
        f"coverage/unproven/not-measured: {message}",
        f"mutation/unproven/not-measured: {message}",
    ]
    assert find_gate(verdict, "task:1").verdict == "failed"


NOTHING = dict.fromkeys(("task:1", "task:2", "task:3", "stream:A", "stream:B", "system", "changed"), Measure())
CODE = "src/app/m.py"


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, ["no-files"]),
        ({"named_files": {CODE: NamedFile(path=CODE)}}, ["no-files"]),
        ({"named_files": {CODE: NamedFile(path=CODE, is_changed=True, is_test=True)}}, ["no-files"]),
        ({"named_files": {CODE: NamedFile(path=CODE, is_changed=True)}}, []),
        ({"named_files": {CODE: NamedFile(path=CODE, is_changed=True)}, "unknown_code": (CODE,)}, ["no-files"]),
        ({"line_sets": {"task:1": LineSets(lines={CODE: frozenset({1})}, imported={CODE: frozenset({1})})}}, []),
        ({"line_sets": {"task:1": LineSets()}}, ["no-files"]),
        ({"coverage": {**NOTHING, "task:1": Measure(excluded={CODE: (3,)})}}, []),
    ],
)
def test_a_task_passes_on_no_lines_only_if_something_was_looked_at(changes: dict[str, Any], codes: list[str]) -> None:
    """Data, lines that run on import, removed and excluded code leave nothing to measure."""
    verdict = judge(PLAN, Policy(), replace(GOOD, **{"coverage": NOTHING, **changes}))
    found = [reason.code for reason in find_check(verdict, "task:1", "coverage").reasons if reason.code != "left-out"]
    assert found == codes
    assert find_check(verdict, "stream:A", "coverage").verdict == "unproven", "task 2 has no files"


def test_the_topic_and_the_system_do_not_pass_on_code_that_nobody_knows() -> None:
    nothing = replace(GOOD, coverage={**(GOOD.coverage or {}), "system": Measure(), "changed": Measure()})
    assert judge(PLAN, Policy(), nothing).passed
    unknown = replace(nothing, unknown_code=("bin/a.py", "bin/b.py", "bin/c.py", "bin/d.py"))
    message = (
        "coverage/unproven/no-files: nothing was measured, and nobody knows what these files are: bin/a.py, bin/b.py, "
        "bin/c.py and 1 more: name them in a task's Files, or set `source` in [tool.pytest-execute]"
    )
    assert reasons(judge(PLAN, Policy(), unknown), "system") == [message, message]
    measured = replace(unknown, coverage=GOOD.coverage)
    assert judge(PLAN, Policy(), measured).passed


def test_without_coverage_the_mutants_do_not_pass_on_nothing() -> None:
    policy = Policy(coverage=CoveragePolicy(task=Decimal(0), stream=Decimal(0), system=Decimal(0), changed=Decimal(0)))
    evidence = replace(GOOD, coverage=Missing("not required"), unknown_code=("bin/a.py",))
    for gate in ("task:1", "system"):
        assert find_check(judge(PLAN, policy, evidence), gate, "mutation").reasons[0].code == "no-files"
    changed = replace(evidence, named_files={CODE: NamedFile(path=CODE, is_changed=True)}, unknown_code=())
    verdict = judge(PLAN, policy, changed)
    assert [find_check(verdict, gate, "mutation").verdict for gate in ("task:1", "system")] == ["passed", "passed"]


def test_a_file_that_cannot_be_parsed_is_unproven_even_where_all_else_is_reached() -> None:
    measure = replace(FULL, unparsed={"src/app/m.py": (3,)})
    (reason,) = reasons(judge(PLAN, Policy(), with_measure("task:1", measure)), "task:1")
    assert reason == (
        "coverage/unproven/not-parsed: src/app/m.py:3: it cannot be parsed, so nothing in it was measured: correct its "
        "syntax, encoding or name, or leave it out of `source`"
    )
