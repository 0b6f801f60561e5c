"""Findings of the checks: each is a reason whose code has a row in the table, `gates/reasons/`."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from pytest_execute.core.verdict import Check, Reason, VerdictWord, worst
from pytest_execute.gates.reasons import TABLE
from pytest_execute.gates.reasons.row import CheckName

Finding = tuple[VerdictWord, Reason]
"""One reason with what it makes of its check."""
_BY_CODE = {row.code: row for row in TABLE}


def is_refusal(code: str) -> bool:
    """Return whether a reason with this code usually keeps its check from passing."""
    return _BY_CODE[code].verdicts[0] != "passed"


def finding(
    code: str,
    message: str,
    place: tuple[str | None, int | None] = (None, None),
    *,
    test: str | None = None,
    verdict: VerdictWord | None = None,
) -> Finding:
    """Return a finding with the code's usual verdict, or with another one of its row. `place` is a file and a line."""
    row = _BY_CODE[code]
    given = row.verdicts[0] if verdict is None else verdict
    assert given in row.verdicts, (code, given)
    return given, Reason(code, message, *place, test)


def complete_code(finding: Finding, *parts: str) -> Finding:
    """Return the finding with each `…` of its code replaced by one of `parts`."""
    verdict, reason = finding
    return verdict, replace(reason, code=reason.code.replace("…", "{}").format(*parts))


def build_check(name: CheckName, findings: Iterable[Finding]) -> Check:
    """Return a check that is as bad as its worst finding, and passed without any."""
    found = list(findings)
    return Check(name, worst(verdict for verdict, _ in found), tuple(reason for _, reason in found))
