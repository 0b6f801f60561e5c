"""Reason codes of the check `mutation`."""

from __future__ import annotations

from pytest_execute.gates.reasons.row import FAILED, UNPROVEN, ReasonCode

ROWS = (
    ReasonCode(
        "pseudo-tested",
        "mutation",
        FAILED,
        "the body of a function can be replaced, and no test that runs it notices",
        "assert the result of the function",
    ),
    ReasonCode(
        "not-reached",
        "mutation",
        FAILED,
        "no test that passed runs a function that the topic added or changed",
        "test it, or remove it",
    ),
    ReasonCode(
        "own-tests-miss",
        "mutation",
        FAILED,
        "when the bodies of the task's functions are replaced, only tests fail that do not count for them; "
        "or all functions in its Files belong to other tasks",
        "make the task's own tests check what it adds",
    ),
    ReasonCode(
        "not-tried", "mutation", UNPROVEN, "a stub could not be tried, or was never in effect", "as the message says"
    ),
)
