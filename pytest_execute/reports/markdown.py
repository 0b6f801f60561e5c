"""Summary in Markdown, for the page of a CI job or a pull request."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_execute.core.evidence import Evidence
from pytest_execute.core.plan import Plan
from pytest_execute.core.verdict import Gate, Verdict
from pytest_execute.reports import figures


def render(verdict: Verdict, plan: Plan, evidence: Evidence) -> str:
    """Return a heading with the verdict, a table of the gates, and the reasons below it."""
    return "\n".join(_lines(verdict, plan, evidence)) + "\n"


def _lines(verdict: Verdict, plan: Plan, evidence: Evidence) -> Iterator[str]:
    yield f"## {_plain(plan.title or plan.topic)}: {verdict.verdict}"
    yield ""
    yield f"`{plan.path}`, {figures.commits(evidence.history)}"
    yield ""
    yield "| gate | verdict | title |"
    yield "| --- | --- | --- |"
    for gate in verdict.gates:
        yield f"| {_plain(gate.id)} | {gate.verdict} | {_plain(gate.title)} |"
    for gate in verdict.gates:
        if gate.verdict != "passed" or any(check.reasons for check in gate.checks):
            yield from _reasons(gate)


def _reasons(gate: Gate) -> Iterator[str]:
    yield ""
    yield f"### {_plain(gate.id)}: {gate.verdict}"
    yield ""
    for check in gate.checks:
        for reason in check.reasons:
            place = f" `{figures.place(reason)}`" if figures.place(reason) else ""
            yield f"- **{check.name}** ({reason.code}){place}: {_plain(reason.message)}"


def _plain(text: str) -> str:
    """Return the text with everything escaped that Markdown or HTML would act on."""
    table = {"&": "&amp;", "<": "&lt;", ">": "&gt;", **{mark: f"\\{mark}" for mark in "\\`*_|[]#"}}
    return "".join(table.get(letter, letter) for letter in " ".join(text.split()))
