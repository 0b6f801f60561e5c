"""Reason codes of the check `artifacts`."""

from __future__ import annotations

from pytest_execute.gates.reasons.row import FAILED, OPEN, ReasonCode

ROWS = (
    ReasonCode("missing-artifact", "artifacts", FAILED, "an artifact of the policy is missing or empty", "write it"),
    ReasonCode(
        "unchanged-file",
        "artifacts",
        FAILED,
        "a task without tests lists a file that has no change since base, but for white space",
        "write it, or take it out of Files",
    ),
    ReasonCode(
        "empty-file",
        "artifacts",
        FAILED,
        "a task without tests lists a file that is empty",
        "write it",
    ),
    ReasonCode(
        "broken-link",
        "artifacts",
        FAILED,
        "a relative link in a Markdown file of a task without tests leads nowhere",
        "correct the link",
    ),
    ReasonCode(
        "untested-code",
        "artifacts",
        FAILED,
        "a task without tests lists or brings code: implementation, tests, or their settings",
        "name tests, or take the file out of the task",
    ),
    ReasonCode("uncommitted", "artifacts", OPEN, "work is not committed yet", "commit it, or let git ignore it"),
    ReasonCode("command-failed", "artifacts", FAILED, "a command of the policy did not end with 0", "read its output"),
)
