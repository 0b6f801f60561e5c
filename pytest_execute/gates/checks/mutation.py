"""Check `mutation`: a test fails when the body of a function is replaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Missing, Mutant, describe_stub, mutants_by_function
from pytest_execute.core.ownership import Ownership
from pytest_execute.gates.checks.tests import check_all_ran
from pytest_execute.gates.context import JudgeContext
from pytest_execute.gates.listing import list_names
from pytest_execute.gates.nothing_measured import check_looked_at
from pytest_execute.gates.reason_codes import Finding, finding

UNKNOWN = "the run of its tests gave no reason: run them again"


def check_functions(context: JudgeContext, task: str | None, tests: Iterable[str]) -> Iterator[Finding]:
    """Find the functions of a task that no test fails without; None: the functions of no task.

    Nothing is known unless all `tests` ran.
    """
    unknown = check_all_ran(context, tests)
    mutants = context.evidence.mutants
    functions = mutants_by_function(mutants or (), task)
    bad = {name: each for name, each in functions.items() if any(mutant.state != "killed" for mutant in each)}
    if isinstance(mutants, Missing):
        yield finding("not-measured", mutants.reason)
    elif unknown is not None:
        yield unknown
    elif (len(functions) - len(bad)) * 100 < (context.policy.mutation.task or 0) * len(functions):
        proofs = context.evidence.proofs or {}
        has_guards = task is not None and any(test in proofs and proofs[test].is_guard for test in tests)
        for each in bad.values():
            yield _not_killed(each, "; guards do not count" if has_guards else "")
    elif not functions and not context.policy.coverage.is_required:
        yield from check_looked_at(context, gate_ids.task(task) if task is not None else gate_ids.SYSTEM)
    elif task is not None:
        yield from _own_tests_miss(context, functions)
        yield from _others_brought_its_files(context, task, mutants)


def _not_killed(mutants: Iterable[Mutant], note: str) -> Finding:
    """Return what is wrong with a function of which some stub was not noticed: the worst of it, with a note."""
    states = ("survived", "not-reached", "unproven")
    worst = min((m for m in mutants if m.state in states), key=lambda m: states.index(m.state))
    stub = describe_stub(worst.stub)
    ignored = note + ("; its exemption is newer than base, and does not count" if worst.ignored else "")
    place = (worst.path, worst.line)
    if worst.state == "survived":
        over = list_names(worst.tests)
        message = (
            f"the body of {worst.function} can be replaced by {stub}, and no test that runs it fails: {over}{ignored}"
        )
        return finding("pseudo-tested", message, place)
    if worst.state == "not-reached":
        return finding("not-reached", f"{worst.function} is run by no passing test{ignored}", place)
    tried = f" with its body replaced by {stub}" if worst.stub else ""
    return finding("not-tried", f"{worst.function} was not tried{tried}: {worst.detail or UNKNOWN}", place)


def _own_tests_miss(context: JudgeContext, functions: Mapping[str, list[Mutant]]) -> Iterator[Finding]:
    """Find a task whose functions only tests of other tasks fail without."""
    mutants = [mutant for each in functions.values() for mutant in each if mutant.state == "killed"]
    owners = {owner for mutant in mutants for owner in mutant.tasks}
    own = {test for owner in owners for test in context.own_tests(gate_ids.task(owner))}
    if mutants and not any(mutant.killed_by in own for mutant in mutants):
        removed = f"{len(functions)} function bodies are" if len(functions) > 1 else "function body is"
        message = f"none of this task's tests fails when its {removed} removed; only other tasks' tests do"
        yield finding("own-tests-miss", message, (mutants[0].path, mutants[0].line))


def _others_brought_its_files(context: JudgeContext, task: str, mutants: Iterable[Mutant]) -> Iterator[Finding]:
    """Find a task whose Files name functions, all of which belong to other tasks: its tests have no part in them."""
    naming = Ownership(context.plan, {})
    named = [m for m in mutants if m.tasks and task in naming.tasks(m.path, range(m.line, m.line + 1), ())]
    if named and not any(task in mutant.tasks for mutant in named):
        remedy = "correct its Files, or commit its tests before the code"
        message = f"tests of other tasks made all functions in this task's Files pass: {remedy}"
        yield finding("own-tests-miss", message, (named[0].path, named[0].line))
