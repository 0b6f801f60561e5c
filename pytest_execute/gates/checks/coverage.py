"""Check `coverage`: is enough reached? Shares are compared exactly, so 89.996 does not pass for 90."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_FLOOR, Decimal

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Measure, Missing
from pytest_execute.gates.checks.tests import check_all_ran
from pytest_execute.gates.context import JudgeContext
from pytest_execute.gates.coverage_gaps import describe, find_gaps, first_missing, list_unmeasured
from pytest_execute.gates.nothing_measured import check_looked_at
from pytest_execute.gates.reason_codes import Finding, finding


def check_share(
    context: JudgeContext, key: str, required: Decimal, tests: Iterable[str], no_files: str = ""
) -> Iterator[Finding]:
    """Find too low a coverage of a gate, or of "changed".

    `required` is a percentage, 0 of which checks nothing. Nothing is known unless all `tests` ran. `no_files` is the
    message where the gate has no files.
    """
    if not required:
        return
    unknown = check_all_ran(context, tests)
    measures = context.evidence.coverage
    measure = (measures or {}).get(key)
    if isinstance(measures, Missing):
        yield finding("not-measured", measures.reason)
    elif unknown is not None:
        yield unknown
    elif measure is None:
        yield finding("no-files", no_files or f"nothing was measured for {gate_ids.label(key)}")
    elif not measure.reaches(required):
        yield finding("coverage-too-low", _shortfall(key, measure, required), first_missing(measure))
    else:
        yield from check_looked_at(context, key)
    for path, lines in (measure.unparsed if measure is not None else {}).items():
        remedy = "correct its syntax or encoding, or leave it out of `source`"
        message = f"{path}:{lines[0]}: it cannot be parsed, so nothing in it was measured: {remedy}"
        yield finding("not-parsed", message, (path, lines[0]))
    if measure is not None:
        yield from list_unmeasured(key, measures or {})


def _shortfall(key: str, measure: Measure, required: Decimal) -> str:
    total = measure.lines + measure.branches
    share = Decimal(100 * (measure.covered + measure.covered_branches)) / total
    rounded = share.quantize(Decimal("0.01"), ROUND_FLOOR)
    kind = "of the changed lines and branches" if key == gate_ids.CHANGED else "of lines and branches"
    files = [f"{path}:{describe(*gap)}" for path, gap in find_gaps(measure).items()]
    where = "; ".join(files[:3]) + (f"; and {len(files) - 3} more files" if len(files) > 3 else "")
    return f"{rounded} % {kind} reached, {required} % required; not reached: {where}"
