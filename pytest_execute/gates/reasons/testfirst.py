"""Reason codes of the check `test-first`."""

from __future__ import annotations

from pytest_execute.gates.reasons.row import FAILED, PASSED, UNPROVEN, ReasonCode

ROWS = (
    ReasonCode(
        "never-red",
        "test-first",
        ("failed", "unproven"),
        "the test passes at base already, or on a branch that the work came from, and is no guard; "
        "unproven: whether it is one is unknown",
        "make it test what the task adds",
    ),
    ReasonCode(
        "red-not-counted",
        "test-first",
        FAILED,
        "the test failed before the code only for a reason that has nothing to do with the code",
        "commit tests that run, and fail",
    ),
    ReasonCode(
        "same-commit",
        "test-first",
        FAILED,
        "the test, its parameters, or what it uses came in one commit with the code",
        "commit the test first; split a commit that is not pushed yet",
    ),
    ReasonCode(
        "test-after",
        "test-first",
        FAILED,
        "the test came after the code",
        "commit the test first; move a commit that is not pushed yet",
    ),
    ReasonCode(
        "no-history",
        "test-first",
        UNPROVEN,
        "the history could not be read: a shallow clone, an interrupted run, another `prepare` than at base",
        "as the message says",
    ),
    ReasonCode("not-replayed", "test-first", UNPROVEN, "the test was not replayed", "report it, with the evidence"),
    ReasonCode(
        "not-reproduced",
        "test-first",
        UNPROVEN,
        "the test passes in the run, and not in the replay of the same tree",
        "commit the files that it needs; make tests remove the files that they leave",
    ),
    ReasonCode(
        "not-prepared",
        "test-first",
        UNPROVEN,
        "the policy's `prepare` failed in a tree, or changed files of the tree",
        "as the message says",
    ),
    ReasonCode(
        "not-started",
        "test-first",
        UNPROVEN,
        "pytest cannot start with today's settings on the code before the turn",
        "take what only the new code understands out of pytest's settings; pass it on the command line",
    ),
    ReasonCode(
        "foreign-module",
        "test-first",
        UNPROVEN,
        "in the replay a module of the project came from elsewhere",
        "import it from the source, not from an installed copy",
    ),
    ReasonCode(
        "guard",
        "test-first",
        PASSED,
        "the test passes at base already, and fails when a function that base has loses its body: it proves nothing",
        "nothing, if another test proves the task",
    ),
    ReasonCode(
        "doctest",
        "test-first",
        PASSED,
        "the test is a doctest in the implementation, which cannot run without the code: it proves nothing",
        "nothing, if another test proves the task; else write one in a file of tests",
    ),
    ReasonCode(
        "at-base",
        "test-first",
        PASSED,
        "tests of the task were there at base, and are the same today: they have to pass, and prove nothing new",
        "nothing, if a new test proves the task",
    ),
    ReasonCode(
        "only-data",
        "test-first",
        PASSED,
        "the commit that made the test pass brought nothing but data: no code came with it",
        "check if that is what the task was to bring",
    ),
    ReasonCode(
        "turned-again",
        "test-first",
        PASSED,
        "the test turned more than once: listed with `--execute-turns`",
        "check if working code was removed on purpose",
    ),
    ReasonCode(
        "dropped",
        "test-first",
        ("failed", "passed"),
        "a test came after base, is gone from its file, and would fail today; "
        "listed only if it passed before it was removed, or if `test-first` is not `before`",
        "write a test of that name again",
    ),
    ReasonCode(
        "unstable",
        "test-first",
        UNPROVEN,
        "two runs on the same tree ended differently",
        "make the test independent of time and chance",
    ),
)
