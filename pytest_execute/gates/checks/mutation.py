"""Check `mutation`: a test fails when the body of a function is replaced."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Missing, Mutant, describe_stub, mutants_by_function
from pytest_execute.core.ownership import Ownership
from pytest_execute.gates.checks.tests import check_all_ran
from pytest_execute.gates.context import JudgeContext
from pytest_execute.gates.listing import list_names
from pytest_execute.gates.nothing_measured import check_looked_at
from pytest_execute.gates.reason_codes import Finding, finding
from pytest_execute.gates.tests_of_base import COUNT_FOR, did_not_run, is_kept, is_noticed_by_base, not_run

GUARDS = "; guards do not count: assert what it does in a test that fails without it"
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
            yield _unknown(context, each) or _not_killed(each, GUARDS if has_guards else "")
    elif not functions and not context.policy.coverage.is_required:
        yield from check_looked_at(context, gate_ids.task(task) if task is not None else gate_ids.SYSTEM)
    elif task is not None:
        yield from _own_tests_miss(context, functions)
        yield from _others_brought_its_files(context, task, mutants)


def _unknown(context: JudgeContext, mutants: Sequence[Mutant]) -> Finding | None:
    """Return the finding that tests of base which may notice a function's stubs did not run; None where they did."""
    kept = [mutant for mutant in mutants if is_kept(context, mutant.path, mutant.line)]
    if not kept or not did_not_run(context):
        return None
    return not_run(context, f"{kept[0].function} is", "notice its stubs", (kept[0].path, kept[0].line))


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
    """Find a task whose functions only tests fail without that do not count for them."""
    mutants = [mutant for each in functions.values() for mutant in each if mutant.state == "killed"]
    owners = {owner for mutant in mutants for owner in mutant.tasks}
    own = {test for owner in owners for test in context.own_tests(gate_ids.task(owner))}
    missed = [mutant for mutant in mutants if not is_noticed_by_base(context, mutant)]
    if missed and not any(mutant.killed_by in own for mutant in mutants):
        message = _only_others_notice(context, missed)
        yield _unknown(context, missed) or finding("own-tests-miss", message, (missed[0].path, missed[0].line))


def _only_others_notice(context: JudgeContext, missed: Iterable[Mutant]) -> str:
    """Return what is said of functions that no proven test of their task notices."""
    names = list(dict.fromkeys(mutant.function for mutant in missed))
    tests = list(dict.fromkeys(mutant.killed_by for mutant in missed if mutant.killed_by is not None))
    bodies = f"bodies of {list_names(names)} are" if len(names) > 1 else f"body of {names[0]} is"
    only = f"only {list_names(tests)} {'do' if len(tests) > 1 else 'does'}"
    remedy = f"assert in the task's own tests what {'they do' if len(names) > 1 else 'it does'}"
    why = "" if context.evidence.tests_of_base.isdisjoint(tests) else f". {COUNT_FOR}"
    return f"no proven test of this task fails when the {bodies} removed; {only}: {remedy}{why}"


def _others_brought_its_files(context: JudgeContext, task: str, mutants: Iterable[Mutant]) -> Iterator[Finding]:
    """Find a task whose Files name functions, all of which belong to other tasks: its tests have no part in them."""
    naming = Ownership(context.plan, {})
    named = [m for m in mutants if m.tasks and task in naming.tasks(m.path, range(m.line, m.line + 1), ())]
    if named and not any(task in mutant.tasks for mutant in named):
        remedy = "correct its Files, or commit its tests before the code"
        message = f"tests of other tasks made all functions in this task's Files pass: {remedy}"
        yield finding("own-tests-miss", message, (named[0].path, named[0].line))
