"""Coverage: measure the lines and branches that the tests of each gate have reached.

coverage.py is imported only where something was measured, to keep other runs short.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec.structs import replace

from pytest_execute.core import gate_ids
from pytest_execute.core.evidence import Evidence, Missing, Mutant, tests_without_red
from pytest_execute.coverage import single_tests
from pytest_execute.coverage.recorder import context_name
from pytest_execute.workflow.alone_step import Measured, lines_on_import, measure_doubtful_tests, short_gates
from pytest_execute.workflow.code_owners import code_owners
from pytest_execute.workflow.context import Context
from pytest_execute.workflow.mutation_step import try_functions
from pytest_execute.workflow.request import Rerun, RunResult
from pytest_execute.workflow.undecided import undecided_gates

if TYPE_CHECKING:
    from pytest_execute.coverage.measure import MeasureRequest


def add_coverage(context: Context, run: RunResult, rerun: Rerun, evidence: Evidence) -> Evidence:
    """Add a measure for each gate, or the reason why nothing was measured."""
    if isinstance(run.coverage, str):
        return replace(evidence, coverage=Missing(run.coverage))
    from pytest_execute.coverage import data, measure

    request, recording = _measure_request(context, run, evidence), data.read(run.coverage)
    line_sets = measure.line_sets(context.plan, request, recording)
    alone = measure_doubtful_tests(context, run, rerun, evidence, Measured(line_sets, recording, request.owners))
    if alone is not None:
        recording.update(alone.recording)
        line_sets = measure.line_sets(context.plan, request, recording)
    if not context.policy.mutation.task:  # then no function was tried
        lines = lines_on_import(context, Measured(line_sets, recording, request.owners))
        mutants = try_functions(context, run, rerun, evidence, lines)
        request = replace(request, noticed=_noticed(context, run, mutants))
        line_sets = measure.line_sets(context.plan, request, recording) if mutants else line_sets
    measures = {gate: sets.measure() for gate, sets in line_sets.items()}
    measured = Measured(line_sets, recording, request.owners)
    undecided = undecided_gates(context, run, evidence, measured, alone.not_ended if alone else ())
    uncounted = dict(_uncounted(context, run, measured))
    found = replace(evidence, line_sets=line_sets, coverage=measures)
    return replace(found, undecided=undecided, uncounted=uncounted)


def _uncounted(context: Context, run: RunResult, measured: Measured) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each task that lacks lines which tests have run that do not count for it, and these tests."""
    from pytest_execute.coverage import uncounted

    names = {single_tests.mark(name): name for name in _marked(context, run).values()}
    for gate, measure in short_gates(context, measured.line_sets):
        if gate_ids.is_task(gate):
            yield gate, uncounted.tests_that_ran(measure, context.home, measured.recording, names)


def _measure_request(context: Context, run: RunResult, evidence: Evidence) -> MeasureRequest:
    from pytest_execute.coverage import changed_lines, measure

    git, commits, layout, plan = context.git, context.commit_range, context.layout, context.plan
    sources = context.source_files
    changed = changed_lines.changed_lines(git, commits, layout, sources)
    ownership = code_owners(context, run, evidence.proofs or {})
    return measure.MeasureRequest(
        root=context.home,
        branch=context.policy.coverage.branch,
        sources=sources,
        changed=changed,
        owners=changed_lines.line_owners(git, commits, layout, ownership, changed),
        tasks_with_files=frozenset(task.id for task in plan.tasks if task.files),
        exclude=context.policy.coverage.exclude,
        marks=single_tests.marks_by_gate(run.manifest.gates, tests_without_red(evidence.proofs or {})),
        noticed=_noticed(context, run, evidence.mutants or ()),
        kept=evidence.kept_lines,
        marks_of_base=single_tests.marks_of(evidence.tests_of_base, run.passed, _marked(context, run)),
    )


def _marked(context: Context, run: RunResult) -> dict[str, str]:
    """Return the test or the file that each test has the mark of."""
    return {test: single_tests.marked(test, gates, context.changed_tests) for test, gates in run.manifest.gates.items()}


def _noticed(context: Context, run: RunResult, mutants: Iterable[Mutant]) -> dict[str, dict[int, frozenset[str]]]:
    """Return the functions of which tests noticed each stub: `{path: {line of its def: contexts of these tests}}`."""
    gates, changed = run.manifest.gates, context.changed_tests
    noticed_by: dict[tuple[str, int], set[str | None]] = {}
    for mutant in mutants:
        noticed_by.setdefault((mutant.path, mutant.line), set()).add(mutant.killed_by)
    noticed: dict[str, dict[int, frozenset[str]]] = {}
    for (path, line), tests in noticed_by.items():
        if None not in tests:
            parts = (
                single_tests.context_parts(test, gates.get(test, ()), changed) for test in tests if test is not None
            )
            noticed.setdefault(path, {})[line] = frozenset(map(context_name, parts))
    return noticed


def write_coverage(context: Context, data_directory: Path, paths: Mapping[str, Path]) -> None:
    """Write the reports of coverage.py: "xml" and "lcov", each to its path."""
    if paths:
        from pytest_execute.coverage import export

        root = context.home.resolve()
        export.write(data_directory, [root / path for path in context.source_files], paths)
