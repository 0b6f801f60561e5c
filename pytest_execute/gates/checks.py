"""The checks: each asks one question of one gate, and answers with a reason for each thing that is not as it should be."""

from __future__ import annotations

import shlex
from collections.abc import Container, Iterable, Iterator, Mapping
from decimal import ROUND_FLOOR, Decimal

from msgspec import Struct
from msgspec.structs import replace

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Evidence, Measure, Missing, Mutant, Outcome, Proof, functions_of, short
from pytest_execute.core.nodeids import file_of
from pytest_execute.core.plan import NamedGate, Plan, Task
from pytest_execute.core.policy import Policy, Scope
from pytest_execute.core.verdict import Check, Gate, Reason, Word, worst
from pytest_execute.gates.coverage_gaps import first_missing, gaps, listed, places

Finding = tuple[Word, Reason]


class Case(Struct, frozen=True):
    """All that is judged, with the gates that are decided already."""

    plan: Plan
    policy: Policy
    evidence: Evidence
    scope: Scope
    decided: dict[str, Gate]

    def tests(self, gate: str) -> tuple[str, ...]:
        return self.evidence.manifest.of(gate)

    def outcome(self, test: str) -> Outcome:
        result = self.evidence.results.get(test)
        return result.outcome if result is not None else "not-run"


def check(name: str, findings: Iterable[Finding]) -> Check:
    """A check that is as bad as its worst finding, and passed without any."""
    found = list(findings)
    return Check(name, worst(word for word, _ in found), tuple(reason for _, reason in found))


# -- plan: is it ticked, are its files there


def plan_of_task(case: Case, task: Task) -> Iterator[Finding]:
    path = case.plan.path
    if not task.done:
        yield "open", Reason("not-ticked", "not ticked", path, task.line)
    for ref in task.files:
        if not case.evidence.files.get(ref.path, True):
            yield "failed", Reason("missing-file", f"{ref.path} is named and was never there", path, ref.line)


def documents(case: Case) -> Iterator[Finding]:
    for path, says_something in case.evidence.documents.items():
        if not says_something:
            yield "failed", Reason("missing-document", f"{path} is missing or says nothing: write it", path)


# -- tests: are there any, did they pass

PHRASES: dict[Outcome, str] = {
    "failed": "failed",
    "error": "ended in an error of its set-up or tear-down",
    "skipped": "was skipped: a skipped test proves nothing",
    "xfailed": "failed as expected: an expected failure proves nothing",
    "xpassed": "passed although it was expected to fail: remove its xfail",
    "rerun": "passed only when it was run again: a test that fails now and then proves nothing",
    "blocked": "was not run: what it depends on did not pass",
    "not-run": "did not run",
}
TOLD: tuple[Outcome, ...] = ("failed", "error", "rerun", "blocked", "not-run")
"""Outcomes whose message is part of the reason."""
WORDS: dict[Outcome, Word] = {"blocked": "blocked", "not-run": "unproven"}


def tests_of_task(case: Case, task: Task) -> Iterator[Finding]:
    gate = gate_ids.task(task.id)
    if not case.tests(gate):
        remedy = f'name one in its Tests field, or mark one with task("{task.id}")'
        yield "failed", Reason("no-tests", f"no test counts for this task: {remedy}", case.plan.path, task.line)
    yield from missing_tests(case, gate)
    yield from outcomes(case, case.tests(gate))


def missing_tests(case: Case, gate: str) -> Iterator[Finding]:
    for missing in case.evidence.manifest.missing_tests:
        if missing.gate == gate:
            message = f"{missing.name} is named and was not collected"
            yield "failed", Reason("missing-test", message, missing.path, missing.line)


def outcomes(case: Case, tests: Iterable[str], tolerated: Iterable[Outcome] = ("passed",)) -> Iterator[Finding]:
    """A finding for each test that ended in another way than those `tolerated`."""
    for test in tests:
        outcome = case.outcome(test)
        if outcome not in tolerated:
            result = case.evidence.results.get(test)
            said = f": {result.message}" if result is not None and result.message and outcome in TOLD else ""
            yield WORDS.get(outcome, "failed"), at_test(case, outcome, f"{test} {PHRASES[outcome]}{said}", test)


def at_test(case: Case, code: str, message: str, test: str) -> Reason:
    """A reason that stands at a test's own line."""
    collected = case.evidence.manifest.tests.get(test)
    path, line = (collected.path, collected.line) if collected is not None else (None, None)
    return Reason(code, message, path, line, test)


# -- dependencies: did the gates that this one waits for pass


def dependencies_of_task(case: Case, task: Task) -> Iterator[Finding]:
    for other in case.plan.edges()[task.id]:
        word = case.decided[gate_ids.task(other)].verdict
        if word == "open":
            message = f"it is ticked, and task {other}, which it depends on, is not"
            yield "failed", Reason("unmet-dependency", message, case.plan.path, task.line)
        elif word != "passed":
            message = f"task {other}, which it depends on, is {word}"
            reason = Reason(f"dependency-{word}", message, case.plan.path, task.line)
            yield "unproven" if word == "unproven" else "blocked", reason


def parts(case: Case, gates: Iterable[str]) -> Iterator[Finding]:
    """The gates that this one is made of; in the claimed scope, open ones keep it open."""
    for gate_id in gates:
        part = case.decided[gate_id]
        if part.verdict != "passed":
            yield part.verdict, Reason(f"{part.level}-{part.verdict}", f"{gate_ids.label(gate_id)} is {part.verdict}")


# -- test-first: did each test fail before the code, for a reason that counts

ORDERS = {"before": ("before",), "same-commit": ("before", "same-commit"), "proven": ("before", "same-commit", "after")}
UNPROVEN = {
    "not-reproduced": "passes here and not in the replay of the same tree: {}",
    "not-prepared": "was not replayed on all trees: {}",
    "foreign-module": "was replayed with a module from outside the tree: {}",
    "unstable": "is unstable: {}",
}


def test_first(case: Case, task: Task) -> Iterator[Finding]:
    proofs = case.evidence.proofs
    passed = [test for test in case.tests(gate_ids.task(task.id)) if case.outcome(test) == "passed"]
    if not passed:
        yield "unproven", Reason("no-tests", "no test that passed, so nothing can be proven", case.plan.path, task.line)
    elif isinstance(proofs, Missing):
        yield "unproven", Reason("no-history", proofs.reason)
    else:
        for test in passed:
            yield from proven(case, test, proofs.get(test))
        yield from dropped(case, {file_of(test) for test in passed}, proofs.values())


def proven(case: Case, test: str, proof: Proof | None) -> Iterator[Finding]:
    """What keeps the proof of one test from letting it through; else what there is to tell of it."""
    for word, reason in refused(case, test, proof):
        yield word, replace(reason, message=f"{reason.message}{turns(proof, '; all its turns: ')}")
        return
    if again := turns(proof, "turned more than once: "):
        yield "passed", at_test(case, "turned-again", f"{test} {again}", test)


def dropped(case: Case, files: Container[str], proofs: Iterable[Proof]) -> Iterator[Finding]:
    """Tests that were taken out of one of `files` after base, and would fail today; refused where the policy is strict and none
    was ever answered, else told."""
    for proof in proofs:
        if proof.found == "dropped" and file_of(proof.test) in files:
            word: Word = "failed" if case.policy.test_first == "before" and proof.after is None else "passed"
            stood, remedy = "stood at", "bring it back by its name, in whatever form"
            if proof.after is not None:
                stood, remedy = "passed with", "see whether that is on purpose"
            said = f"{proof.test} {stood} {short(proof.before)}, is gone, and today's code does not pass it: {proof.detail}"
            yield word, Reason("dropped", f"{said}; {remedy}", file_of(proof.test))


def turns(proof: Proof | None, title: str) -> str:
    """All turns of a test that turned more than once, after a title; "" where that is not known."""
    return title + ", ".join(map(str, proof.turns)) if proof is not None and len(proof.turns) > 1 else ""


def refused(case: Case, test: str, proof: Proof | None) -> Iterator[Finding]:
    if proof is None:
        yield "unproven", at_test(case, "not-replayed", f"{test} was not replayed", test)
    elif proof.found in UNPROVEN:
        yield "unproven", at_test(case, proof.found, f"{test} {UNPROVEN[proof.found].format(proof.detail)}", test)
    elif proof.found == "never-red":
        yield "failed", at_test(case, "never-red", f"{test} never failed: {proof.detail}", test)
    elif proof.found == "red-not-counted":
        message = f"{test} was red before {short(proof.after)} only because of {proof.detail}"
        yield "failed", at_test(case, "red-not-counted", message, test)
    elif proof.order not in ORDERS[case.policy.test_first]:
        came = "in one commit with" if proof.order == "same-commit" else "after"
        code = "same-commit" if proof.order == "same-commit" else "test-after"
        message = f"{test} came {came} the code, {short(proof.after)}{remedy(proof)}"
        yield "failed", at_test(case, code, message, test)


def remedy(proof: Proof) -> str:
    """What still helps where test and code are not committed yet: the test's file alone, then the rest."""
    if proof.after not in ("worktree", "index") or proof.order != "same-commit":
        return ""
    file = shlex.quote(file_of(proof.test))
    add = f"git add -- {file} && " if proof.after == "worktree" else ""
    return f": commit it first, `{add}git commit -m 'Test first' -- {file}`"


# -- coverage: is enough of it reached


def coverage(case: Case, key: str, asked: Decimal, tests: Iterable[str], nothing: str = "") -> Iterator[Finding]:
    """Exact: 89.996 does not pass for 90. `tests` are those that must have run for it to be known at all; `nothing` says what
    is wrong where the gate has no files.
    """
    if not asked:
        return
    unknown = unseen(case, tests)
    measures = case.evidence.coverage
    measure = (measures or {}).get(key)
    if isinstance(measures, Missing):
        yield "unproven", Reason("not-measured", measures.reason)
    elif unknown is not None:
        yield unknown
    elif measure is None:
        yield "unproven", Reason("no-files", nothing or f"nothing was measured for {gate_ids.label(key)}")
    elif not reaches(measure, asked):
        yield "failed", Reason("short", shortfall(key, measure, asked), *first_missing(measure))
    if measure is not None:
        yield from (("passed", reason) for reason in listed(key, measures or {}))


def unseen(case: Case, tests: Iterable[str]) -> Finding | None:
    """Why not all is known of what `tests` did: one did not run, or took along what it had seen."""
    for test in tests:
        outcome, result = case.outcome(test), case.evidence.results.get(test)
        if outcome in WORDS:
            message = f"not known, as not all of its tests ran: {test} {PHRASES[outcome]}"
            return WORDS[outcome], Reason("not-measured", message)
        if result is not None and result.crashed:
            message = f"not known: {test} took the process along that ran it, and what it had seen"
            return "unproven", Reason("not-measured", message)
    return None


def reaches(measure: Measure, asked: Decimal) -> bool:
    """Is the share of lines and branches at least `asked` percent?"""
    return (measure.covered + measure.covered_branches) * 100 >= asked * (measure.lines + measure.branches)


def shortfall(key: str, measure: Measure, asked: Decimal) -> str:
    total = measure.lines + measure.branches
    share = Decimal(100 * (measure.covered + measure.covered_branches)) / total
    shown = share.quantize(Decimal("0.01"), ROUND_FLOOR)
    kind = "of the changed lines and branches" if key == gate_ids.CHANGED else "of lines and branches"
    files = [f"{path}:{places(*gap)}" for path, gap in gaps(measure).items()]
    where = "; ".join(files[:3]) + (f"; and {len(files) - 3} more files" if len(files) > 3 else "")
    return f"{shown} % {kind} reached, {asked} % asked; not reached: {where}"


# -- mutation: does a test notice when the body of a function goes

STUBS = {"raise": "a raise", "none": "`return None`"}


def mutation(case: Case, task: str | None, tests: Iterable[str]) -> Iterator[Finding]:
    """The functions of a task; None: those of no task. `tests` are those that must have run for it to be known."""
    unknown = unseen(case, tests)
    tried = case.evidence.mutants
    functions = functions_of(tried or (), task)
    bad = {name: mutants for name, mutants in functions.items() if any(m.state != "killed" for m in mutants)}
    if isinstance(tried, Missing):
        yield "unproven", Reason("not-measured", tried.reason)
    elif unknown is not None:
        yield unknown
    elif (len(functions) - len(bad)) * 100 < case.policy.mutation.task * len(functions):
        for mutants in bad.values():
            yield unnoticed(mutants)
    elif task is not None:
        yield from own_tests_miss(case, task, functions)


def unnoticed(mutants: Iterable[Mutant]) -> Finding:
    """What is wrong with a function of which some stub was not noticed: the worst of it."""
    states = ("survived", "not-reached", "unproven")
    worst = min((m for m in mutants if m.state in states), key=lambda m: states.index(m.state))
    stub = STUBS.get(worst.stub, f"`return {worst.stub}`")
    ignored = "; it is exempt only since base, which does not count" if worst.ignored else ""
    if worst.state == "survived":
        over = ", ".join(worst.tests[:3]) + (f" and {len(worst.tests) - 3} more" if len(worst.tests) > 3 else "")
        message = f"{worst.function} can be {stub} and no test notices, of those that run it: {over}{ignored}"
        return "failed", Reason("pseudo-tested", message, worst.path, worst.line)
    if worst.state == "not-reached":
        message = f"{worst.function} is run by no test that passed{ignored}"
        return "failed", Reason("not-reached", message, worst.path, worst.line)
    message = f"{worst.function} was not tried with {stub}: {worst.detail}"
    return "unproven", Reason("not-tried", message, worst.path, worst.line)


def own_tests_miss(case: Case, task: str, functions: Mapping[str, list[Mutant]]) -> Iterator[Finding]:
    """A task whose own tests notice nothing leans on those of others, whatever these notice."""
    mutants = [mutant for each in functions.values() for mutant in each if mutant.state == "killed"]
    owners = {owner for mutant in mutants for owner in mutant.tasks}
    own = {test for owner in owners for test in case.tests(gate_ids.task(owner))}
    if mutants and not any(mutant.killed_by in own for mutant in mutants):
        first = mutants[0]
        message = f"its own tests notice nothing, whatever is taken from {len(functions)} functions: others' tests do"
        yield "failed", Reason("own-tests-miss", message, first.path, first.line)


# -- what the policy asks for and this version cannot tell


def review(case: Case) -> Iterator[Finding]:
    for reviewer in case.policy.reviewers:
        message = f"the policy asks for the reviewer {reviewer.name}, which this version does not run yet"
        yield "unproven", Reason("not-reviewed", message)


# -- named gates, system, deployment


def named_gate(case: Case, gate: NamedGate) -> Iterator[Finding]:
    gate_id = gate_ids.named(gate.name)
    yield from missing_tests(case, gate_id)
    yield from outcomes(case, case.tests(gate_id))
    if gate.suite:
        yield from whole_suite(case)
    if not (case.tests(gate_id) or gate.suite or gate.tests or gate.after or gate.depends):
        remedy = f'name tests in backticks, or mark some with gate("{gate.name}")'
        message = f"nothing in it can be checked: {remedy}"
        yield "unproven", Reason("nothing-to-check", message, case.plan.path, gate.line)


def whole_suite(case: Case) -> Iterator[Finding]:
    """Every test that was collected; outside of tasks a skip is tolerated, and in the claimed scope whatever an open task has."""
    manifest = case.evidence.manifest
    ticked = {gate_ids.task(task.id) for task in case.plan.tasks if task.done}
    for test in manifest.tests:
        tasks = {gate for gate in manifest.gates.get(test, ()) if gate_ids.is_task(gate)}
        if tasks and case.scope.claimed and not tasks & ticked:
            continue
        tolerated: tuple[Outcome, ...] = ("passed",) if manifest.gates.get(test) else ("passed", "skipped", "xfailed")
        yield from outcomes(case, [test], tolerated)


def unknown_markers(case: Case) -> Iterator[Finding]:
    for unknown in case.evidence.manifest.unknown_markers:
        message = f"{unknown.test} is marked {unknown.name}, which the breakdown does not have"
        yield "failed", Reason("unknown-marker", message, unknown.path, unknown.line, unknown.test)


def artifacts(case: Case) -> Iterator[Finding]:
    for path in case.policy.deployment.artifacts:
        if not case.evidence.files.get(path, False):
            yield "failed", Reason("missing-artifact", f"{path} is missing or empty", path)
    history = case.evidence.history
    if history.snapshot == "worktree":  # what is staged is judged as the commit that it is about to be
        message = f"{len(history.uncommitted)} files are not committed: {', '.join(history.uncommitted[:5])}"
        yield "open", Reason("uncommitted", message)
    for command in case.evidence.commands:
        if command.status:
            message = f"`{' '.join(command.command)}` ended with {command.status}: {command.output}"
            yield "failed", Reason("command-failed", message)
