"""Check `review`: reviewers that the policy requires, and this version cannot run."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_execute.gates.context import JudgeContext
from pytest_execute.gates.reason_codes import Finding, finding


def check_reviewers(context: JudgeContext) -> Iterator[Finding]:
    """Find the reviewers that were not run: all of them."""
    for reviewer in context.policy.reviewers:
        required = f"the policy requires the reviewer {reviewer.name}, which this version cannot run"
        yield finding("not-reviewed", f"{required}: remove it from the policy")
