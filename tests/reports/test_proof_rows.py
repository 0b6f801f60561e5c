"""Rows of the JSON report's `proofs`."""

from __future__ import annotations

from typing import get_args

import pytest
from msgspec.structs import replace

from pytest_execute.core.evidence import Guard, History, Proof, ProofState
from pytest_execute.core.verdict import Check, Reason
from pytest_execute.gates.reasons import TABLE
from pytest_execute.reports import explain
from pytest_execute.reports.json_report import build_report
from tests.reports.test_render import EVIDENCE, TEST, VERDICT


@pytest.mark.parametrize("found", get_args(ProofState))
def test_what_is_unproven_has_the_reason_code(found: ProofState) -> None:
    evidence = replace(EVIDENCE, proofs={TEST: Proof(test=TEST, found=found)})
    (row,) = build_report(VERDICT, evidence).proofs
    assert (row.verdict, row.code) == (("proven", None) if found == "turned" else ("unproven", found))
    assert row.code in (None, *(reason.code for reason in TABLE if reason.check == "test-first"))


@pytest.mark.parametrize(
    ("proof", "code"),
    [
        (Proof(test=TEST, found="never-red", at_base="same"), "at-base"),
        (Proof(test=TEST, found="never-red", guard=Guard(function="app.m:f")), "guard"),
    ],
)
def test_a_test_that_owes_no_red_has_a_code_of_its_own(proof: Proof, code: str) -> None:
    (row,) = build_report(VERDICT, replace(EVIDENCE, proofs={TEST: proof})).proofs
    assert (row.verdict, row.code) == ("unproven", code)
    history, reasons = History(base="a" * 40, head="b" * 40), explain.OWES_NO_RED[code].format("app.m:f")
    told = explain.ExplainedTest(test=TEST, outcome="passed", verdict="passed", reasons=(), proof=proof)
    text = explain.render(explain.Explanation(TEST, "passed", (told,)), history, lambda _: None)
    assert text.splitlines()[:2] == [f"{TEST}: {code}", f"  {reasons}"]


@pytest.mark.parametrize("code", ["same-commit", "test-after", "turned-again"])
def test_a_test_that_its_gate_refuses_for_its_order_is_unproven(code: str) -> None:
    check = Check("test-first", "failed", (Reason(code, "it came when it came", test=TEST),))
    gates = tuple(replace(gate, checks=(check,)) if gate.id == "task:1" else gate for gate in VERDICT.gates)
    evidence = replace(EVIDENCE, proofs={TEST: Proof(test=TEST, found="turned", order="same-commit")})
    (row,) = build_report(replace(VERDICT, gates=gates), evidence).proofs
    assert (row.verdict, row.code) == (("proven", None) if code == "turned-again" else ("unproven", code))
