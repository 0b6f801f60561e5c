"""Proofs of tests in words, with the commands that show them by hand, and what the gate makes of them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from os.path import commonprefix
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

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

ALIKE = 4
"""Number of tests that are alike from which on they are described together."""
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
    """Return the explanation in lines. Many tests that passed and are alike are described together."""
    lines = list(_gate(explanation.gate)) if explanation.gate is not None else []
    for tests in _alike(explanation.tests):
        lines += _together(tests, subject) if len(tests) >= ALIKE else chain(*(_test(each, subject) for each in tests))
    lines += _by_hand(explanation.tests, history, subject)
    return "\n".join(lines) + "\n"


def _alike(tests: Iterable[ExplainedTest]) -> list[list[ExplainedTest]]:
    """Return the tests in groups: those that passed, are not refused, and have the same proof but for their names."""
    groups: dict[object, list[ExplainedTest]] = {}
    for test in tests:
        is_alone = test.reasons or test.outcome != "passed"
        proof = replace(test.proof, test="") if test.proof is not None else None
        groups.setdefault(test.test if is_alone else proof, []).append(test)
    return list(groups.values())


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


def _together(tests: Sequence[ExplainedTest], subject: Subject) -> Iterator[str]:
    """Describe alike tests by the first of them, with what their ids have in common; in short if they owe no red."""
    first = tests[0]
    start = commonprefix([test.test for test in tests])  # noqa: RUF071 - ids are no paths
    name = f"{start}… ({len(tests)} tests)"
    named = replace(first, test=name, proof=replace(first.proof, test=name) if first.proof is not None else None)
    is_short = first.proof is not None and first.proof.code in OWES_NO_RED
    yield from islice(_test(named, subject), 2 if is_short else None)


def _test(test: ExplainedTest, subject: Subject) -> Iterator[str]:
    if test.proof is not None:
        yield from _describe(test.proof, subject)
    else:
        yield f"{test.test}: {test.outcome}"
    yield from (f"  the gate refuses it: {reason.message} ({reason.code})" for reason in test.reasons)


def _describe(proof: Proof, subject: Subject) -> Iterator[str]:
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


def _name(commit: str, subject: Subject) -> str:
    title = subject(commit)
    return f"{commit[:7]} {title}" if title is not None else commit if len(commit) < 40 else "the empty tree"


def _by_hand(tests: Sequence[ExplainedTest], history: History, subject: Subject) -> Iterator[str]:
    """Yield shell commands, for the top of the repository, that run today's test in a tree of each commit.

    Of several tests that turned at the same commit, the first stands for all; those that owe no red need none.
    """
    proofs = [test.proof for test in tests if test.proof is not None]
    first_with: dict[tuple[str | None, str | None], Proof] = {}
    for proof in proofs:
        if len(tests) == 1 or proof.code not in OWES_NO_RED:
            first_with.setdefault((proof.before, proof.after), proof)
    for (before, after), proof in first_with.items():
        commits = [commit for commit in (before, after) if commit is not None]
        if commits:
            yield "by hand:" if len(tests) == 1 else f"by hand, with {proof.test}:"
        for commit in commits:
            yield from _commands_at(commit, proof, history, is_commit=subject(commit) is not None)


def _commands_at(commit: str, proof: Proof, history: History, *, is_commit: bool) -> Iterator[str]:
    """Yield the commands for one commit, with today's tests, or with those of the former test."""
    test, tests_at = (proof.former.test, proof.former.commit) if proof.former else (proof.test, history.head)
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
    if history.snapshot and not proof.former:
        yield f"  mkdir -p {WORKTREE} && tar -cf - {overlay} | tar -xf - -C {WORKTREE}"
    else:
        yield f"  git -C {WORKTREE} checkout -q {tests_at} -- {overlay}"
    if history.prepare:
        yield f"  (cd {shlex.quote(project)} && {python_path} {shlex.join(history.prepare)})"
    yield f"  (cd {shlex.quote(project)} && {python_path} python -m pytest -n0 {shlex.quote(test)})"
    yield f"  git worktree remove --force {WORKTREE}"
