"""Reason codes of the check `coverage`."""

from __future__ import annotations

from pytest_execute.gates.reasons.row import FAILED, PASSED, UNPROVEN, ReasonCode

ROWS = (
    ReasonCode(
        "coverage-too-low",
        "coverage",
        FAILED,
        "less was reached than the policy requires",
        "test the lines that the message names",
    ),
    ReasonCode(
        "coverage-lost",
        "coverage",
        FAILED,
        "the tests of base reached lines that are still there, and no test reaches them now",
        "test these lines again, or remove them",
    ),
    ReasonCode(
        "base-not-measured",
        "coverage",
        PASSED,
        "the tests of base could not be measured, so that only the changed lines count: listed",
        "set a number for `coverage.system` before the topic begins, if the whole system matters",
    ),
    ReasonCode(
        "left-out",
        "coverage",
        PASSED,
        "lines that the policy at base allows to leave out: listed, so that they are not overlooked",
        "check if they should be",
    ),
    ReasonCode(
        "comment-ignored",
        "coverage",
        PASSED,
        "a comment such as `# pragma: no cover` on what the topic changed, which leaves nothing out",
        "test the lines, and remove the comment",
    ),
    ReasonCode(
        "no-lines",
        "coverage",
        PASSED,
        "`exec`, `eval` or `compile` run code in a text, no line of which is measured",
        "write it as code, or look at it yourself",
    ),
    ReasonCode(
        "no-files",
        "coverage",
        UNPROVEN,
        "no implementation is known for the gate; in the check artifacts: a task has neither tests nor files",
        "name the task's files in its Files field",
    ),
    ReasonCode(
        "not-parsed",
        "coverage",
        UNPROVEN,
        "a changed file of the implementation cannot be parsed, or coverage.py takes no such name: nothing is known",
        "correct its syntax, encoding or name, or leave it out of `source`",
    ),
    ReasonCode(
        "partial-run",
        "coverage",
        UNPROVEN,
        "a part of the topic is judged, and only tests that it leaves out would show whose code it is or what runs",
        "judge the whole topic, without `--execute-task` and `--execute-stream`",
    ),
    ReasonCode(
        "not-measured",
        "coverage",
        ("unproven", "blocked"),
        "coverage was not measured, or not all of the tests ran, such as tests of base that count for a function; "
        "also of the check mutation",
        "as the message says",
    ),
)
