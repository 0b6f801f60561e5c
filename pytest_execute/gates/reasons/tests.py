"""Reason codes of the check `tests`."""

from __future__ import annotations

from pytest_execute.gates.reasons.row import FAILED, PASSED, UNPROVEN, ReasonCode

ROWS = (
    ReasonCode(
        "no-tests",
        "tests",
        ("failed", "unproven"),
        "no test counts for the task; unproven where not all files were collected, "
        "and in the check test-first, where none passed or none owes a red",
        "name one in its Tests field, or mark one",
    ),
    ReasonCode(
        "without-tests",
        "tests",
        PASSED,
        "a task has no tests, for the reason in its Tests field, and is judged by its files",
        "check if the reason is true",
    ),
    ReasonCode(
        "no-reason",
        "tests",
        FAILED,
        "the Tests field says that there are no tests, and does not say why",
        "name tests, or write `none (reason)`",
    ),
    ReasonCode(
        "missing-test",
        "tests",
        FAILED,
        "a test that the breakdown names was not collected",
        "write it, or correct its name",
    ),
    ReasonCode("failed", "tests", FAILED, "a test failed", "read pytest's report of it"),
    ReasonCode("error", "tests", FAILED, "a test's set-up or tear-down failed", "read pytest's report of it"),
    ReasonCode(
        "skipped", "tests", FAILED, "a test was skipped, which proves nothing", "let it run, or take it out of the task"
    ),
    ReasonCode("xfailed", "tests", FAILED, "a test failed as it was expected to, which proves nothing", "make it pass"),
    ReasonCode("xpassed", "tests", FAILED, "a test passed although it was expected to fail", "remove its xfail"),
    ReasonCode(
        "rerun",
        "tests",
        FAILED,
        "a test failed, and passed when it was run again",
        "make it pass the first time, every time",
    ),
    ReasonCode(
        "passed-alone",
        "tests",
        UNPROVEN,
        "a test failed beside other tests, and passes in a process of its own",
        "run with `-n0`, or give the test resources of its own",
    ),
    ReasonCode(
        "blocked",
        "tests",
        ("blocked",),
        "a test was not run, as a task or test that it depends on did not pass",
        "fix the test or task that it depends on",
    ),
    ReasonCode(
        "not-run",
        "tests",
        UNPROVEN,
        "a test did not run: an option such as `-k` or a path left it out, or the run ended before it",
        "run the whole topic; where too many workers died, fix the tests that killed them",
    ),
    ReasonCode(
        "not-collected",
        "tests",
        FAILED,
        "a test file cannot be imported or collected, or the conftest of a directory",
        "correct the error that the message names",
    ),
    ReasonCode(
        "unknown-marker",
        "tests",
        FAILED,
        "a marker names a task, stream or gate that the breakdown does not have",
        "correct the marker, or add the task",
    ),
    ReasonCode(
        "nothing-to-check",
        "tests",
        UNPROVEN,
        "a named gate has no condition that can be checked",
        "name tests in backticks, or mark some for it",
    ),
)
