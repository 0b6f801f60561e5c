"""One row of the table of reason codes."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from pytest_execute.core.verdict import VerdictWord

CheckName = Literal["plan", "tests", "dependencies", "test-first", "coverage", "mutation", "review", "artifacts"]


class ReasonCode(Struct, frozen=True):
    """Row of the table. The first verdict is the usual one; `…` in a code is a part that each finding fills in."""

    code: str
    check: CheckName
    verdicts: tuple[VerdictWord, ...]
    meaning: str
    remedy: str


FAILED: tuple[VerdictWord, ...] = ("failed",)
UNPROVEN: tuple[VerdictWord, ...] = ("unproven",)
PASSED: tuple[VerdictWord, ...] = ("passed",)
OPEN: tuple[VerdictWord, ...] = ("open",)
