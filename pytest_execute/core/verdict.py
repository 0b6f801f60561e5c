"""Verdict on a topic: gates, their checks, and the reasons. Reports read it and decide nothing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct

from pytest_execute.core.gate_ids import Level

VerdictWord = Literal["passed", "failed", "blocked", "open", "unproven", "waived"]

PASSED, NOT_PASSED, CANNOT_JUDGE = 0, 1, 2
"""The exit statuses of the command."""

WORST_FIRST: tuple[VerdictWord, ...] = ("failed", "blocked", "unproven", "open", "waived", "passed")
"""A gate is as bad as its worst check."""


def worst(words: Iterable[VerdictWord]) -> VerdictWord:
    """Return the worst of `words`; "passed" where there is none."""
    return min(words, key=WORST_FIRST.index, default="passed")


class Reason(Struct, frozen=True):
    """One reason why a check did not pass, and where."""

    code: str
    message: str
    path: str | None = None
    line: int | None = None
    test: str | None = None


class Check(Struct, frozen=True):
    """One check of a gate, with its verdict."""

    name: str
    verdict: VerdictWord
    reasons: tuple[Reason, ...] = ()


class Gate(Struct, frozen=True, kw_only=True):
    """One gate with its verdict: the prerequisites, a task, a stream, a named gate, the system or the deployment."""

    id: str
    level: Level
    title: str
    verdict: VerdictWord
    stream: str | None = None
    agent: str | None = None
    checks: tuple[Check, ...] = ()


class Verdict(Struct, frozen=True, kw_only=True):
    """Verdict on a topic: "passed" only where every gate that counts passed."""

    topic: str
    verdict: VerdictWord
    gates: tuple[Gate, ...] = ()

    @property
    def passed(self) -> bool:
        """True if the topic passed; no other verdict counts as passed."""
        return self.verdict == "passed"
