"""Tests of base: what they count for, and what is said of tests that do not count."""

from __future__ import annotations

from collections.abc import Iterator

from pytest_execute.core.evidence import Measure, Mutant
from pytest_execute.core.nodeids import file_of
from pytest_execute.gates.checks.tests import DID_NOT_RUN
from pytest_execute.gates.context import JudgeContext
from pytest_execute.gates.listing import list_names
from pytest_execute.gates.reason_codes import Finding, finding

COUNT_FOR = (
    "Tests of base count only for functions that base has, with the same parameters and no new condition inside a line"
)


def is_kept(context: JudgeContext, path: str, line: int) -> bool:
    """Return whether tests of base count for a line."""
    return line in context.evidence.kept_lines.get(path, ())


def is_noticed_by_base(context: JudgeContext, mutant: Mutant) -> bool:
    """Return whether a test of base has noticed the stub of a function that it counts for."""
    return is_kept(context, mutant.path, mutant.line) and mutant.killed_by in context.evidence.tests_of_base


def did_not_run(context: JudgeContext) -> bool:
    """Return whether tests of base may have been left out of the run."""
    return context.scope.is_partial or any(each.outcome in DID_NOT_RUN for each in context.evidence.results.values())


def may_reach(context: JudgeContext, measure: Measure) -> tuple[str, int] | None:
    """Return the first missing line of a function that base has, if tests of base which may reach it did not run."""
    missing = ((path, line) for path, lines in sorted(measure.missing.items()) for line in lines)
    return next((place for place in missing if is_kept(context, *place)), None) if did_not_run(context) else None


def not_run(context: JudgeContext, what: str, verb: str, place: tuple[str, int]) -> Finding:
    """Return the finding that tests of base which may reach or notice something did not run."""
    message = f"{what} a function that base has, and tests of base that may {verb} did not run: run the whole topic"
    return finding("partial-run" if context.scope.is_partial else "not-measured", message, place)


def uncounted(context: JudgeContext, gate: str) -> str:
    """Return why tests that run what a task lacks do not count for it, after a semicolon; "" without such tests."""
    kinds: dict[str, list[str]] = {}
    for test in context.evidence.uncounted.get(gate, ()):
        kinds.setdefault(_kind(context, test), []).append(test)
    return "".join(f"; {text}" for text in _reasons(kinds))


def _kind(context: JudgeContext, test: str) -> str:
    """Return the kind of a test, or of a file of tests."""
    proof = (context.evidence.proofs or {}).get(test)
    if proof is not None and proof.is_guard:
        return "guard"
    is_same = proof is not None and proof.at_base == "same"
    known = context.evidence.tests_of_base
    those = {each for each in context.evidence.manifest.tests if test in (each, file_of(each))} or {test}
    return "base" if is_same or those <= known else "other"


def _reasons(kinds: dict[str, list[str]]) -> Iterator[str]:
    if tests := kinds.get("base"):
        were = "was" if len(tests) == 1 else "were"
        yield f"{_run(tests)}, and {were} there at base. {COUNT_FOR}"
    if tests := kinds.get("guard"):
        are = "is a guard, which does" if len(tests) == 1 else "are guards, which do"
        yield f"{_run(tests)}, and {are} not count: assert this in a test that fails without it"
    if tests := kinds.get("other"):
        they = "is no test of this task: name it" if len(tests) == 1 else "are no tests of this task: name them"
        yield f"{_run(tests)}, and {they} in its Tests"


def _run(tests: list[str]) -> str:
    return f"{list_names(tests)} {'runs' if len(tests) == 1 else 'run'} some of it"
