"""Reason codes of the check `review`."""

from __future__ import annotations

from pytest_execute.gates.reasons.row import UNPROVEN, ReasonCode

ROWS = (
    ReasonCode(
        "not-reviewed",
        "review",
        UNPROVEN,
        "the policy names a reviewer, but reviewers are not run yet",
        "remove it from the policy",
    ),
)
