"""Proofs of tests in words, with the commands that show them by hand, and what the gate makes of them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from msgspec import Struct

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import History, Order, Outcome, Proof
from pytest_execute.core.verdict import Gate, Reason, VerdictWord
from pytest_execute.reports import json_text

Subject = Callable[[str], str | None]
"""Returns the first line of a commit's message, None for what is no commit."""
CHECKS = ("tests", "test-first")
"""Checks of a task that are about single tests."""
WORKTREE = "/tmp/replay"
ORDERS: dict[Order, str] = {
    "before": "the test existed in the commit before, and failed there",
    "same-commit": "the test and the code came in one commit",
    "after": "the test was written after the code",
}

OWES_NO_RED = {
    "at-base": "it was there at base, and is the same today: it has to pass, and proves nothing",
    "guard": "it fails when the body of {}, which base has, goes; it proves nothing",
}
"""Why a test owes no red, by its code."""


class ExplainedTest(Struct, frozen=True, kw_only=True):
    """Test with its outcome, its proof if there is one, and the reasons for which its gate refuses it."""

    test: str
    outcome: Outcome
    verdict: VerdictWord
    reasons: tuple[Reason, ...]
    proof: Proof | None


class Explanation(Struct, frozen=True):
    """Tests of a target, and the verdict on all of them; `gate` is that of a task."""

    target: str
    verdict: VerdictWord
    tests: tuple[ExplainedTest, ...]
    gate: Gate | None = None


def render(explanation: Explanation, history: History, subject: Subject) -> str:
    """Return the explanation in lines."""
    lines = list(_gate(explanation.gate)) if explanation.gate is not None else []
    for test in explanation.tests:
        lines += _test(test, history, subject)
    return "\n".join(lines) + "\n"


def as_json(explanation: Explanation) -> str:
    """Return the explanation as indented JSON: an object for a test, with its proof; else a list of them in `tests`."""
    tests = [_test_as_json(test) for test in explanation.tests]
    if explanation.gate is None and [test.test for test in explanation.tests] == [explanation.target]:
        return json_text.encode(tests[0])
    whole = {"target": explanation.target, "verdict": explanation.verdict, "tests": tests}
    return json_text.encode(whole | ({"checks": explanation.gate.checks} if explanation.gate is not None else {}))


def _test_as_json(test: ExplainedTest) -> dict[str, Any]:
    proof = msgspec.structs.asdict(test.proof) if test.proof is not None else {"test": test.test, "found": None}
    return {**proof, "outcome": test.outcome, "verdict": test.verdict, "reasons": test.reasons}


def _gate(gate: Gate) -> Iterator[str]:
    yield f"{gate_ids.label(gate.id)}  {gate.title}: {gate.verdict}"
    for check in gate.checks:
        for reason in check.reasons if check.verdict != "passed" else ():
            yield f"  {check.name}: {reason.message} ({reason.code})"


def _test(test: ExplainedTest, history: History, subject: Subject) -> Iterator[str]:
    if test.proof is not None:
        yield from _describe(test.proof, subject)
    else:
        yield f"{test.test}: {test.outcome}"
    yield from (f"  the gate refuses it: {reason.message} ({reason.code})" for reason in test.reasons)
    if test.proof is not None:
        yield "by hand:"
        yield from _by_hand(test.proof, history, subject)


def _describe(proof: Proof, subject: Callable[[str], str | None]) -> Iterator[str]:
    yield f"{proof.test}: {proof.code}" + (f", {proof.order}" if proof.order else "")
    if proof.code in OWES_NO_RED:
        yield f"  {OWES_NO_RED[proof.code].format(proof.guard.function if proof.guard else '')}"
    if proof.before:
        yield f"  fails at    {_name(proof.before, subject)}"
        yield f"              {proof.cause}: {proof.detail}" if proof.cause else f"              {proof.detail}"
        yield from (f"              {line}" for line in proof.trace)
    elif proof.detail:
        yield f"  {proof.detail}"
    if proof.after:
        yield f"  passes with {_name(proof.after, subject)}"
    if proof.order:
        yield f"  {ORDERS[proof.order]}"
    if proof.turns:
        yield f"  all turns: {', '.join(map(str, proof.turns))}"


def _name(commit: str, subject: Callable[[str], str | None]) -> str:
    title = subject(commit)
    return f"{commit[:7]} {title}" if title is not None else commit if len(commit) < 40 else "the empty tree"


def _by_hand(proof: Proof, history: History, subject: Callable[[str], str | None]) -> Iterator[str]:
    """Return shell commands, for the top of the repository, that run today's test in a tree of each commit."""
    for commit in filter(None, (proof.before, proof.after)):
        yield from _commands_at(commit, proof.test, history, is_commit=subject(commit) is not None)


def _commands_at(commit: str, test: str, history: History, *, is_commit: bool) -> Iterator[str]:
    project = f"{WORKTREE}/{history.prefix}".rstrip("/")
    path = ":".join(f"{WORKTREE}/{root}".rstrip("/") for root in history.import_roots)
    python_path = f"PYTHONPATH={shlex.quote(path)}"
    if commit == history.snapshot == "worktree":
        here = shlex.quote(f"./{history.prefix}")
        yield f"  (cd {here} && python -m pytest -n0 {shlex.quote(test)})"
        return
    overlay = " ".join(map(shlex.quote, history.overlay_paths))
    yield f"  git worktree add -q --detach {WORKTREE} {commit if is_commit else history.head}"
    yield f"  git -C {WORKTREE} rm -rqf --ignore-unmatch -- {overlay if is_commit else '.'}"
    if history.snapshot:
        yield f"  mkdir -p {WORKTREE} && tar -cf - {overlay} | tar -xf - -C {WORKTREE}"
    else:
        yield f"  git -C {WORKTREE} checkout -q {history.head} -- {overlay}"
    if history.prepare:
        yield f"  (cd {shlex.quote(project)} && {python_path} {shlex.join(history.prepare)})"
    yield f"  (cd {shlex.quote(project)} && {python_path} python -m pytest -n0 {shlex.quote(test)})"
    yield f"  git worktree remove --force {WORKTREE}"
