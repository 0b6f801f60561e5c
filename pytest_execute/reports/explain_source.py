"""Source file in words: the tasks that its lines and functions belong to, and how their tests reach and notice them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec import Struct

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Evidence, Measure, Mutant, describe_stub
from pytest_execute.core.plan import Plan, Task
from pytest_execute.core.verdict import Check, Verdict, VerdictWord, worst
from pytest_execute.reports import figures, json_text

CHECKS = ("coverage", "mutation")
"""Checks of a gate that are about lines and functions."""
WORST_FIRST = ("survived", "not-reached", "unproven", "killed", "not-applicable", "exempt")
"""States of a function's mutants."""


class SourcePart(Struct, frozen=True):
    """Lines and mutants of a file that belong to a task, or were changed, with the checks of the gate."""

    gate: str
    title: str
    lines: Measure | None
    mutants: tuple[Mutant, ...]
    checks: tuple[Check, ...]


class ExplainedSource(Struct, frozen=True):
    """Source file with its parts by task, and the worst verdict of the checks of these."""

    target: str
    verdict: VerdictWord
    parts: tuple[SourcePart, ...]


def explain_source(path: str, plan: Plan, evidence: Evidence, verdict: Verdict) -> ExplainedSource | None:
    """Return what is known of a file; None where no task has a part in it, and the topic did not change it."""
    checks = {gate.id: tuple(check for check in gate.checks if check.name in CHECKS) for gate in verdict.gates}
    mutants = [mutant for mutant in evidence.mutants or () if mutant.path == path]
    parts = []
    for task in plan.tasks:
        gate = gate_ids.task(task.id)
        own = tuple(mutant for mutant in mutants if task.id in mutant.tasks)
        part = SourcePart(gate, task.title, _lines(evidence, gate, path), own, checks.get(gate, ()))
        if part.lines or own or _names(task, path):
            parts.append(part)
    of_no_task = tuple(mutant for mutant in mutants if not mutant.tasks)
    changed = _lines(evidence, gate_ids.CHANGED, path)
    if changed or of_no_task:
        system = checks.get(gate_ids.SYSTEM, ())
        parts.append(SourcePart(gate_ids.SYSTEM, "changed, of any task or none", changed, of_no_task, system))
    return ExplainedSource(path, _verdict(parts), tuple(parts)) if parts else None


def _lines(evidence: Evidence, gate: str, path: str) -> Measure | None:
    sets = evidence.line_sets.get(gate)
    measure = sets.of_file(path).measure() if sets is not None else Measure()
    return measure if measure != Measure() else None


def _names(task: Task, path: str) -> bool:
    return any(path == ref.path or path.startswith(f"{ref.path.rstrip('/')}/") for ref in task.files)


def _verdict(parts: Iterable[SourcePart]) -> VerdictWord:
    """Return the worst verdict of the tasks' checks, or of the system's where no task has a part."""
    parts = list(parts)
    tasks = [part for part in parts if part.gate != gate_ids.SYSTEM]
    verdicts = [check.verdict for part in tasks or parts for check in part.checks]
    return worst(verdicts) if verdicts else "unproven"


def as_json(explained: ExplainedSource) -> str:
    """Return the explanation as indented JSON."""
    return json_text.encode(explained)


def render(explained: ExplainedSource) -> str:
    """Return the explanation in lines."""
    lines = [f"{explained.target}: {explained.verdict}"]
    for part in explained.parts:
        is_task = gate_ids.is_task(part.gate)
        lines.append(f"{gate_ids.label(part.gate)}  {part.title}" if is_task else part.title)
        lines += (f"  {line}" for line in _part(part, is_task=is_task))
    return "\n".join(lines) + "\n"


def _part(part: SourcePart, *, is_task: bool) -> Iterator[str]:
    if part.lines is not None:
        yield _reached(part.lines)
    yield from _functions(part.mutants)
    if part.lines is None and not part.mutants:
        yield "no line or function of it belongs to this task"
    for check in part.checks if is_task else ():
        for reason in check.reasons if check.verdict != "passed" else ():
            yield f"{check.name}: {reason.message} ({reason.code})"


def _reached(measure: Measure) -> str:
    text = f"{measure.covered} of {figures.count(measure.lines, 'line')}"
    if measure.branches:
        text += f" and {measure.covered_branches} of {measure.branches} branches"
    gaps = (*measure.missing.values(), *measure.missing_branches.values())
    missing = sorted({line for lines in gaps for line in lines})
    return f"{text} reached" + (f", not {', '.join(map(str, missing))}" if missing else "")


def _functions(mutants: Iterable[Mutant]) -> Iterator[str]:
    """Describe each function by the worst of its mutants."""
    functions: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        functions.setdefault(mutant.function, []).append(mutant)
    for name, each in functions.items():
        yield f"{name}: {_state(min(each, key=lambda mutant: WORST_FIRST.index(mutant.state)))}"


def _state(mutant: Mutant) -> str:
    if mutant.state == "killed":
        return f"{mutant.killed_by} fails without its body"
    if mutant.state == "survived":
        return f"no test fails when its body is replaced by {describe_stub(mutant.stub)}"
    if mutant.state == "not-reached":
        return "no test that passed runs it"
    return f"{mutant.state}: {mutant.detail}" if mutant.detail else mutant.state
