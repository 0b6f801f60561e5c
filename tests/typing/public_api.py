"""A program that uses all of the public Python API. mypy checks it and nothing runs it: see test_public_api.py."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from typing_extensions import assert_type

from pytest_execute.breakdown import ParsedBreakdown, read_text
from pytest_execute.breakdown.account import LineAccount
from pytest_execute.core import effort, gate_ids, policy, verdict
from pytest_execute.core.errors import ExecuteError, Problem
from pytest_execute.core.evidence import (
    Evidence,
    History,
    LineSets,
    Manifest,
    Measure,
    Missing,
    Mutant,
    Proof,
    TestResult,
    unite,
)
from pytest_execute.core.plan import FileRef, NamedGate, Plan, Stream, Substep, Task, TestRef
from pytest_execute.core.stricter_policy import WeakerKey, join_policies
from pytest_execute.gates.judge import judge
from pytest_execute.reports import evidence_json, json_report, markdown, terminal

Word = Literal["passed", "failed", "blocked", "open", "unproven", "waived"]


def read(text: str) -> Plan:
    """Read a breakdown."""
    reading = read_text(text, "chat", "notes/chat/breakdown.md")
    assert_type(reading, ParsedBreakdown)
    assert_type(reading.problems, tuple[Problem, ...])
    assert_type(reading.errors, tuple[Problem, ...])
    assert_type(reading.plan, Plan | None)
    assert_type(reading.account, LineAccount)
    assert_type(reading.account.meaning(1), str)
    assert_type(reading.account.is_in_task(1), bool)
    if reading.plan is None:
        raise ExecuteError(*reading.errors)
    return reading.plan


def look_at_plan(plan: Plan) -> None:
    """Use every part of a plan."""
    assert_type(plan.topic, str)
    assert_type(plan.streams, tuple[Stream, ...])
    assert_type(plan.tasks, tuple[Task, ...])
    assert_type(plan.gates, tuple[NamedGate, ...])
    assert_type(plan.edges(), dict[str, tuple[str, ...]])
    for task in plan.tasks:
        assert_type(task.id, str)
        assert_type(task.done, bool)
        assert_type(task.stream, str | None)
        assert_type(task.files, tuple[FileRef, ...])
        assert_type(task.tests, tuple[TestRef, ...])
        assert_type(task.depends, tuple[str, ...])
        assert_type(task.substeps, tuple[Substep, ...])
        assert_type(effort.hours(task.effort), float | None)


def read_policy(text: str) -> policy.Policy:
    """Read a policy."""
    rules = policy.read_policy(text, "pyproject.toml")
    assert_type(rules, policy.Policy)
    assert_type(rules.source, tuple[str, ...])
    assert_type(rules.test_first, Literal["before", "same-commit", "proven", "off"])
    assert_type(rules.coverage, policy.CoveragePolicy)
    assert_type(rules.coverage.task, Decimal)
    assert_type(rules.mutation.exempt, tuple[policy.Exemption, ...])
    assert_type(rules.reviewers, tuple[policy.Reviewer, ...])
    return rules


def look_at_evidence(evidence: Evidence) -> None:
    """Use every part of the evidence that holds other values."""
    assert_type(evidence.history, History)
    assert_type(evidence.manifest, Manifest)
    assert_type(evidence.results, dict[str, TestResult])
    assert_type(evidence.proofs, dict[str, Proof] | Missing)
    assert_type(evidence.coverage, dict[str, Measure] | Missing)
    assert_type(evidence.mutants, tuple[Mutant, ...] | Missing)
    assert_type(evidence.line_sets, dict[str, LineSets])
    for sets in evidence.line_sets.values():
        assert_type(unite([sets, sets]).measure(), Measure)


def read_evidence(text: bytes) -> verdict.Verdict:
    """Judge again from an evidence file, and write the file again."""
    file = evidence_json.read(text, "evidence.json")
    assert_type(file, evidence_json.EvidenceFile)
    assert_type(evidence_json.render(file.plan, file.policy, file.scope, file.evidence()), str)
    assert_type(evidence_json.schema(), str)
    return judge(file.plan, file.policy, file.evidence(), file.scope)


def look_at_ids(gate: gate_ids.GateId) -> list[str]:
    """Use every function for ids of gates."""
    assert_type(gate_ids.level(gate), gate_ids.Level)
    assert_type(gate_ids.is_task(gate), bool)
    assert_type(gate_ids.name(gate), str)
    assert_type(gate_ids.label(gate), str)
    return [gate_ids.task("1"), gate_ids.stream("A"), gate_ids.named("Gate 1")]


def counted(base: policy.Policy, head: policy.Policy) -> policy.Policy:
    """Return the policy that counts."""
    rules, weaker = join_policies(base, head)
    assert_type(weaker, tuple[WeakerKey, ...])
    return rules


def judged(plan: Plan, rules: policy.Policy) -> verdict.Verdict:
    """Judge, with and without a scope."""
    evidence = Evidence(history=History(base="a", head="b"), manifest=Manifest())
    answer = judge(plan, rules, evidence)
    assert_type(answer, verdict.Verdict)
    assert_type(judge(plan, rules, evidence, policy.Scope(claimed=True)), verdict.Verdict)
    assert_type(answer.passed, bool)
    assert_type(answer.verdict, Word)
    for gate in answer.gates:
        assert_type(gate, verdict.Gate)
        for check in gate.checks:
            assert_type(check, verdict.Check)
            assert_type(check.verdict, Word)
            for reason in check.reasons:
                assert_type(reason.code, str)
                assert_type(reason.path, str | None)
                assert_type(reason.line, int | None)
    assert_type(verdict.worst(["passed", "failed"]), Word)
    return answer


def rendered(answer: verdict.Verdict, plan: Plan, evidence: Evidence) -> None:
    """Render a verdict in each way."""
    assert_type(json_report.render(answer, plan, evidence), str)
    assert_type(json_report.schema(), str)
    assert_type(markdown.render(answer, plan, evidence), str)
    assert_type(terminal.render(answer, plan, evidence), Iterator[tuple[str, Word | None]])
