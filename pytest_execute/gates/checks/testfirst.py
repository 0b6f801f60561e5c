"""Check `test-first`: each test failed before the code, for a reason that counts.

The file is not called `test_first.py`: names that begin so are files of tests, in this project as in any other.
"""

from __future__ import annotations

import shlex
from collections.abc import Container, Iterable, Iterator

from msgspec.structs import replace

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Guard, Missing, Proof, short_commit
from pytest_execute.core.nodeids import file_of
from pytest_execute.core.plan import Task
from pytest_execute.core.verdict import VerdictWord
from pytest_execute.gates.context import JudgeContext
from pytest_execute.gates.listing import list_names
from pytest_execute.gates.reason_codes import Finding, finding

ALLOWED_ORDERS = {
    "before": ("before",),
    "same-commit": ("before", "same-commit"),
    "proven": ("before", "same-commit", "after"),
}
UNPROVEN = {
    "not-reproduced": "passes in this run, but not in the replay of the same tree: {}",
    "not-prepared": "was not replayed on all trees: {}",
    "not-started": "was not replayed on all trees, as pytest does not start {}",
    "foreign-module": "imported a module from outside the replayed tree: {}",
    "unstable": "is unstable: {}",
}

NOTHING_FAILED = "no test of this task failed before the code: write one for what the task adds"
IF_REFACTORING = (
    "; if it adds nothing, make this refactoring a part of a task that does, or of none: "
    "what belongs to no task counts for the system, by all tests"
)


def check_task(context: JudgeContext, task: Task) -> Iterator[Finding]:
    """Find the tests of a task that are not proven, and those that were dropped from their files."""
    proofs = context.evidence.proofs
    passed = [test for test in context.tests(gate_ids.task(task.id)) if context.outcome(test) == "passed"]
    if not passed:
        message = "no test of this task passed, so nothing can be proven"
        yield finding("no-tests", message, (context.plan.path, task.line), verdict="unproven")
    elif isinstance(proofs, Missing):
        yield finding("no-history", proofs.reason)
    else:
        owing = [test for test in passed if not _owes_no_red(context, proofs.get(test))]
        for test in owing:
            yield from _check_test(context, test, proofs.get(test))
        yield from _allowed(context, [proofs[test] for test in passed if test not in owing])
        yield from _only_data([proofs[test] for test in passed if test in proofs])
        if not owing:
            is_refactoring = any(proofs[test].at_base == "same" for test in passed)
            message = f"{NOTHING_FAILED}{IF_REFACTORING if is_refactoring else ''}"
            yield finding("no-tests", message, (context.plan.path, task.line), verdict="unproven")
        yield from _dropped(context, {file_of(test) for test in passed}, proofs.values())


def _check_test(context: JudgeContext, test: str, proof: Proof | None) -> Iterator[Finding]:
    """Find why one test is not proven; where it is, that its outcome turned more than once."""
    for verdict, reason in _refusals(context, test, proof):
        yield verdict, replace(reason, message=f"{reason.message}{_turns(proof, '; all its turns: ')}")
        return
    if again := _turns(proof, "turned more than once: "):
        yield finding("turned-again", f"{test} {again}", context.place(test), test=test)


def _owes_no_red(context: JudgeContext, proof: Proof | None) -> bool:
    """Return whether a test only has to pass: base had it, it is a doctest of the code, or an allowed guard."""
    if proof is None or proof.at_base == "same":
        return proof is not None
    if proof.found == "doctest":
        return True
    return proof.is_guard and context.policy.guards == "biting"


def _allowed(context: JudgeContext, proofs: Iterable[Proof]) -> Iterator[Finding]:
    """List guards and doctests among tests that owe no red, and count those that base had as they are today."""
    count = 0
    for proof in proofs:
        if proof.at_base == "same":
            count += 1
        elif proof.found == "doctest":
            message = f"{proof.test} is a doctest in the code that it tests, which cannot run without it"
            message = f"{message}: it has to pass, and proves nothing"
            yield finding("doctest", message, context.place(proof.test), test=proof.test)
        elif proof.guard is not None:
            was = "; base has this test in another form" if proof.at_base == "other" else ""
            fails = f"it fails when the body of {proof.guard.function}, which base has, goes"
            message = f"{proof.test} never failed, as it is a guard: {fails}{was}"
            yield finding("guard", message, context.place(proof.test), test=proof.test)
    if count:
        were = "1 test was there at base, and is" if count == 1 else f"{count} tests were there at base, and are"
        have = "it has to pass, and proves nothing" if count == 1 else "they have to pass, and prove nothing"
        yield finding("at-base", f"{were} the same today: {have}")


def _only_data(proofs: Iterable[Proof]) -> Iterator[Finding]:
    """List the commits that made tests pass and brought no code."""
    tests: dict[tuple[str | None, tuple[str, ...]], list[str]] = {}
    for proof in proofs:
        if proof.only_data:
            tests.setdefault((proof.after, proof.only_data), []).append(proof.test)
    for (commit, files), passing in tests.items():
        who = f"{passing[0]} passes" if len(passing) == 1 else f"{len(passing)} tests pass"
        message = f"{who} with {short_commit(commit)}, which brought nothing but data: {list_names(files)}"
        yield finding("only-data", message, (files[0], None))


def _turns(proof: Proof | None, title: str) -> str:
    """Return all turns of a test that turned more than once, after a title; "" where that is not known."""
    return title + ", ".join(map(str, proof.turns)) if proof is not None and len(proof.turns) > 1 else ""


def _refusals(context: JudgeContext, test: str, proof: Proof | None) -> Iterator[Finding]:
    """Find what keeps the proof of a test from counting; nothing where it counts."""
    code, message = "", ""
    verdict: VerdictWord | None = None
    if proof is None:
        code, message = "not-replayed", f"{test} was not replayed"
    elif proof.found in UNPROVEN:
        code, message = proof.found, f"{test} {UNPROVEN[proof.found].format(proof.detail)}"
    elif proof.found == "never-red":
        code, message = "never-red", f"{test} never failed: {proof.detail}{_no_guard(proof.guard)}"
        verdict = "unproven" if proof.guard is not None and proof.guard.error else None
    elif proof.found == "red-not-counted":
        code = "red-not-counted"
        message = f"{test} failed before {short_commit(proof.after)} only because of {proof.detail}"
    elif proof.order not in ALLOWED_ORDERS[context.policy.test_first]:
        code = "same-commit" if proof.order == "same-commit" else "test-after"
        came = "together with the code, in" if proof.order == "same-commit" else "after the code, which came in"
        message = f"{test} came {came} {short_commit(proof.after)}{_remedy(context, proof)}"
    if code:
        yield finding(code, message, context.place(test), test=test, verdict=verdict)


def _no_guard(guard: Guard | None) -> str:
    """Return why a test is no guard, or is not allowed as one; "" where that was not looked for."""
    if guard is None:
        return ""
    if guard.function is not None:
        return "; the policy refuses guards"
    if guard.error:
        return f"; whether it is a guard is unknown: {guard.error}"
    if not guard.tried:
        return "; nor is it a guard: it runs no function of base whose result could be replaced"
    functions = "1 function" if guard.tried == 1 else f"{guard.tried} functions"
    return f"; nor is it a guard: of {functions} of base that it runs it notices none, such as {guard.missed}"


def _remedy(context: JudgeContext, proof: Proof) -> str:
    """Return the next step for a test that came too late: to commit it first, or to change what is not pushed yet."""
    if proof.after in ("worktree", "index"):
        file = shlex.quote(file_of(proof.test))
        add = f"git add -- {file} && " if proof.after == "worktree" else ""
        return f": commit it first, `{add}git commit -m 'Test first' -- {file}`"
    step = "split it, the test first" if proof.order == "same-commit" else "move the test before it"
    rebase = f"if that is not pushed yet, {step}, `git rebase -i {short_commit(proof.before)}`"
    if proof.order != "same-commit" or not _brought_all(context, proof):
        return f": {rebase}"
    judge_branch = f"judge its branch, `pytest-execute gate {context.plan.topic} --at BRANCH`"
    return f", which brought everything at once: if it is a squash merge, {judge_branch}; {rebase}"


def _brought_all(context: JudgeContext, proof: Proof) -> bool:
    """Return whether a test turned with the first commit since base, or several tests, all of them, with one commit."""
    proofs = (context.evidence.proofs or {}).values()
    turned = [other.after for other in proofs if other.found == "turned"]
    return proof.before == context.evidence.history.base or (len(turned) > 1 and len(set(turned)) == 1)


def _dropped(context: JudgeContext, files: Container[str], proofs: Iterable[Proof]) -> Iterator[Finding]:
    """Find the tests that were taken out of one of `files` after base, and would fail today.

    They fail the check where the policy is strict and no commit ever made them pass; else they are only listed.
    """
    for proof in proofs:
        if proof.found == "dropped" and file_of(proof.test) in files:
            fails = context.policy.test_first == "before" and proof.after is None
            was, remedy = "existed at", "write a test of that name again"
            if proof.after is not None:
                was, remedy = "passed at", "make sure that this is on purpose"
            gone = f"{proof.test} {was} {short_commit(proof.before)}, was removed, and would fail on today's code"
            message = f"{gone}: {proof.detail}; {remedy}"
            yield finding("dropped", message, (file_of(proof.test), None), verdict="failed" if fails else "passed")
