"""Rows of the JSON report's `proofs`."""

from __future__ import annotations

from typing import get_args

import pytest
from msgspec.structs import replace

from pytest_execute.core.evidence import Proof, ProofState
from pytest_execute.gates.reason_codes import TABLE
from pytest_execute.reports.json_report import build_report
from tests.reports.test_render import EVIDENCE, TEST, VERDICT


@pytest.mark.parametrize("found", get_args(ProofState))
def test_what_is_unproven_has_the_reason_code(found: ProofState) -> None:
    evidence = replace(EVIDENCE, proofs={TEST: Proof(test=TEST, found=found)})
    (row,) = build_report(VERDICT, evidence).proofs
    assert (row.verdict, row.code) == (("proven", None) if found == "turned" else ("unproven", found))
    assert row.code in (None, *(reason.code for reason in TABLE if reason.check == "test-first"))
