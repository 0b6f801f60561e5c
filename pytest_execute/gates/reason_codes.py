"""Table of all reason codes: the check that gives each, its verdicts, what it means, and what to do.

A code keeps its meaning from version to version. `docs/reference/reason-codes.md` has the same rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core.verdict import Check, Reason, VerdictWord, worst

CheckName = Literal["plan", "tests", "dependencies", "test-first", "coverage", "mutation", "review", "artifacts"]
Finding = tuple[VerdictWord, Reason]
"""One reason with what it makes of its check."""


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

TABLE = (
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
    ReasonCode(
        "unmet-dependency",
        "dependencies",
        FAILED,
        "a ticked task depends on one that is not ticked",
        "do that one first, or take the tick back",
    ),
    ReasonCode(
        "dependency-…",
        "dependencies",
        ("blocked", "unproven"),
        "a task that this one depends on is `dependency-failed`, `dependency-blocked` or `dependency-unproven`",
        "fix that task",
    ),
    ReasonCode(
        "…-…",
        "dependencies",
        ("failed", "blocked", "unproven", "open"),
        "a part of the gate did not pass, such as `task-failed`, `stream-open`, `gate-failed`, `system-unproven`",
        "see the part's own reasons",
    ),
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
        "commit the test first",
    ),
    ReasonCode("test-after", "test-first", FAILED, "the test came after the code", "commit the test first"),
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
        "tests of the task were there at base, and are the same today: they have to pass, and prove nothing",
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
        "a changed file of the implementation is no Python that can be parsed, so nothing in it was measured",
        "correct its syntax or encoding, or leave it out of `source`",
    ),
    ReasonCode(
        "not-measured",
        "coverage",
        ("unproven", "blocked"),
        "coverage was not measured, or not all of the tests ran; also of the check mutation",
        "as the message says",
    ),
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
        "when the bodies of the task's functions are replaced, only tests of other tasks fail; "
        "or all functions in its Files belong to other tasks",
        "make the task's own tests check what it adds",
    ),
    ReasonCode(
        "not-tried", "mutation", UNPROVEN, "a stub could not be tried, or was never in effect", "as the message says"
    ),
    ReasonCode(
        "not-reviewed",
        "review",
        UNPROVEN,
        "the policy names a reviewer, but reviewers are not run yet",
        "remove it from the policy",
    ),
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
