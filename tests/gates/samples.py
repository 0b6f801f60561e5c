"""A topic that passes, and what it takes to make it fail in one place."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from pytest_execute.core.evidence import (
    CollectedTest,
    Evidence,
    History,
    Manifest,
    Measure,
    Missing,
    Proof,
    TestResult,
)
from pytest_execute.core.plan import FileRef, NamedGate, Plan, Stream, Task
from pytest_execute.core.verdict import Check, Gate, Verdict

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


def nodeid(number: str) -> str:
    return f"tests/test_{number}.py::test_it"


def proof(number: str, **changes: Any) -> Proof:
    found = Proof(
        test=nodeid(number), found="turned", order="before", before="a" * 40, after="b" * 40, cause="assertion"
    )
    return replace(found, **changes)


GOOD = Evidence(
    history=History(base="a" * 40, head="c" * 40),
    manifest=Manifest(
        tests={nodeid(n): CollectedTest(nodeid(n), f"tests/test_{n}.py", 7) for n in "123"},
        gates={nodeid(n): (f"task:{n}",) for n in "123"},
    ),
    results={nodeid(n): TestResult(nodeid(n), "passed") for n in "123"},
    proofs={nodeid(n): proof(n) for n in "123"},
    coverage=dict.fromkeys(("task:1", "task:2", "task:3", "stream:A", "stream:B", "system", "changed"), FULL),
    mutants=(),
    documents={"notes/chat/research.md": True, "notes/chat/plan.md": True},
    files={"src/app/m.py": True},
)


def find_gate(verdict: Verdict, name: str) -> Gate:
    return next(gate for gate in verdict.gates if gate.id == name)


def find_check(verdict: Verdict, gate_id: str, name: str) -> Check:
    return next(check for check in find_gate(verdict, gate_id).checks if check.name == name)


def reasons(verdict: Verdict, name: str) -> list[str]:
    """`check/word/code: message` of all that keeps a gate from passing."""
    return [
        f"{check.name}/{check.verdict}/{reason.code}: {reason.message}"
        for check in find_gate(verdict, name).checks
        for reason in check.reasons
    ]


def verdicts(verdict: Verdict) -> dict[str, str]:
    return {gate.id: gate.verdict for gate in verdict.gates}


def with_result(number: str, outcome: Any, message: str = "") -> Evidence:
    results = {**GOOD.results, nodeid(number): TestResult(nodeid(number), outcome, 0.0, message)}
    return replace(GOOD, results=results)


def with_proof(number: str, **changes: Any) -> Evidence:
    assert not isinstance(GOOD.proofs, Missing)
    return replace(GOOD, proofs={**GOOD.proofs, nodeid(number): proof(number, **changes)})


def with_measure(key: str, measure: Measure) -> Evidence:
    assert not isinstance(GOOD.coverage, Missing)
    return replace(GOOD, coverage={**GOOD.coverage, key: measure})


def unticked(plan: Plan, *ids: str) -> Plan:
    return replace(plan, tasks=tuple(replace(task, done=task.done and task.id not in ids) for task in plan.tasks))


def with_other_test(outcome: Any, gates: tuple[str, ...] = ()) -> Evidence:
    """With one more test, which belongs to no task."""
    manifest = replace(
        GOOD.manifest,
        tests={**GOOD.manifest.tests, nodeid("rest"): CollectedTest(nodeid("rest"), "tests/test_rest.py", 1)},
        gates={**GOOD.manifest.gates, nodeid("rest"): gates},
    )
    return replace(
        GOOD, manifest=manifest, results={**GOOD.results, nodeid("rest"): TestResult(nodeid("rest"), outcome)}
    )
