"""Reason codes of the check `plan`."""

from __future__ import annotations

from pytest_execute.gates.reasons.row import FAILED, OPEN, PASSED, ReasonCode

ROWS = (
    ReasonCode("not-ticked", "plan", OPEN, "the task's box is not ticked", "finish it, then tick it"),
    ReasonCode(
        "missing-file",
        "plan",
        FAILED,
        "the breakdown names a file that exists neither now nor at base",
        "correct the Files field, or write the file",
    ),
    ReasonCode(
        "untouched-file",
        "plan",
        PASSED,
        "a ticked task lists a file in Files that the topic has not changed",
        "correct the Files field, or change the file",
    ),
    ReasonCode(
        "missing-document", "plan", FAILED, "`research.md` or `plan.md` is missing, or has only headings", "write it"
    ),
    ReasonCode(
        "weaker-policy",
        "plan",
        PASSED,
        "the policy is weaker than before the topic began; what was there before counts, so this is only listed",
        "change it in a commit before the topic begins",
    ),
)
