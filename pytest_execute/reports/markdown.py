"""The Markdown summary, for a CI job's page or a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_execute.core.evidence import Evidence
from pytest_execute.core.plan import Plan
from pytest_execute.core.verdict import Gate, Verdict


def render(verdict: Verdict, plan: Plan, evidence: Evidence) -> str:
    """A heading with the verdict, a table of the gates, and the reasons below it."""
    return "\n".join(_lines(verdict, plan, evidence)) + "\n"


def _lines(verdict: Verdict, plan: Plan, evidence: Evidence) -> Iterator[str]:
    history = evidence.history
    yield f"## {_plain(plan.title or plan.topic)}: {verdict.verdict}"
    yield ""
    yield f"`{plan.path}`, {history.base[:7]}..{history.head[:7]}"
    yield ""
    yield "| gate | verdict | title |"
    yield "| --- | --- | --- |"
    for gate in verdict.gates:
        yield f"| {_plain(gate.id)} | {gate.verdict} | {_plain(gate.title)} |"
    for gate in verdict.gates:
        if gate.verdict != "passed":
            yield from _reasons(gate)


def _reasons(gate: Gate) -> Iterator[str]:
    yield ""
    yield f"### {_plain(gate.id)}: {gate.verdict}"
    yield ""
    for check in gate.checks:
        for reason in check.reasons:
            place = f" `{reason.path}:{reason.line}`" if reason.path and reason.line else ""
            yield f"- **{check.name}** ({reason.code}){place}: {_plain(reason.message)}"


def _plain(text: str) -> str:
    """The text with nothing in it that Markdown or HTML would act on."""
    table = {"&": "&amp;", "<": "&lt;", ">": "&gt;", **{mark: f"\\{mark}" for mark in "\\`*_|[]#"}}
    return "".join(table.get(letter, letter) for letter in " ".join(text.split()))
