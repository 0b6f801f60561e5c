"""JSON report, `pytest-execute/report/1`; its schema, `report.schema.json`, is made from the values below."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import msgspec
from msgspec import Struct

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Cause, Evidence, MutantState, Order, Outcome, Proof, Turn
from pytest_execute.core.gate_ids import Level
from pytest_execute.core.plan import Plan
from pytest_execute.core.verdict import Check, Gate, Verdict, VerdictWord
from pytest_execute.reports import figures, json_text

SCHEMA = "pytest-execute/report/1"


class GateRow(Struct, frozen=True):
    """One gate with its checks."""

    id: str
    level: Level
    title: str
    stream: str | None
    verdict: VerdictWord
    agent: str | None
    checks: tuple[Check, ...]


class TestRow(Struct, frozen=True):
    """One test of the run; `seconds` is the only value that differs from run to run."""

    __test__ = False

    id: str
    tasks: tuple[str, ...]
    outcome: Outcome
    seconds: float


class ProofRow(Struct, frozen=True):
    """Proof of one test of one task. `before` and `after` are commits, "worktree" or "index".

    `code` is the reason code of what is unproven, else null. `turns` are all of its turns, oldest first, with
    `--execute-turns`.
    """

    test: str
    task: str
    verdict: Literal["proven", "unproven"]
    code: str | None
    order: Order | None
    before: str | None
    after: str | None
    cause: Cause | None
    detail: str
    turns: tuple[Turn, ...]


class MeasureRow(Struct, frozen=True):
    """Lines and branches that the tests of a gate reach, and those missing, by file."""

    lines: int
    covered: int
    branches: int
    covered_branches: int
    missing: dict[str, tuple[int, ...]]
    missing_branches: dict[str, tuple[int, ...]]
    missing_arcs: dict[str, tuple[tuple[int, int], ...]]
    excluded: dict[str, tuple[int, ...]]
    ignored: dict[str, tuple[int, ...]]
    opaque: dict[str, tuple[int, ...]]
    unparsed: dict[str, tuple[int, ...]]


class MutantRow(Struct, frozen=True):
    """One function of one task, or of none (null), with its body replaced by `stub`, if it can be."""

    function: str
    task: str | None
    stub: str | None
    verdict: MutantState
    killed_by: str | None
    tests: tuple[str, ...]
    path: str
    line: int
    detail: str


class Report(Struct, frozen=True):
    """Whole report. `base` and `head` are ids of commits; `uncommitted` names work after head that was judged too."""

    schema: str
    topic: str
    verdict: VerdictWord
    base: str
    head: str
    uncommitted: Literal["index", "worktree"] | None
    gates: tuple[GateRow, ...]
    tests: tuple[TestRow, ...]
    proofs: tuple[ProofRow, ...]
    coverage: dict[str, MeasureRow]
    mutants: tuple[MutantRow, ...]


def build_report(verdict: Verdict, evidence: Evidence) -> Report:
    """Return the report as a value."""
    history = evidence.history
    return Report(
        SCHEMA,
        verdict.topic,
        verdict.verdict,
        history.base,
        history.head,
        history.snapshot,
        tuple(map(_gate, verdict.gates)),
        tuple(_test(evidence, test) for test in sorted(evidence.manifest.tests.keys() - {*evidence.out_of_scope})),
        tuple(_proofs(verdict, evidence)),
        {key: MeasureRow(**msgspec.structs.asdict(m)) for key, m in sorted((evidence.coverage or {}).items())},
        tuple(_mutants(evidence)),
    )


def render(verdict: Verdict, plan: Plan, evidence: Evidence) -> str:
    """Return the report as indented JSON."""
    return json_text.encode(build_report(verdict, evidence))


def schema() -> str:
    """Return the JSON schema of the report."""
    return json_text.schema(Report)


def _gate(gate: Gate) -> GateRow:
    return GateRow(gate.id, gate.level, gate.title, gate.stream, gate.verdict, gate.agent, gate.checks)


def _test(evidence: Evidence, test: str) -> TestRow:
    result = evidence.results.get(test)
    if result is None:
        return TestRow(test, _tasks(evidence, test), "not-run", 0.0)
    return TestRow(test, _tasks(evidence, test), result.outcome, round(result.seconds, 6))


def _tasks(evidence: Evidence, test: str) -> tuple[str, ...]:
    gates = evidence.manifest.gates.get(test, ())
    return tuple(gate_ids.name(gate) for gate in gates if gate_ids.is_task(gate))


def _mutants(evidence: Evidence) -> Iterator[MutantRow]:
    for mutant in evidence.mutants or ():
        for task in mutant.tasks or (None,):
            yield MutantRow(
                mutant.function,
                task,
                mutant.stub or None,
                mutant.state,
                mutant.killed_by,
                mutant.tests if mutant.state == "survived" else (),
                mutant.path,
                mutant.line,
                mutant.detail,
            )


def _proofs(verdict: Verdict, evidence: Evidence) -> list[ProofRow]:
    refused = {gate.id: figures.refusals(gate) for gate in verdict.gates}
    return [
        _proof(test, task, proof, refused.get(gate_ids.task(task), {}).get(test))
        for test, proof in sorted((evidence.proofs or {}).items())
        if test not in evidence.out_of_scope
        for task in _tasks(evidence, test)
    ]


def _proof(test: str, task: str, proof: Proof, refused: str | None) -> ProofRow:
    """Return the row of a proof; `refused` is the code of the reason for which the gate of the task refuses it."""
    is_proven = proof.found == "turned" and refused is None
    return ProofRow(
        test,
        task,
        "proven" if is_proven else "unproven",
        None if is_proven else refused or proof.code,
        proof.order,
        proof.before,
        proof.after,
        proof.cause,
        proof.detail,
        proof.turns,
    )
