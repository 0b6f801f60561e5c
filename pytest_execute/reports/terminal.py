"""Summary in the terminal: stream by stream, each gate with its verdict and one line per reason."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_execute.core import gate_ids
from pytest_execute.core.coloured_lines import Line
from pytest_execute.core.evidence import Evidence, Measure, mutants_by_function
from pytest_execute.core.plan import Plan
from pytest_execute.core.verdict import Check, Gate, Reason, Verdict
from pytest_execute.reports import figures

SHOWN = 5
"""Reasons of one check that are shown; the others are counted."""


def render(verdict: Verdict, plan: Plan, evidence: Evidence) -> Iterator[Line]:
    """Return the lines of the summary."""
    yield f"{plan.path}: {_extent(plan, evidence)}", None
    streams = {gate.stream: gate for gate in verdict.gates if gate.level == "stream"}
    tasks = [gate for gate in verdict.gates if gate.level == "task"]
    for stream in dict.fromkeys(task.stream for task in tasks):
        yield "", None
        if stream in streams:
            yield from _gate(streams[stream], f"Stream {stream}  {streams[stream].title}")
        for gate in tasks:
            if gate.stream == stream:
                yield from _gate(gate, _task_title(gate, evidence), "  ")
                yield from _exempt(evidence, gate_ids.name(gate.id), " " * 12)
    yield "", None
    for gate in verdict.gates:
        if gate.level not in ("task", "stream"):
            yield from _gate(gate, _title(gate))
    yield from _exempt(evidence, None, " " * 10)
    yield "", None
    yield f"{plan.topic}: {verdict.verdict}{_counts(verdict)}", verdict.verdict


def _extent(plan: Plan, evidence: Evidence) -> str:
    history = evidence.history
    after = {"index": " and what is staged", "worktree": " and uncommitted work", None: ""}[history.snapshot]
    within = f" in {figures.count(len(plan.streams), 'stream')}" if plan.streams else ""
    tests = evidence.manifest.tests.keys() - {*evidence.out_of_scope}
    counts = f"{figures.count(len(plan.tasks), 'task')}{within}, {figures.count(len(tests), 'test')}"
    return f"{counts}, {figures.commits(history)}{after}"


def _gate(gate: Gate, title: str, indent: str = "") -> Iterator[Line]:
    yield f"{indent}{gate.verdict:<8}  {title}", gate.verdict
    for check in gate.checks:
        if gate.verdict != "open" or check.verdict == "open":
            yield from _check(check, indent + " " * 10)


def _check(check: Check, indent: str) -> Iterator[Line]:
    for reason in check.reasons[:SHOWN]:
        yield f"{indent}{check.name}: {_reason(reason)}", check.verdict
    if len(check.reasons) > SHOWN:
        yield f"{indent}{check.name}: and {len(check.reasons) - SHOWN} more, all in the JSON report", check.verdict


def _reason(reason: Reason) -> str:
    """Return the reason with its place, unless its message begins with its test."""
    place = "" if reason.test else figures.place(reason)
    return f"{place}{': ' if place else ''}{reason.message} ({reason.code})"


def _exempt(evidence: Evidence, task: str | None, indent: str) -> Iterator[Line]:
    """List the exempt functions of a task, or of none, and why each is exempt."""
    for mutant in evidence.mutants or ():
        if mutant.state == "exempt" and (task in mutant.tasks if task is not None else not mutant.tasks):
            yield f"{indent}mutation: {mutant.function} is exempt: {mutant.detail}", None


def _title(gate: Gate) -> str:
    name = gate_ids.name(gate.id) or gate.id
    return f"{name}: {gate.title}"


def _task_title(gate: Gate, evidence: Evidence) -> str:
    task = gate_ids.name(gate.id)
    return f"{task:>3}  {gate.title}{_figures(gate, evidence)}"


def _figures(gate: Gate, evidence: Evidence) -> str:
    """Count a task's tests, those that are proven, lines, branches and functions that they cover."""
    tests = evidence.manifest.tests_for(gate.id)
    turned = {test for test, proof in (evidence.proofs or {}).items() if proof.found == "turned"}
    proven = len(turned.intersection(tests) - figures.refusals(gate).keys())
    measure = (evidence.coverage or {}).get(gate.id, Measure())
    shown = [figures.count(len(tests), "test")] if tests else []
    shown += [f"{proven} proven"] if proven else []
    shown += [f"{measure.covered}/{measure.lines} lines"] if measure.lines else []
    shown += [f"{measure.covered_branches}/{measure.branches} branches"] if measure.branches else []
    functions = mutants_by_function(evidence.mutants or (), gate_ids.name(gate.id)).values()
    killed = sum(1 for mutants in functions if all(mutant.state == "killed" for mutant in mutants))
    shown += [f"{killed}/{len(functions)} functions"] if functions else []
    return f"  ({', '.join(shown)})" if shown else ""


def _counts(verdict: Verdict) -> str:
    counts: dict[str, int] = {}
    for gate in verdict.gates:
        counts[gate.verdict] = counts.get(gate.verdict, 0) + 1
    return f" (gates: {', '.join(f'{count} {word}' for word, count in sorted(counts.items()))})"
