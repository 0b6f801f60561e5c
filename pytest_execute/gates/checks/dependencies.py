"""Check `dependencies`: the gates passed that this one waits for, or consists of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from pytest_execute.core import gate_ids
from pytest_execute.core.plan import Task
from pytest_execute.core.verdict import VerdictWord
from pytest_execute.gates.context import JudgeContext
from pytest_execute.gates.reason_codes import Finding, complete_code, finding


def check_task(context: JudgeContext, task: Task) -> Iterator[Finding]:
    """Find the tasks that a task depends on and that did not pass."""
    place = (context.plan.path, task.line)
    for other in context.plan.edges()[task.id]:
        word = context.decided[gate_ids.task(other)].verdict
        if word == "open":
            yield finding(
                "unmet-dependency", f"the task is ticked, but task {other}, which it depends on, is not", place
            )
        elif word != "passed":
            message = f"task {other}, which this task depends on, {_state(word)}"
            verdict: VerdictWord = "unproven" if word == "unproven" else "blocked"
            yield complete_code(finding("dependency-…", message, place, verdict=verdict), word)


def check_parts(context: JudgeContext, gates: Iterable[str]) -> Iterator[Finding]:
    """Find the gates that this one is made of and that did not pass."""
    for gate_id in gates:
        part = context.decided[gate_id]
        if part.verdict != "passed":
            message = f"{gate_ids.label(gate_id)} {_state(part.verdict)}"
            yield complete_code(finding("…-…", message, verdict=part.verdict), part.level, part.verdict)


def _state(word: VerdictWord) -> str:
    """Return a verdict as the end of a sentence."""
    return "failed" if word == "failed" else f"is {word}"
