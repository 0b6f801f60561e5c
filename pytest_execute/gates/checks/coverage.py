"""Check `coverage`: is enough reached? Shares are compared exactly, so 89.996 does not pass for 90."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import ROUND_FLOOR, Decimal

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Measure, Missing
from pytest_execute.gates import tests_of_base
from pytest_execute.gates.checks.tests import check_all_ran
from pytest_execute.gates.context import JudgeContext
from pytest_execute.gates.coverage_gaps import describe, find_gaps, first_missing, list_unmeasured
from pytest_execute.gates.nothing_measured import check_looked_at
from pytest_execute.gates.reason_codes import Finding, finding

KEYS = {key: f"coverage.{key}" for key in ("task", "stream", gate_ids.SYSTEM, gate_ids.CHANGED)}
"""Keys of the policy by the level of a gate, and for "changed"."""


def check_share(
    context: JudgeContext, key: str, required: Decimal, tests: Iterable[str], no_files: str = ""
) -> Iterator[Finding]:
    """Find too low a coverage of a gate, or of "changed".

    `required` is a percentage, 0 of which checks nothing. Nothing is known unless all `tests` ran. `no_files` is the
    message where the gate has no files.
    """
    if not required:
        return
    obstacles = list(_obstacles(context, key, tests, no_files))
    yield from obstacles
    measure = (context.evidence.coverage or {}).get(key)
    if measure is not None:
        if not obstacles and not measure.reaches(required):
            yield _too_low(context, key, measure, required)
        elif not obstacles:
            yield from check_looked_at(context, key)
        yield from _unparsed(measure)
        yield from list_unmeasured(key, context.evidence.coverage or {})


def _too_low(context: JudgeContext, key: str, measure: Measure, required: Decimal) -> Finding:
    """Return the finding for too low a coverage; it is unknown where tests of base did not run that may reach more."""
    if place := tests_of_base.may_reach(context, measure):
        return tests_of_base.not_run(context, f"{place[0]}:{place[1]} is in", "reach it", place)
    message = f"{_shortfall(key, measure, required)}{tests_of_base.uncounted(context, key)}"
    return finding("coverage-too-low", message, first_missing(measure))


def _obstacles(context: JudgeContext, key: str, tests: Iterable[str], no_files: str = "") -> Iterator[Finding]:
    """Find why nothing is known of the coverage of a gate, or of "changed"."""
    unknown = check_all_ran(context, tests)
    measures = context.evidence.coverage
    if isinstance(measures, Missing):
        yield finding("not-measured", measures.reason)
    elif unknown is not None:
        yield unknown
    elif key in context.evidence.undecided:
        remedy = "judge the whole topic"
        yield finding("partial-run", f"a part of the topic cannot tell: {context.evidence.undecided[key]}: {remedy}")
    elif key not in measures:
        yield finding("no-files", no_files or f"nothing was measured for {gate_ids.label(key)}")


def _unparsed(measure: Measure) -> Iterator[Finding]:
    for path, lines in measure.unparsed.items():
        remedy = "correct its syntax, encoding or name, or leave it out of `source`"
        message = f"{path}:{lines[0]}: it cannot be parsed, so nothing in it was measured: {remedy}"
        yield finding("not-parsed", message, (path, lines[0]))


def check_system(context: JudgeContext, tests: Iterable[str]) -> Iterator[Finding]:
    """Find too low a coverage of the whole system: less than the policy's number, or lines that base's tests reached.

    Lines that the topic changed are checked by themselves.
    """
    required = context.policy.coverage.system
    if required is not None:
        yield from check_share(context, gate_ids.SYSTEM, required, tests)
        return
    obstacles = list(_obstacles(context, gate_ids.SYSTEM, tests))
    yield from obstacles
    if not obstacles:
        yield from _lost_lines(context.evidence.lost_lines)
        yield from check_looked_at(context, gate_ids.SYSTEM)


def _lost_lines(lost: Mapping[str, Sequence[int]] | Missing) -> Iterator[Finding]:
    key = f'({KEYS[gate_ids.SYSTEM]} = "base")'
    if isinstance(lost, Missing):
        message = (
            "the system cannot be compared with base, where the tests could not be measured: "
            f"{lost.reason}; only the changed lines count {key}"
        )
        yield finding("base-not-measured", message)
    elif lost:
        files = [f"{path}:{describe(lines)}" for path, lines in lost.items()]
        remedy = "test these lines again, or remove them"
        message = f"tests reached {_listed(files)} at base, and none does now: {remedy} {key}"
        path, lines = next(iter(lost.items()))
        yield finding("coverage-lost", message, (path, lines[0]))


def _listed(files: Sequence[str]) -> str:
    return "; ".join(files[:3]) + (f"; and {len(files) - 3} more files" if len(files) > 3 else "")


def _shortfall(key: str, measure: Measure, required: Decimal) -> str:
    total = measure.lines + measure.branches
    share = Decimal(100 * (measure.covered + measure.covered_branches)) / total
    rounded = share.quantize(Decimal("0.01"), ROUND_FLOOR)
    kind = "of the changed lines and branches" if key == gate_ids.CHANGED else "of lines and branches"
    files = [f"{path}:{describe(*gap)}" for path, gap in find_gaps(measure).items()]
    name = KEYS.get(key) or KEYS[gate_ids.level(key)]
    return f"{rounded} % {kind} reached, {required} % required by {name}; not reached: {_listed(files)}"
